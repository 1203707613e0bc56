"""Evidence on the screen: redrawn pixels or plain text, never the file itself.

A picture is decoded in a confined child and drawn again as a new file, so that nothing that was
hidden in the old one reaches this process or the browser. Text is escaped. Each answer carries a policy that allows nothing to run.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import BinaryIO, Literal

from starlette.responses import Response, StreamingResponse

from tallymark import examiners
from tallymark.model.record import Exhibit
from tallymark.web.guard import evidence_policy
from tallymark.web.render import plain

_TEXT = 64 * 1024
_CHUNK = 256 * 1024
_PICTURES = {
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff",
    "image/heic", "image/heif",
}  # fmt: skip
_ENDING = re.compile(r"\.([a-z0-9]{1,5})\Z")
_ENDINGS = {
    "jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "mp4", "mov", "3gp", "m4a", "mp3", "ogg",
    "opus", "wav", "amr", "pdf", "txt", "csv", "json", "zip", "eml", "docx", "xlsx",
}  # fmt: skip
PIXEL_POLICY = "sandbox; default-src 'none'; frame-ancestors 'self'"
TEXT_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
)

Kind = Literal["pixels", "text", "none"]


def preview_kind(body: Exhibit) -> Kind:
    """How a file is shown: by the type its first bytes gave it, never by its name."""
    if body.mime in _PICTURES:
        return "pixels"
    return "text" if body.mime.startswith("text/") else "none"


def pixels_answer(source: BinaryIO) -> Response:
    """The redrawn picture, or a drawing that says it cannot be shown."""
    found = examiners.pixels(source)
    if found is not None:
        return Response(
            examiners.jpeg(found), media_type="image/jpeg", headers=evidence_policy(PIXEL_POLICY)
        )
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="90" viewBox="0 0 640 90">'
        '<rect width="640" height="90" fill="#fffdf8"/><text x="16" y="52" font-size="20" '
        'font-family="sans-serif" fill="#1c1a17">This picture cannot be shown here. It is kept.'
        "</text></svg>"
    )
    return Response(drawing, media_type="image/svg+xml", headers=evidence_policy(PIXEL_POLICY))


def text_answer(source: BinaryIO) -> Response:
    """The start of a text, escaped, with signs that turn the reading direction made visible."""
    head = source.read(_TEXT + 1)
    words = plain(head[:_TEXT].decode("utf-8", errors="replace"))
    more = "\n\n[There is more in the file.]" if len(head) > _TEXT else ""
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Notes</title>'
        "<style>body{font:1.1rem/1.5 monospace;margin:1rem;background:#fffdf8;color:#1c1a17}"
        "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:0}</style>"
        f'<pre dir="auto">{html.escape(words + more)}</pre></html>'
    )
    return Response(page, media_type="text/html", headers=evidence_policy(TEXT_POLICY))


def file_answer(source: BinaryIO, body: Exhibit) -> Response:
    """The original's bytes as a download with a neutral name."""
    found = _ENDING.search(body.name.casefold())
    ending = found[1] if found and found[1] in _ENDINGS else "bin"
    name = re.sub(r"[^0-9]", "", body.number.rpartition("/")[2]) or "0"
    return StreamingResponse(
        _chunks(source),
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="item-{name}.{ending}"',
            "content-length": str(body.size),
            **evidence_policy(PIXEL_POLICY),
        },
    )


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while chunk := source.read(_CHUNK):
            yield chunk
