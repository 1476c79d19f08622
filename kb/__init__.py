"""What is known: records, rules, cleaning, measures. No web, no vectors."""
