"""Nothing that is installed with Precedent reports to anybody."""

import os
import subprocess
import sys
from pathlib import Path

from kb.settings import Settings


def test_the_engines_keep_no_identifier_and_no_reports(tmp_path: Path):
    """ONNX Runtime writes a device id and a queue of reports into the home folder unless told not to."""
    code = "from indexer.embed import open_embedder; from kb.settings import load; open_embedder(load())"
    environment = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}
    for name in ("CI", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        environment.pop(name, None)
    environment |= {"HOME": str(tmp_path), "PRECEDENT_CACHE_DIR": str(Settings().cache_dir)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
