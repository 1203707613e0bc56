"""Where the private window arrives, and the first address."""
