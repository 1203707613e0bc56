"""One file per schema step, ``NNNN_what.sql``, applied in order and never changed once released.

A file that only adds or rebuilds derived tables says so in its first line.
"""
