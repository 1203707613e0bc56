"""Home: three choices and the tally."""
