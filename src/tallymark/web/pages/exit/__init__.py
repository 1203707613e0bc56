"""Exit: lock first, then another page."""
