"""Small pictures for the pages: each photo redrawn in a confined child, so that the list shows it.

The originals beside them are what counts; these are derived, and the page says so.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from tallymark import examiners
from tallymark.model.record import Exhibit
from tallymark.pack.contents import Contents

MOST = 150
"""Photos drawn in one pack, the first in order of their numbers; the rest are listed without."""

_WIDEST = 640
_QUALITY = 70
_AT_ONCE = 2


def redrawn(contents: Contents, *, open_original: Callable[[str], BinaryIO]) -> Mapping[str, bytes]:
    """A small picture for each photo that leaves, by the path of its original.

    It is an SVG that holds a JPEG, because the typesetter takes text files alone.

    A file that is no picture, is damaged, or is larger than what is drawn anywhere is left out.
    """
    photos = {
        r.body.number
        for r in contents.shown
        if isinstance(r.body, Exhibit) and r.body.mime.startswith("image/")
    }
    chosen = [o for o in contents.originals if o.number in photos][:MOST]

    def small(exhibit_id: str) -> bytes | None:
        with open_original(exhibit_id) as source:
            found = examiners.pixels(source, widest=_WIDEST)
        return _framed(found) if found else None

    with ThreadPoolExecutor(_AT_ONCE) as hands:
        drawn = hands.map(small, [o.exhibit_id for o in chosen])
        return {o.path: data for o, data in zip(chosen, drawn, strict=True) if data}


def _framed(found: examiners.Pixels) -> bytes:
    size = f'width="{found.width}" height="{found.height}"'
    data = base64.b64encode(examiners.jpeg(found, quality=_QUALITY)).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<image {size} href="data:image/jpeg;base64,{data}"/></svg>'
    ).encode("ascii")
