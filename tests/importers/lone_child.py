"""The real child without a second process."""

from __future__ import annotations

import sys

from tallymark.importers import _aside, _child


def main(frames: int) -> None:
    """Answer as the real child does, whatever the size."""
    _aside.WORTH = sys.maxsize
    _child.main(frames)
