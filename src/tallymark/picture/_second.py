"""Second sources of each typed entry: who or what else has it, of which kind, and who linked it."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.model.casefile import Casefile
from tallymark.model.record import Person, SameEvent, SecondSource
from tallymark.picture._entries import Entry, exhibits
from tallymark.picture._links import current
from tallymark.picture._view import plural
from tallymark.picture._words import second_label

WITNESS = "witness"
LINKED_BY_ENTRY = "in the entry itself"


@dataclass(frozen=True, slots=True)
class Source:
    """One second source of one entry. ``name`` is a person's label, empty for a thing."""

    kind: str
    name: str
    linked_by: str
    ref: str

    @property
    def key(self) -> str:
        """For sorting: people by name before things by kind."""
        return f"0{self.name}" if self.name else f"1{self.kind}"


def second_sources(casefile: Casefile, typed: tuple[Entry, ...]) -> dict[str, list[Source]]:
    """For each entry's id its second sources, those named in it first, none for most."""
    files = exhibits(casefile)
    labels = {r.id: r.body.label for r in current(casefile) if isinstance(r.body, Person)}
    found: dict[str, list[Source]] = {}
    for entry in typed:
        named = [
            Source(WITNESS, labels.get(w.person, w.person), LINKED_BY_ENTRY, entry.id)
            for w in entry.body.witnesses
        ]
        held = [files[ref] for ref in entry.body.exhibits if ref in files]
        kinds = [second_label(one.kind, method=one.method) for one in held]
        named += [Source(kind, "", LINKED_BY_ENTRY, entry.id) for kind in kinds if kind]
        if named:
            found[entry.id] = named
    known = {entry.id for entry in typed}
    for record in sorted(current(casefile), key=lambda r: (r.written, r.id)):
        if isinstance(record.body, SecondSource):
            for ref in record.body.entries:
                if ref in known:
                    found.setdefault(ref, []).append(_linked(record.id, record.body, labels))
    return found


def _linked(ref: str, body: SecondSource, labels: dict[str, str]) -> Source:
    name = labels.get(body.person, body.person) if body.person else ""
    by = "the person" if body.linked_by == "self" else labels.get(body.linked_by, body.linked_by)
    return Source(body.kind.replace("_", " "), name or "", by, ref)


def decided_same(casefile: Casefile) -> tuple[str, ...]:
    """The ids of the decisions that several sources show one act, the newest one on each set.

    They are told beside the counts and lower none of them.
    """
    newest: dict[frozenset[str], tuple[str, str]] = {}
    for record in sorted(current(casefile), key=lambda r: (r.written, r.id)):
        if isinstance(record.body, SameEvent):
            newest[frozenset(record.body.sources)] = (record.id, record.body.decision)
    return tuple(ref for ref, decision in newest.values() if decision == "same")


def same_note(casefile: Casefile) -> str:
    """A sentence when a person decided that sources show one act; else nothing."""
    many = len(decided_same(casefile))
    if not many:
        return ""
    was = "was" if many == 1 else "were"
    return (
        f" {plural(many, 'act')} {was} decided to stand in several sources; each source still "
        "counts as an item."
    )
