"""What a server reads from the disk, begun before its modules are loaded.

Two cores work so: modules are loaded under Python's lock, the files of the encoders mostly without it. On two
cores `precedent serve` is ready a quarter sooner.
"""

from concurrent.futures import ThreadPoolExecutor

from indexer.embed import Embedder, open_embedder
from kb import settings, text
from kb.errors import PrecedentError


class Opening:
    """The embedder and the language identifier of the settings, being opened in threads."""

    def __init__(self) -> None:
        pool = ThreadPoolExecutor(2, thread_name_prefix="opening")
        self._embedder = pool.submit(_embedder)
        self._identifier = pool.submit(_identifier)
        pool.shutdown(wait=False)

    def embedder(self) -> Embedder | None:
        """Wait for the embedder; None where no index needs it yet, or where it cannot be opened.

        Who needs it then tries again, and says what is wrong.
        """
        self._identifier.result()
        return self._embedder.result()


def _embedder() -> Embedder | None:
    try:
        chosen = settings.load()
        return open_embedder(chosen) if chosen.index_dir.is_dir() else None
    except PrecedentError:
        return None


def _identifier() -> None:
    text.load_identifier()
