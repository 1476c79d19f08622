"""The demo company: products, articles, tickets and questions written for this project."""

from pathlib import Path

FOLDER = Path(__file__).parent
