"""How each exhibit was obtained, where its original is, and the packs made before this one."""

from __future__ import annotations

from tallymark.examiners.clocks import WORDS, differences
from tallymark.examiners.pairs import pairs
from tallymark.model.record import Exhibit, HandOver, Run
from tallymark.pack import say
from tallymark.pack.chronology import listed_exhibits
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Section

_FACTS = {
    "device": "made with",
    "software": "written by",
    "seconds": "length in seconds",
    "streams": "holds",
    "moving_part": "moving part:",
    "second_picture": "another picture",
    "pages": "pages",
    "attached": "files inside it:",
    "protected": "protected:",
    "app": "screen of",
    "credentials": "content credentials",
}
"""What is printed of a file's own facts. Its place is not: who reads the file itself finds it there."""


def _run(run: Run) -> str:
    return f"{run.place} of {run.of} pictures, first {run.label}"


def _rows(body: Exhibit, *, received: str, pair: tuple[str, ...]) -> list[list[str]]:
    clocks = "; ".join(f"{WORDS.get(name, name)}: {at}" for name, at in body.clocks.items())
    apart = " ".join(one.told() for one in differences(body.clocks))
    facts = "; ".join(f"{_FACTS[n]} {v}" for n, v in body.examined.items() if n in _FACTS)
    return [
        ["How obtained", say.code(body.method) or "not recorded"],
        ["When obtained", say.moment(body.acquired) if body.acquired else "not recorded"],
        ["Taken in", f"{received} by this device's clock"],
        ["From", body.source_device or "not recorded"],
        ["Original still held", body.original_still_held or "not recorded"],
        *([["Kept at", body.original_location]] if body.original_location else []),
        *([["File time as found", body.modified]] if body.modified else []),
        *([["Times it states", clocks]] if clocks else []),
        *([["Clocks that differ", apart]] if apart else []),
        *([["Read from the file", facts]] if facts else []),
        *([["Belongs with", ", ".join(pair)]] if pair else []),
        *([["One of a run", _run(body.run)]] if body.run else []),
        *([["Marked", ", ".join(map(say.code, body.sensitivity))]] if body.sensitivity else []),
        *([["Notes", "\n".join(body.notes)]] if body.notes else []),
    ]


def _content(contents: Contents) -> tuple[Part, ...]:
    together = pairs(contents.shown)
    found = [
        {
            "n": contents.numbers[record.id],
            "title": f"{record.body.number} {record.body.title or record.body.name}".strip(),
            "rows": _rows(
                record.body, received=say.written(record), pair=together.get(record.id, ())
            ),
        }
        for record, why in listed_exhibits(contents)
        if not why and isinstance(record.body, Exhibit)
    ]
    packs = [
        f"Pack {r.body.sequence} for {r.body.purpose}, {say.written(r)}: "
        f"{say.count(r.body.records, 'record')}, {say.count(r.body.exhibits, 'exhibit')}. "
        f"Tag manifest {r.body.tagmanifest_sha256}"
        for r in contents.shown
        if isinstance(r.body, HandOver)
    ]
    data = {
        "lead": "Each original is stored byte for byte as it came; its digest was taken on the way in.",
        "exhibits": found,
        "packs": packs,
    }
    return (Part(data=data),)


SECTION = Section(order=70, title="How it was obtained and kept", content=_content)
