"""The header fields of a message or part: in order, as they stand, with where the body begins.

At most 1 MB and 1,000 lines are looked at. A first line that is no field means that there are no
fields; lines that are no field among others are kept and named.
"""

from __future__ import annotations

import re

from tallymark.importers._email_words import decoded, readable

MAX_BYTES = 1 << 20
MAX_LINES = 1000
MOST_NAMES = 4096
_NAME = re.compile(rb"[!-9;-~]{1,200}[ \t]{0,8}")
_FOLD = re.compile(rb"\r?\n[ \t]?(?=[ \t])|\r?\n")
_FIELDS = re.compile(rb"\n(?![ \t])")


class Fields:
    """The fields of one block of bytes [start, end) and, in ``body``, the offset of what follows them.

    ``rows`` are name in lower case, name as written and value as it stands, top first.
    """

    __slots__ = ("_places", "body", "junk", "over", "rows")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.rows: list[tuple[bytes, bytes, bytes]] = []
        self._places: dict[bytes, list[int]] = {}
        self.junk = 0
        self.over = False
        self.body = self._read(data, start, end)

    def _read(self, data: bytes, start: int, end: int) -> int:
        if data.startswith((b"\n", b"\r\n"), start, end):
            return start + (1 if data[start] == 10 else 2)
        stop, body = _block(data, start, end)
        if stop - start > MAX_BYTES:
            self.over, stop = True, start + MAX_BYTES
        block = data[start:stop]
        if block.count(b"\n") > MAX_LINES:
            self.over = True
            block = b"\n".join(block.split(b"\n", MAX_LINES)[:MAX_LINES])
        return self._take(_FIELDS.split(block), start, body)

    def _take(self, fields: list[bytes], start: int, body: int) -> int:
        rows, places, tail = self.rows, self._places, -1
        for number, line in enumerate(fields):
            name, colon, value = line.partition(b":")
            if colon and (lower := _NAMES.get(name) or _lower(name)):
                if lower in places:
                    places[lower].append(len(rows))
                else:
                    places[lower] = [len(rows)]
                rows.append((lower, name, value))
                tail = -1
            elif line and line != b"\r":
                if not rows:
                    return start
                self.junk += 1
                tail = number if tail < 0 else tail
                places.setdefault(b"", []).append(len(rows))
                rows.append((b"", b"", line))
        if tail < 0 or self.over:
            return body
        # a body that no blank line parts from the fields
        kept = max(place for place, row in enumerate(rows) if row[0]) + 1
        del rows[kept:]
        places[b""] = [place for place in places[b""] if place < kept]
        return start + sum(len(line) + 1 for line in fields[:tail])

    def get(self, name: bytes) -> bytes:
        """The value of the first field of that name (lower case), unfolded; empty where there is none."""
        places = self._places.get(name)
        return unfolded(self.rows[places[0]][2]) if places else b""

    def last(self, name: bytes) -> bytes:
        """The value of the last field of that name (lower case), unfolded."""
        places = self._places.get(name)
        return unfolded(self.rows[places[-1]][2]) if places else b""

    def has(self, name: bytes) -> bool:
        """Whether there is a field of that name (lower case)."""
        return name in self._places

    def all(self, name: bytes) -> list[bytes]:
        """The values of every field of that name (lower case), as they stand, top first."""
        return [self.rows[place][2] for place in self._places.get(name, ())]

    def text(self, name: bytes, issues: set[str]) -> str:
        """The first field of that name for people: encoded words decoded, doubts added to ``issues``."""
        value = self.get(name)
        return decoded(value, issues) if value else ""

    def others(self, known: frozenset[bytes]) -> dict[str, str]:
        """Every field that is not the first of a name in ``known``, as it stands; repeated ones are numbered."""
        found: dict[str, str] = {}
        for lower, places in self._places.items():
            first = 1 if lower in known else 0
            for number, place in enumerate(places[first:], start=first + 1):
                _, name, value = self.rows[place]
                key = _SHOWN.get(name) or readable(name.rstrip()) or "(no name)"
                found[key if number == 1 else f"{key} ({number})"] = readable(value.strip())
        return found


_SHOWN: dict[bytes, str] = {}
_NAMES: dict[bytes, bytes] = {}  # names seen, in lower case: a mailbox has few, and many of each


def _lower(name: bytes) -> bytes:
    """The name in lower case where it may be one; empty otherwise."""
    if not _NAME.fullmatch(name):
        return b""
    lower = name.rstrip().lower()
    if len(_NAMES) < MOST_NAMES:
        _NAMES[name] = lower
        _SHOWN[name] = readable(name.rstrip())
    return lower


def _block(data: bytes, start: int, end: int) -> tuple[int, int]:
    """End of the fields, and of the blank line after them."""
    limit = min(end, start + MAX_BYTES)
    first = data.find(b"\n", start, limit)
    marks = (b"\n\r\n", b"\n\n") if data[first - 1 : first] == b"\r" else (b"\n\n", b"\n\r\n")
    for mark in marks:  # the other kind of line end matters only before the one that is usual here
        at = data.find(mark, start, limit)
        if at >= 0:
            limit, end, body = at, at + 1, at + len(mark)
            break
    else:
        return end, end
    other = data.find(marks[1], start, limit) if mark == marks[0] else -1
    return (other + 1, other + len(marks[1])) if other >= 0 else (end, body)


def unfolded(value: bytes) -> bytes:
    """A field's value on one line, without space around it."""
    if b"\n" in value:
        value = _FOLD.sub(b"", value)
    return value.strip()
