"""Importers, one module a source; `import_path` chooses by what a file or folder holds."""

from kb.imports.beir import Beir, Query, import_beir, read_beir
from kb.imports.choosing import IMPORTERS, import_path, sniff
from kb.imports.past import Past, PastArticle, PastTicket, read_past_articles, read_past_tickets
from kb.imports.products import read_products
from kb.imports.report import Rejected, Report

__all__ = [
    "IMPORTERS",
    "Beir",
    "Past",
    "PastArticle",
    "PastTicket",
    "Query",
    "Rejected",
    "Report",
    "import_beir",
    "import_path",
    "read_beir",
    "read_past_articles",
    "read_past_tickets",
    "read_products",
    "sniff",
]
