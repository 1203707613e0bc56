"""Typesetting: the vendored fonts and what they can draw, the templates, and the press."""
