"""What may not be published is found and taken out of a text: personal data, and remarks about people."""
