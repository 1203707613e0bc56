"""The pages, one folder each: what it asks or shows (page.py) and how it looks (page.html)."""
