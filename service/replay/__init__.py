"""`precedent replay`: the command, the report for a manager, and the page on which pairs are judged."""
