"""Single sheets: one entry or exhibit as a numbered hard copy, the report, a card. PDF in memory."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from typing import BinaryIO
from zoneinfo import ZoneInfo

from tallymark import examiners
from tallymark.errors import RecordError
from tallymark.model.casefile import Casefile
from tallymark.model.record import Exhibit, Record
from tallymark.pack import say
from tallymark.pack.card import FOOT, Card
from tallymark.pack.chronology import DATED, items
from tallymark.pack.contents import Contents, Seal, choose
from tallymark.pack.report_now import ANSWER, Report
from tallymark.pack.sections.chronology.section import blocks
from tallymark.pack.typeset.press import typeset

_NEVER_PRINTED = frozenset({"intimate", "child"})
_WIDEST = 1600


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on it. ``label`` is the box at the top, ``blanks`` are lines to fill in by hand."""

    title: str
    label: Sequence[tuple[str, str]] = ()
    lead: Sequence[str] = ()
    entries: Sequence[Mapping[str, object]] = ()
    facts: Sequence[tuple[str, str]] = ()
    lists: Sequence[tuple[str, Sequence[str]]] = ()
    blanks: Sequence[str] = ()
    foot: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def pdf(self, *, made: datetime) -> bytes:
        """The sheet as a PDF; ``made`` is aware. Raises ``TypesetFailed``."""
        document = {
            "title": self.title,
            "label": [list(row) for row in self.label],
            "lead": list(self.lead),
            "entries": [dict(one) for one in self.entries],
            "facts": [list(row) for row in self.facts],
            "lists": [[head, list(lines)] for head, lines in self.lists],
            "blanks": list(self.blanks),
            "foot": self.foot,
            "pictures": [f"/{path}" for path in self.pictures],
        }
        documents = {"sheet.json": document, "here.json": {"file": ""}, "anchors.json": {}}
        root = files("tallymark.pack").joinpath("typeset")
        templates = {
            f"typeset/{name}": root.joinpath(name).read_bytes() for name in ("ink.typ", "sheet.typ")
        }
        sources = templates | dict(self.pictures)
        return typeset("sheet", documents=documents, files=sources, made=made).data


def of_record(
    casefile: Casefile,
    record: Record,
    *,
    made: datetime,
    copy: int,
    open_original: Callable[[str], BinaryIO],
) -> Sheet:
    """One entry or exhibit as hard copy number ``copy``.

    Raises ``RecordError`` for a kind that is not printed, for a place that never leaves and for
    pictures that are never copied.
    """
    number = casefile.leaves[record.id].index
    label = [
        ("Hard copy", f"{copy} of #{number}"),
        ("Printed", _printed(made, casefile.zone)),
    ]
    if isinstance(record.body, Exhibit):
        return _exhibit(record, record.body, label, open_original)
    if record.type not in DATED:
        raise RecordError("An entry or an exhibit can be printed, and nothing else.")
    contents = _alone(casefile, record, made)
    told = blocks(contents, [i for i in items(contents) if i.record.id == record.id])
    if not told:
        raise RecordError("This entry points at a place that never leaves, so it is not printed.")
    kept = "record " + record.id + " in the diary of the person, unchanged since it was written"
    return Sheet(
        title=f"Entry #{number}",
        label=[*label, ("Original kept at", kept)],
        entries=told,
        blanks=("Handed to", "Date and time", "Signed"),
        foot="A print of one diary entry. The diary's own record is the original.",
    )


def _printed(made: datetime, zone: str) -> str:
    at = made.astimezone(ZoneInfo(zone))
    return f"{say.day(at)} {say.clock(at)} {at.tzname()}"


def _alone(casefile: Casefile, record: Record, made: datetime) -> Contents:
    """The pages' view of the casefile for police: what may never leave is out of it already."""
    seal = Seal(fingerprint="", words=(), origin="", size=casefile.log_size, root="", program="")
    kept = {"person", "place", "exhibit", "order", "told_to_stop"}
    records = tuple(r for r in casefile.records if r.id == record.id or r.type in kept)
    return choose(
        replace(casefile, records=records),
        purpose="police",
        made=made,
        pack_id="",
        series="",
        sequence=0,
        seal=seal,
    )


def _exhibit(
    record: Record,
    body: Exhibit,
    label: list[tuple[str, str]],
    open_original: Callable[[str], BinaryIO],
) -> Sheet:
    if _NEVER_PRINTED.intersection(body.sensitivity):
        raise RecordError(
            "This exhibit is marked as intimate or as showing a child. It is not printed.",
            next_step="Tell police that you have it. Leave it where it is.",
        )
    held = {"yes": "still held", "no": "no longer held", "unsure": "not sure if held"}
    where = body.original_location or body.source_device or "not recorded"
    still = held.get(body.original_still_held or "", "")
    facts = [
        ("Exhibit", body.number),
        ("Title", body.title),
        ("Name of the file", body.name),
        ("Kind", say.code(body.kind)),
        ("How it was obtained", say.code(body.method)),
        ("File time as found", body.modified or ""),
        ("Size", say.count(body.size, "byte")),
        ("SHA-256", body.sha256),
        ("Kept since", say.written(record)),
    ]
    return Sheet(
        title=f"Exhibit {body.number}",
        label=[*label, ("Original kept at", f"{where}{f' ({still})' if still else ''}")],
        facts=[(name, text) for name, text in facts if text],
        pictures=_picture(record, body, open_original),
        blanks=("Handed to", "Date and time", "Signed"),
        foot="A print. The file itself, byte for byte, is the exhibit.",
    )


def _picture(
    record: Record, body: Exhibit, open_original: Callable[[str], BinaryIO]
) -> dict[str, bytes]:
    """The photo redrawn in a confined child; none for other files or one that cannot be drawn."""
    if not body.mime.startswith("image/"):
        return {}
    with open_original(record.id) as source:
        found = examiners.pixels(source, widest=_WIDEST)
    if not found:
        return {}
    size = f'width="{found.width}" height="{found.height}"'
    data = base64.b64encode(examiners.jpeg(found, quality=80)).decode("ascii")
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<image {size} href="data:image/jpeg;base64,{data}"/></svg>'
    )
    return {"picture.svg": drawn.encode("ascii")}


def of_report(report: Report, *, made: datetime, zone: str) -> Sheet:
    """The report on paper, with lines for what they answer."""
    return Sheet(
        title="To tell police",
        lead=[f"Made {_printed(made, zone)}. My own words and counts from my diary."],
        facts=[(line.heading, line.words) for line in report.lines],
        blanks=ANSWER,
        foot=FOOT,
    )


def of_card(card: Card) -> Sheet:
    """A card on paper."""
    return Sheet(
        title=card.title,
        lead=[card.why],
        lists=[("What helps", card.say), ("Please do not", card.not_say)],
        foot=FOOT,
    )
