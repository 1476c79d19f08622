"""How often each proof is repeated: in full by `make proof`, a tenth of it whenever the tests run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Rounds of every proof; only the full ones hold the clock to what is promised, see `strict`."""

    import_kills: int
    index_kills: int
    server_kills: int
    damages: int
    swaps: int
    freshness: int
    strict: bool


FULL = Counts(
    import_kills=180, index_kills=120, server_kills=10, damages=100, swaps=100, freshness=100, strict=True
)
TENTH = Counts(
    import_kills=18, index_kills=12, server_kills=1, damages=10, swaps=10, freshness=10, strict=False
)
# These many posts take a second; fewer would hardly meet.
POSTS = 100

# What is promised: published, then findable (99 of 100 times); withdrawn, then gone (always).
FOUND_SECONDS = GONE_SECONDS = 1.0
# A machine that runs many tests at once may stop for moments; more than this is no such moment.
PATIENT_SECONDS = 5.0
