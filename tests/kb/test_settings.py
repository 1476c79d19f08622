from pathlib import Path

import pytest

from kb.errors import BadSetting
from kb.settings import Settings, load


def test_defaults_need_nothing():
    settings = load()
    assert settings.database == "sqlite:///var/precedent.db"
    assert settings.index_dir == Path("var/index")
    assert settings.address == "http://127.0.0.1:8000"
    assert (settings.embedder, settings.max_wrong, settings.default_language) == ("default", 0.10, "en")
    assert settings.cache_dir.name == "precedent"


def test_everything_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    values = {
        "DATA_DIR": str(tmp_path),
        "BASE_URL": "https://help.example.org/",
        "DEFAULT_COUNTRY": "es",
        "DEFAULT_LANGUAGE": "pt_br",
        "TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
        "LOG_LEVEL": "WARNING",
        "PORT": "",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"PRECEDENT_{name}", value)
    settings = load()
    assert settings.database == f"sqlite:///{tmp_path}/precedent.db"
    assert settings.address == "https://help.example.org"
    assert (settings.default_country, settings.default_language) == ("ES", "pt-BR")
    assert settings.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert (settings.log_level, settings.port) == ("warning", 8000)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MAX_WRONG", "2", "PRECEDENT_MAX_WRONG cannot be “2”: Input should be less than 1."),
        ("MAX_WRONG", "nan", "PRECEDENT_MAX_WRONG cannot be “nan”: Input should be less than 1."),
        (
            "DEFAULT_COUNTRY",
            "Spain",
            "PRECEDENT_DEFAULT_COUNTRY cannot be “Spain”: “Spain” is not a country;"
            " give two letters of ISO 3166, such as ES.",
        ),
        (
            "DATABASE_URL",
            "mysql://me:secret@host/db",
            "PRECEDENT_DATABASE_URL cannot be this address: an address begins with sqlite:/// or postgresql://.",
        ),
        (
            "EMBEDER",
            "default",
            "There is no setting PRECEDENT_EMBEDER; the nearest one is PRECEDENT_EMBEDDER.",
        ),
    ],
)
def test_nonsense_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str):
    monkeypatch.setenv(f"PRECEDENT_{name}", value)
    with pytest.raises(BadSetting) as caught:
        load()
    assert str(caught.value) == sentence


def test_a_changed_copy_is_checked_too(tmp_path: Path):
    assert load().changed(data_dir=tmp_path, max_wrong=0.2).max_wrong == 0.2
    with pytest.raises(ValueError, match="less than 1"):
        load().changed(max_wrong=1.5)


def test_there_are_fewer_than_thirty_settings_and_each_is_described():
    assert len(Settings.names()) < 30
    assert all(field.description for field in Settings.model_fields.values())
