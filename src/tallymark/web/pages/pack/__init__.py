"""Make a pack to hand over."""
