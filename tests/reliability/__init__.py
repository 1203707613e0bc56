"""How what is acknowledged is held to be on the disk: recorded, cut off, faulted, flipped, killed."""
