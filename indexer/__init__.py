"""Text to vectors to ranked, decided hits. No web."""

import os

# Since 1.29 ONNX Runtime reports to its maker unless this stands in the environment before it is loaded: a
# help desk's machine tells nobody anything. The hub of the other embedders counts downloads in the same way.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
