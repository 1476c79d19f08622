"""Make the index anew beside the service, in a process of its own, when too much has changed for it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from threading import Lock, Thread

from filelock import FileLock, Timeout

from kb.settings import Settings
from service.logs import log

LOCK = ".reindex.lock"
# After one run, whatever became of it, the next one starts no sooner: an import in many steps needs one.
REST_SECONDS = 10.0
STOP_SECONDS = 5.0


@dataclass
class Reindex:
    """Runs `precedent index` when asked, one at a time over all processes of an installation.

    With `--recalibrate` that is no index, but another look at what was judged.
    """

    settings: Settings
    _child: subprocess.Popen[bytes] | None = None
    _ended: float = -REST_SECONDS
    _closed: bool = False

    def __post_init__(self) -> None:
        self._lock = Lock()

    def start(self, *options: str) -> None:
        """Begin, unless it runs already here or in another process."""
        if not self._closed and self._lock.acquire(blocking=False):
            Thread(target=self._run, args=options, name="reindex", daemon=True).start()

    def close(self) -> None:
        """End the process that was started; what it has embedded is kept."""
        self._closed = True
        child = self._child
        if child and child.poll() is None:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()

    def _run(self, *options: str) -> None:
        try:
            time.sleep(max(0.0, self._ended + REST_SECONDS - time.monotonic()))
            self.settings.index_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(self.settings.index_dir / LOCK, timeout=0):
                self._index(*options)
        except Timeout:
            log.info("another process makes the index")
        except OSError as error:
            log.error("the index cannot be made", reason=str(error))
        finally:
            self._ended = time.monotonic()
            self._lock.release()

    def _index(self, *options: str) -> None:
        if self._closed:
            return
        log.info("looking at what was judged" if options else "making the index anew")
        command = [sys.executable, "-m", "service.start", "index", "--json", *options]
        environment = {**os.environ, **self.settings.environment()}
        with subprocess.Popen(  # noqa: S603 - our own module
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as self._child:
            _, said = self._child.communicate()
        if self._child.returncode and not self._closed:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            log.error("the index or the certificate was not made", reason=" ".join(last))
