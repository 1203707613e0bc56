"""Before you start: is this device only yours."""
