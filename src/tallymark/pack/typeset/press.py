"""Turns templates and data into a PDF: tagged, archival, the same bytes for the same input.

Everything is handed over in memory: no file is read but the vendored fonts, none is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any, cast

import typst

from tallymark.errors import TypesetFailed
from tallymark.pack.typeset.coverage import printable

LADDER: tuple[tuple[str, ...], ...] = (("a-3u", "ua-1"), ())
"""Standards to try, best first: archival and accessible, else plain but still tagged."""

_TRIES = 8
_QUOTED = re.compile(r'the text `"((?:[^"\\]|\\.)*)"`')
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF and the standards that it was made to; none when only the plain form could be made."""

    data: bytes
    standards: tuple[str, ...]


def typeset(
    main: str, *, documents: Mapping[str, object], files: Mapping[str, bytes], made: datetime
) -> Printed:
    """Typeset the template ``main`` with ``documents`` as its JSON files.

    Every string in ``documents`` is made printable first; ``files`` are templates and SVG, the
    latter made printable too. A character that could not be drawn where it stood, such as a mark
    on a letter of another script, is shown as ``[U+XXXX]`` in a further try. ``made`` is aware and
    is all the time there is in the file. Raises ``TypesetFailed`` when not even the plain form can
    be made.
    """
    hidden: frozenset[str] = frozenset()
    for standards in LADDER:
        for _ in range(_TRIES):
            sources = _sources(main, documents=documents, files=files, hidden=hidden)
            try:
                return Printed(_compile(sources, standards, made=made), standards)
            except typst.TypstError as problem:
                found = undrawable(str(problem)) - hidden
                if not found:
                    break
                hidden |= found
    raise TypesetFailed


def undrawable(message: str) -> frozenset[str]:
    """The characters that the typesetter says no font could draw where they stood."""
    texts = [_ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) for text in _QUOTED.findall(message)]
    return frozenset(c for text in texts for c in text if not c.isascii())


def _sources(
    main: str,
    *,
    documents: Mapping[str, object],
    files: Mapping[str, bytes],
    hidden: frozenset[str],
) -> dict[str, bytes]:
    sources = {name: _printable_file(name, data, hidden) for name, data in files.items()}
    for name, value in documents.items():
        sources[name] = json.dumps(_printable(value, hidden), ensure_ascii=False).encode()
    sources["main"] = f'#include "/typeset/{main}.typ"\n'.encode()
    return sources


def _compile(sources: Mapping[str, bytes], standards: tuple[str, ...], *, made: datetime) -> bytes:
    compiled = cast("Any", typst.compile)(  # its types leave out a project held in memory
        dict(sources),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=list(standards),
        timestamp=int(made.astimezone(UTC).timestamp()),
    )
    return bytes(compiled)


@cache
def _fonts() -> typst.Fonts:
    with as_file(files("tallymark.pack.typeset").joinpath("fonts")) as folder:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
        )


def _printable_file(name: str, data: bytes, hidden: frozenset[str]) -> bytes:
    if not name.endswith(".svg"):
        return data
    return printable(data.decode(), breaks=False, hidden=hidden).encode()


def _printable(value: object, hidden: frozenset[str]) -> object:
    if isinstance(value, str):
        return printable(value, hidden=hidden)
    if isinstance(value, Mapping):
        return {key: _printable(inner, hidden) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner, hidden) for inner in value]
    return value
