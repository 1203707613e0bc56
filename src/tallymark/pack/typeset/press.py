"""Turns templates and data into a PDF: tagged, archival, the same bytes for the same input.

Everything is handed over in memory: no file is read but the vendored fonts, none is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files

import typst

from tallymark.errors import TypesetFailed
from tallymark.pack.typeset.coverage import printable

LADDER: tuple[tuple[str, ...], ...] = (("a-3u", "ua-1"), ())
"""Standards to try, best first: archival and accessible, else plain but still tagged."""


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
    latter made printable too. ``made`` is aware and is all the time there is in the file. Raises
    ``TypesetFailed`` when not even the plain form can be made.
    """
    sources = {name: _printable_file(name, data) for name, data in files.items()}
    for name, value in documents.items():
        sources[name] = json.dumps(_printable(value), ensure_ascii=False).encode()
    sources["main"] = f'#include "/typeset/{main}.typ"\n'.encode()
    for standards in LADDER:
        try:
            return Printed(_compile(sources, standards, made=made), standards)
        except (typst.TypstError, RuntimeError):
            continue
    raise TypesetFailed


def _compile(sources: Mapping[str, bytes], standards: tuple[str, ...], *, made: datetime) -> bytes:
    data = typst.compile(
        dict(sources),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=list(standards),
        timestamp=int(made.astimezone(UTC).timestamp()),
    )
    return bytes(data)


@cache
def _fonts() -> typst.Fonts:
    with as_file(files("tallymark.pack.typeset").joinpath("fonts")) as folder:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
        )


def _printable_file(name: str, data: bytes) -> bytes:
    return printable(data.decode(), breaks=False).encode() if name.endswith(".svg") else data


def _printable(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner) for inner in value]
    return value
