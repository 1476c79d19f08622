import pytest

from kb import errors
from kb.errors import PrecedentError


def family(kind: type[PrecedentError]) -> list[type[PrecedentError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in family(child))]


def test_every_error_has_a_type_of_its_own():
    kinds = family(PrecedentError)
    slugs = [kind.slug for kind in kinds]
    assert len(set(slugs)) == len(kinds)
    assert len({kind.title for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound("gone"), 404),
        (errors.Mistyped("typo", "number"), 422),
        (errors.ImportFailed("empty"), 422),
        (errors.Conflict("other"), 409),
        (errors.TooLarge("big"), 413),
        (errors.TooMany("slow down", retry_after=7), 429),
        (errors.NoIndex("none"), 503),
        (errors.WrongEmbedder("other"), 503),
        (errors.BadSetting("nonsense"), 500),
    ],
)
def test_the_class_says_what_happened_and_the_text_is_the_sentence(error: PrecedentError, status: int):
    assert error.status == status
    assert str(error) == error.args[0]
