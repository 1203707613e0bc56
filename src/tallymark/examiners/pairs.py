"""Files that belong together although they came apart: a Live Photo is a picture and a clip."""

from __future__ import annotations

from collections.abc import Iterable

from tallymark.model.record import Exhibit, Record


def pairs(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """For each exhibit that shares a pair id with others, by record id, the numbers of the others.

    A Live Photo is a picture and a clip with one content identifier, which may have come apart.
    """
    held: dict[str, list[tuple[str, Exhibit]]] = {}
    for record in records:
        body = record.body
        if isinstance(body, Exhibit) and (ident := body.examined.get("pair_id")):
            held.setdefault(ident, []).append((record.id, body))
    return {
        ident: tuple(other.number for other_id, other in group if other_id != ident)
        for group in held.values()
        if len(group) > 1
        for ident, _ in group
    }
