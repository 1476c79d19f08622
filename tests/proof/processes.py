"""A `precedent` command in a process of its own: watched by the files and locks that it holds, and killed.

Needs /proc, as Linux has it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

from kb.settings import PREFIX, Settings

# Looking costs a third of a millisecond; publishing, the shortest phase, takes tens of them.
LOOK_SECONDS = 0.0005
LONGEST_SECONDS = 180.0


class Command:
    """A running command. Only this process is ever ended, by its own id."""

    def __init__(self, settings: Settings, said: Path, *arguments: str | Path) -> None:
        self.said = said
        self.begun = time.monotonic()
        with said.open("wb") as out, said.with_suffix(".err").open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "service.start", *map(str, arguments)],
                env=environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    @property
    def running(self) -> bool:
        """Say whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """Return what it has written until now."""
        return self.said.read_text(encoding="utf-8")

    @property
    def complaints(self) -> str:
        """Return what it has written on standard error until now."""
        return self.said.with_suffix(".err").read_text(encoding="utf-8")

    def holds(self, path: Path) -> bool:
        """Say whether it has a file open, a lock for example."""
        wanted, folder = str(path.resolve()), Path(f"/proc/{self._process.pid}/fd")
        with suppress(OSError):  # it may end, or close a file, while we look
            for handle in os.listdir(folder):  # noqa: PTH208 - a third of the time
                with suppress(OSError):
                    if os.readlink(folder / handle) == wanted:  # noqa: PTH115 - likewise
                        return True
        return False

    def writes_database(self) -> bool:
        """Say whether it holds SQLite's lock for writers: byte 120 of the file beside the WAL."""
        with suppress(OSError):
            for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
                if line.endswith(" 120 120") and f" WRITE {self._process.pid} " in line:
                    return True
        return False

    def reaches(self, what: Callable[[], bool]) -> bool:
        """Wait until something is so; False when the process ended before."""
        while not what():
            if not self.running:
                return False
            if time.monotonic() - self.begun > LONGEST_SECONDS:
                self.kill()
                raise AssertionError(f"not within {LONGEST_SECONDS} s: {self.complaints}")
            time.sleep(LOOK_SECONDS)
        return True

    def stop(self) -> None:
        """Let it stand still, so that one can see where; it cannot notice."""
        if self.running:
            self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> bool:
        """End it with SIGKILL; False when it had ended by itself."""
        self._process.kill()
        return self._process.wait(timeout=30) == -signal.SIGKILL

    def wait(self) -> int:
        """Return the exit status, once it has ended by itself."""
        self.reaches(lambda: False)
        return self._process.wait()

    def terminate(self) -> int:
        """Ask it to end, as an operator does, and return the exit status."""
        self._process.terminate()
        return self._process.wait(timeout=30)


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process with these settings and no others."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return outside | settings.environment()


def plan(random: Random, rounds: int, shares: Mapping[str, int]) -> list[str]:
    """Return the phase that each round aims at, in random order, by their shares."""
    names = [name for name, share in shares.items() for _ in range(share)]
    phases = [names[number % len(names)] for number in range(rounds)]
    random.shuffle(phases)
    return phases
