"""Cards for those who may see something: what helps to write down, and what not to say. No evidence."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tallymark.errors import UsageProblem

FOOT = "In danger now: 999. If you cannot speak on a mobile, press 55 when asked. Otherwise: 101."


@dataclass(frozen=True, slots=True)
class Card:
    """One sheet. It names nobody and says nothing of what happened."""

    title: str
    why: str
    say: tuple[str, ...]
    not_say: tuple[str, ...]

    def text(self) -> str:
        """Plain characters, to print or send on oneself."""
        parts = [self.title.upper(), self.why, "", "WHAT HELPS"]
        parts += [f"- {line}" for line in self.say]
        parts += ["", "PLEASE DO NOT"]
        parts += [f"- {line}" for line in self.not_say]
        return "\n".join([*parts, "", FOOT])


def names() -> tuple[str, ...]:
    """For whom there is a card."""
    return tuple(_cards())


def card(name: str) -> Card:
    """The card for ``neighbour``, ``employer`` or ``school``. Raises ``UsageProblem``."""
    found = _cards().get(name)
    if found is None:
        raise UsageProblem(f"There is a card for: {', '.join(names())}.")
    return found


@cache
def _cards() -> dict[str, Card]:
    data = tomllib.loads(files("tallymark.pack").joinpath("cards.toml").read_text("utf-8"))
    return {
        name: Card(one["title"], one["why"], tuple(one["say"]), tuple(one["not_say"]))
        for name, one in data.items()
    }
