"""Other processes: commands that are timed, a server that is started, and how much memory one has."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PRECEDENT = (sys.executable, "-m", "service.start")
READY = "Precedent is ready at "
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident set of a process now, and the largest that it had, in megabytes (Linux alone tells)."""

    now: float
    peak: float


@dataclass(frozen=True, slots=True)
class Server:
    """A `precedent serve` that answers, and the seconds from its start until it was ready."""

    address: str
    pid: int
    start: float


def memory(pid: int | str = "self") -> Memory | None:
    """Read the memory of a process; None where the system has no /proc."""
    path = Path(f"/proc/{pid}/status")
    if not path.exists():
        return None
    fields = dict(line.split(":", 1) for line in path.read_text(encoding="utf-8").splitlines())
    return Memory(*(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")))


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment that gives another process these settings and no others."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return others | settings.environment()


def seconds(settings: Settings, *command: str) -> float:
    """Return how long a command takes from its start to its end; raises when it fails."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, env=environment(settings), stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


@contextmanager
def serve(settings: Settings) -> Iterator[Server]:
    """Run the command `precedent serve` until the block ends; what it says goes into serve.log."""
    said = settings.data_dir / "serve.log"
    begun = time.perf_counter()
    with said.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            (*PRECEDENT, "serve"), cwd=ROOT, env=environment(settings), stdout=file, stderr=file
        )
    try:
        address = _ready(process, said, begun)
        yield Server(address, process.pid, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _ready(process: "subprocess.Popen[bytes]", said: Path, begun: float) -> str:
    """Return the address once it was announced and /readyz says that everything works."""
    while time.perf_counter() - begun < PATIENCE_SECONDS and process.poll() is None:
        _, found, rest = said.read_text(encoding="utf-8").partition(READY)
        if found and "\n" in rest and _is_ready(rest.split()[0]):
            return rest.split()[0]
        time.sleep(0.005)
    raise RuntimeError(f"The server was not ready. It said:\n{said.read_text(encoding='utf-8')[-2000:]}")


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            return bool(json.load(answer)["ready"])
    except urllib.error.HTTPError:
        return False
