import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import sessionmaker

from kb import db
from kb.errors import BadDatabase
from kb.tables import Contact, Incident, Revision, Table, now

_AT = "'2026-05-01 12:00:00'"
_REVISION = (
    "INSERT INTO revisions (id, subject, subject_id, at, actor, why, changes)"
    f" VALUES ({{}}, '{{}}', 1, {_AT}, 'ben', 'typo', '{{{{\"name\": [\"A\", \"B\"]}}}}')"
)
_RECORDS = (
    f"INSERT INTO customers (id, name, created_at, updated_at) VALUES (1, 'Ana', {_AT}, {_AT})",
    "INSERT INTO incidents (id, title, text, language, state, created_at)"
    f" VALUES (1, 'No water', 'The valve.', 'en', 'open', {_AT})",
    f"INSERT INTO incident_followers (id, incident_id, customer_id, at) VALUES (1, 1, 1, {_AT})",
    "INSERT INTO contacts (id, customer_id, kind, channel, at, summary)"
    f" VALUES (1, 1, 'call', 'phone', {_AT}, 'called')",
    _REVISION.format(1, "customer"),
)


def test_migrations_and_tables_agree(engine: Engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Table.metadata) == []


def test_the_words_that_a_column_is_limited_to_agree(engine: Engine):
    found = inspect(engine)
    for table in Table.metadata.sorted_tables:
        written = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        assert {each["name"] for each in found.get_check_constraints(table.name)} == written


def test_the_last_migration_is_known_without_looking():
    assert ScriptDirectory.from_config(db.migrations()).get_current_head() == db.REVISION


def test_a_database_of_a_newer_version_is_refused(engine: Engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadDatabase, match="made by a newer version of Precedent"):
        db.migrate(engine)


def test_a_migration_can_be_taken_back_and_made_again(engine: Engine):
    config = db.migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(config, "head")
        assert set(inspect(connection).get_table_names()) >= set(Table.metadata.tables)


def test_a_database_of_the_first_version_keeps_all_that_it_holds(engine: Engine):
    config = db.migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        assert "key" not in {each["name"] for each in inspect(connection).get_columns("incidents")}
        for statement in _RECORDS:
            connection.execute(text(statement))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(_REVISION.format(2, "incident")))
        command.upgrade(config, "head")
        connection.execute(text(_REVISION.format(2, "incident")))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(_REVISION.format(3, "recipe")))
    with sessionmaker(engine)() as session:
        incident = session.scalars(select(Incident)).one()
        assert (incident.key, incident.title, len(incident.followers)) == (None, "No water", 1)
        assert [(each.key, each.summary) for each in session.scalars(select(Contact))] == [(None, "called")]
        revisions = session.scalars(select(Revision).order_by(Revision.id)).all()
        assert [(each.subject, each.changes) for each in revisions] == [
            ("customer", {"name": ["A", "B"]}),
            ("incident", {"name": ["A", "B"]}),
        ]
        incident.key = "i1"
        session.add(Incident(key="i1", title="Again", text="", language="en", created_at=now()))
        with pytest.raises(IntegrityError):
            session.flush()
