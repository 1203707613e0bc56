"""Lock, by hand or by itself."""
