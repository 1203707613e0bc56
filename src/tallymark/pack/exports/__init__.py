"""Tables and data for machines: one file per export, found by scan. Each defines ``EXPORT``."""
