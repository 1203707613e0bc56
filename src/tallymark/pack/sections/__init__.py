"""The sections of the printed pack: one folder each, found by scan.

A folder holds ``section.py``, which defines ``SECTION`` and turns a casefile into plain data, and
``section.typ``, which defines ``render(data)``. Words from a diary are only ever data: no template
is built from them.
"""
