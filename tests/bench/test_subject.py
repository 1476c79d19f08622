"""What is measured."""

from bench import subject
from bench.subject import Installation, Subject


def test_a_folder_is_imported_and_its_texts_are_told_apart(tiny: Subject, installation: Installation) -> None:
    assert [document.id for document in installation.documents] == ["drain", "invoice", "light"]
    texts = [query.text for query in installation.asked]
    assert set(texts[:3]) == {question.text for question in tiny.questions}
    assert len(texts) == len(set(texts)) == 12
    assert set(installation.short) == set(texts[3:]) == set(installation.passages)


def test_the_demo_company_has_questions_and_their_solutions() -> None:
    demo = subject.demo()
    assert all(source.exists() for source in demo.sources)
    assert demo.relevant.keys() <= {question.id for question in demo.questions}
