"""Events that two exports of one channel both hold: kept twice, counted once.

Two exports of one chat overlap. Nothing is merged: each keeps its events and their places. For each
event there is a key of eight bytes over what makes it the same thing: its native ids where the
export has any, else who sent it; its time, its kind and its words. What an earlier import holds
often enough already is a repeat. Derived anew from what is visible whenever columns are loaded, so
that nothing has to be put right when an import is replaced or erased.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from tallymark.errors import VaultDamaged
from tallymark.model.event import Event
from tallymark.vault import columns
from tallymark.vault.generations import Generation, key
from tallymark.vault.store import Connection, Database

_EVENTS: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_STEP = 32  # blocks between two turns of others


def make_keys(database: Database, gen: int) -> None:
    """Store the keys of a generation unless they are there, a piece at a time."""
    with database.read() as connection:
        if connection.execute(
            "SELECT 1 FROM event_keys WHERE key >= ? AND key < ?", (key(gen, 0), key(gen + 1, 0))
        ).fetchone():
            return
        seconds = columns.load(connection, gen)[0]
    held = array("Q")
    for chunk, start in enumerate(range(0, len(seconds), columns.CHUNK)):
        while len(held) < min(columns.CHUNK, len(seconds) - start):
            done = start + len(held)
            held.extend(_next_keys(database, gen, done, seconds))
        with database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO event_keys VALUES (?, ?)",
                (key(gen, chunk), columns.to_bytes(held[: columns.CHUNK])),
            )
        del held[: columns.CHUNK]


def _next_keys(database: Database, gen: int, first: int, seconds: array[int]) -> array[int]:
    """The keys of some blocks, of which the first begins with event ``first``."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT data FROM event_blocks WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
            (key(gen, first), key(gen + 1, 0), _STEP),
        ).fetchall()
    try:
        lines = b"".join(zlib.decompress(data) for (data,) in rows).splitlines()
        keys = map(_key, map(_EVENTS.decode, lines), seconds[first : first + len(lines)])
        found = array("Q", keys)
    except (zlib.error, msgspec.MsgspecError) as problem:
        raise VaultDamaged("An event cannot be read.") from problem
    if not found:
        raise VaultDamaged("Events of an import are missing.")
    return found


def _key(event: Event, second: int) -> int:
    who = sorted(event.ids.items()) or event.sender
    said = msgspec.msgpack.encode((who, second, event.kind, event.text))
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "little")


class Doubles:
    """Remembers what was worked out last, for whoever asks for the same generations again."""

    def __init__(self) -> None:
        self._held: tuple[tuple[int, ...], dict[int, dict[int, int]]] = ((), {})

    def of(
        self, connection: Connection, sources: Sequence[Generation]
    ) -> dict[int, dict[int, int]]:
        """What ``repeats`` gives for ``sources``."""
        gens = tuple(source.gen for source in sources)
        if self._held[0] != gens:
            self._held = (gens, repeats(connection, sources))
        return self._held[1]

    def forget(self) -> None:
        """Drop what is kept."""
        self._held = ((), {})


def repeats(connection: Connection, sources: Sequence[Generation]) -> dict[int, dict[int, int]]:
    """By generation: number of an event that an earlier one of its channel holds, and the row there.

    Only for channels with several generations; each event of the earlier one stands for one.
    """
    by_channel: dict[str, list[Generation]] = defaultdict(list)
    for source in sources:
        by_channel[source.channel].append(source)
    found: dict[int, dict[int, int]] = {}
    for together in by_channel.values():
        if len(together) > 1:
            found |= _repeats(connection, sorted(together, key=lambda s: s.first))
    return found


def _repeats(connection: Connection, sources: list[Generation]) -> dict[int, dict[int, int]]:
    held = [(source, _load(connection, source.gen)) for source in sources]
    common = _common([keys for _, keys in held])
    shown: dict[int, list[int]] = {one: [] for one in common}
    found: dict[int, dict[int, int]] = {}
    for source, keys in held:
        times: Counter[int] = Counter()
        mine = found.setdefault(source.gen, {})
        for number, one in enumerate(keys):
            if one not in common:
                continue
            rows, place = shown[one], times[one]
            times[one] += 1
            if place < len(rows):
                mine[number] = rows[place]
            else:
                rows.append(source.first + number)
    return found


def _common(held: Sequence[array[int]]) -> set[int]:
    """Keys that stand in more than one array."""
    seen, common = set[int](), set[int]()
    for keys in held:
        here = set(keys)
        common |= seen & here
        seen |= here
    return common


def _load(connection: Connection, gen: int) -> array[int]:
    keys = array("Q")
    for (data,) in connection.execute(
        "SELECT data FROM event_keys WHERE key >= ? AND key < ? ORDER BY key",
        (key(gen, 0), key(gen + 1, 0)),
    ):
        keys.extend(columns.from_bytes("Q", data))
    return keys
