"""The PDFs of a pack: the first page, and everything else in volumes, each with its links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from tallymark import plugins
from tallymark.pack import say
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Section
from tallymark.pack.typeset.press import typeset

PACKAGE = "tallymark.pack.sections"
START = "1-START-HERE.pdf"
BOOK = "2-everything.pdf"


@dataclass(frozen=True, slots=True)
class _Chapter:
    name: str
    section: Section
    part: Part


def write(contents: Contents) -> list[tuple[str, bytes]]:
    """Name and bytes of each PDF, in the order in which they lie in the pack."""
    volumes = _volumes(contents)
    names = [BOOK, *(f"2-everything-volume-{n}.pdf" for n in range(2, len(volumes) + 1))]
    anchors = {
        str(number): name
        for name, chapters in zip(names, volumes, strict=True)
        for chapter in chapters
        for number in chapter.part.numbers
    }
    first = next(c for c in volumes[0] if c.name == "summary")
    printed = [(START, [first]), *zip(names, volumes, strict=True)]
    return [
        (name, _pdf(name, chapters, anchors=anchors, volumes=len(volumes), contents=contents))
        for name, chapters in printed
    ]


def _volumes(contents: Contents) -> list[list[_Chapter]]:
    """All first parts in order of the sections, then further parts each in a volume of their own."""
    sections = {name: _section(name) for name in plugins.names(PACKAGE)}
    ordered = sorted(sections.items(), key=lambda item: (item[1].order, item[0]))
    volumes: list[list[_Chapter]] = [[]]
    for name, section in ordered:
        for place, part in enumerate(section.content(contents)):
            if place == len(volumes):
                volumes.append([])
            volumes[place].append(_Chapter(name, section, part))
    return volumes


def _section(name: str) -> Section:
    section: Section = plugins.load(f"{PACKAGE}.{name}", "section", "SECTION")
    return section


def _pdf(
    name: str,
    chapters: Sequence[_Chapter],
    *,
    anchors: Mapping[str, str],
    volumes: int,
    contents: Contents,
) -> bytes:
    made = contents.local(contents.made)
    title = f"Pack {contents.sequence} of {say.day(made)}, {say.clock(made)} {made.tzname()}"
    place = int(name.removesuffix(".pdf").rpartition("-")[2]) if "-volume-" in name else 1
    book = {
        "title": f"{title}: {'start here' if name == START else 'everything'}",
        "running": title,
        "sheet": name == START,
        "volume": f"Volume {place} of {volumes}" if volumes > 1 and name != START else "",
        "sections": [
            {
                "name": c.name,
                "title": c.section.title,
                "data": c.part.data,
                "bare": c.name == "summary",
                "new_page": c.section.new_page,
                "contents": c.name == "summary" and name != START,
            }
            for c in chapters
        ],
    }
    documents = {"book.json": book, "here.json": {"file": name}, "anchors.json": dict(anchors)}
    pictures = {path: data for c in chapters for path, data in c.part.files.items()}
    templates = _templates([c.name for c in chapters])
    return typeset("book", documents=documents, files=templates | pictures, made=contents.made).data


def _templates(names: Sequence[str]) -> dict[str, bytes]:
    root = files("tallymark.pack")
    paths = ["typeset/ink.typ", "typeset/book.typ"]
    paths += [f"sections/{name}/section.typ" for name in names]
    return {path: root.joinpath(*path.split("/")).read_bytes() for path in paths}
