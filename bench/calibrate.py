"""Fit the decision anew and write it into the project: `python -m bench.calibrate FOLDER...`.

The demo company is always among the sets; each FOLDER is a BEIR folder or holds several.
"""

import json
import sys

from bench.sets import demo_set, read_folders
from indexer import decide
from indexer.calibrate import calibrate
from indexer.embed import open_embedder
from kb import settings


def main(arguments: list[str]) -> None:
    """Ask all sets, fit, and write decision.json."""
    sets = [demo_set(), *read_folders(arguments)]
    document = calibrate(sets, open_embedder(settings.load()))
    decide.CALIBRATION.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
