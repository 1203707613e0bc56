"""tallymark."""
