"""Who an SMS backup names: numbers as written, the labels they are shown under, and their kind.

A label is the name saved in the phone. A second number under one name gets a label of its own, so
that no two numbers are merged. Names are given out in the order of the file.
"""

from __future__ import annotations

from typing import NamedTuple

from tallymark.model.event import Party

NULL = "null"
_NOBODY = frozenset({"", NULL, "insert-address-token"})
_NO_NAME = frozenset({"", NULL, "(Unknown)"})
_PLACEHOLDERS = frozenset({"-1", "-2", "-3", "unknown", "anonymous", "private", "withheld"})
_TAIL = 9  # a number with and without its country code agrees in its last nine digits


class Named(NamedTuple):
    """A number as the file writes it, and the label that it is shown under; empty when withheld."""

    number: str
    label: str


class People:
    """The labels of one import. ``owner`` is what the exporting phone's own side is called."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._of_label = {owner: ""}
        self._labels: dict[tuple[str, str], str] = {}

    def named(self, number: str, contact: str) -> Named:
        """The person behind a number; ``contact`` is the name saved for it, or ``(Unknown)``."""
        if number in _NOBODY or number.lower() in _PLACEHOLDERS:
            return Named("", "")
        wanted = number if contact in _NO_NAME else contact
        key = number, wanted
        label = self._labels.get(key)
        if label is None:
            label = wanted
            if self._of_label.setdefault(label, number) != number:
                label = number if wanted == number else f"{wanted} ({number})"
            self._labels[key] = label
        return Named(number, label)


def exists(value: str) -> bool:
    """Whether an attribute says anything: the app writes the word ``null`` for nothing."""
    return value not in _NOBODY


def scheme(number: str) -> str:
    """What an address is: ``tel``, ``email``, or a ``display`` name as companies send with."""
    if "@" in number:
        return "email"
    digits = number.translate(_LOOSE)
    return "tel" if digits.isdecimal() else "display"


_LOOSE = {ord(sign): None for sign in "+-() ./#*\u00a0\u202a\u202c"}


def same(one: str, other: str) -> bool:
    """Whether two spellings can be one number: equal, or equal in their last nine digits."""
    return one == other or tail(one) == tail(other)


def tail(number: str) -> str:
    """What is compared of a number."""
    digits = "".join(char for char in number if char.isdecimal())
    return digits[-_TAIL:] if len(digits) >= _TAIL else number


def party(role: str, who: Named, *, written: str = "") -> Party:
    """A person as stated beside an event; ``written`` is another spelling of the number there."""
    label = who.label if who.label != who.number else ""
    raw = written if written != who.number else ""
    return Party(role=role, value=who.number, scheme=scheme(who.number), label=label, raw=raw)
