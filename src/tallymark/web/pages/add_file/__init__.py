"""Keep one file, as it is."""
