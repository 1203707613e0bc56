"""The process that reads the words in one picture or document: it locks itself down, reads, ends.

RapidOCR with the models in its own wheel; what it would fetch is refused by the jail. Words of a PDF
are taken as its pages hold them; nothing in it is run or fetched.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import warnings
from typing import Any

import msgspec

from tallymark.examiners._forward import Forward, Pieces
from tallymark.examiners._frames import LENGTH, MOST_BYTES, MOST_PIXELS, Words
from tallymark.jail.limits import lock_down

_MEMORY = 4 << 30  # the engine maps much more than it uses: about 700 MiB at its peak
_MOST_PAGES = 2_000
_MOST_WORDS = 1 << 20
_WIDEST = 3_000


def main(answers: int) -> None:
    """Answer the one request on standard input on descriptor ``answers``."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    stream = sys.stdin.buffer
    method = stream.readline(64).decode().strip()
    engine = _engine() if method == "ocr" else None
    lock_down(size=MOST_BYTES, memory=_MEMORY, threads=True)
    data = Forward(Pieces(stream)).read(MOST_BYTES + 1)
    try:
        found = _read(data, engine) if len(data) <= MOST_BYTES else Words()
    except Exception:  # noqa: BLE001 - a file made to break a library ends in nothing read
        found = Words()
    body = msgspec.msgpack.encode(found)
    view = memoryview(LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(answers, view) :]


def _engine() -> Any:
    """The reader of pictures. Made before the jail closes, because it opens its models."""
    try:
        from rapidocr import RapidOCR
    except ImportError:
        return None
    return RapidOCR(params={"Global.log_level": "critical"})


def _read(data: bytes, engine: Any) -> Words:
    if engine is None:
        return _paper(data) if data.startswith(b"%PDF-") else Words(missing=True)
    return _picture(data, engine)


def _picture(data: bytes, engine: Any) -> Words:
    import numpy as np
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    with Image.open(io.BytesIO(data)) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return Words()
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((_WIDEST, _WIDEST * 3))
    found = engine(np.asarray(upright))
    if found.txts is None:
        return Words(read=True)
    lines = [
        (str(text), float(score)) for text, score in zip(found.txts, found.scores, strict=True)
    ]
    return Words(
        read=True,
        lines=[text for text, _ in lines],
        doubtful=[n for n, (_, score) in enumerate(lines) if score < 0.9],
    )


def _paper(data: bytes) -> Words:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    lines: list[str] = []
    held = 0
    for page in reader.pages[:_MOST_PAGES]:
        text = page.extract_text()
        held += len(text)
        if held > _MOST_WORDS:
            break
        lines += [line for line in text.splitlines() if line.strip()]
    return Words(read=True, lines=lines)
