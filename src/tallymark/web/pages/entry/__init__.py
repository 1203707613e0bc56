"""One entry or one file."""
