"""Text to vectors to ranked, decided hits. No web."""
