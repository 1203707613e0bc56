"""Who to call, and what the exit button does not do."""
