"""One section of the pack: section.py says what, section.typ how it looks."""
