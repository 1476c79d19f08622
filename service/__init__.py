"""HTTP, pages and command line: thin."""
