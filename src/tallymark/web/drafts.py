"""An entry that is being written: kept encrypted in the vault after every page, never elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Protocol

_KEY = "entry"


class KeepsDrafts(Protocol):
    """The part of a vault that keeps drafts."""

    def save_draft(self, key: str, text: str) -> None:
        """Keep ``text`` under ``key``, encrypted, in place of what was there."""

    def drafts(self) -> dict[str, str]:
        """All that is kept."""

    def drop_draft(self, key: str) -> None:
        """Forget it."""


@dataclass(slots=True)
class Draft:
    """Answers as typed, by field; ``tried`` names the questions that were answered and sent."""

    answers: dict[str, str] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)


def load(vault: KeepsDrafts) -> Draft | None:
    """The entry that was begun, if there is one."""
    kept = vault.drafts().get(_KEY)
    if not kept:
        return None
    read = json.loads(kept)
    return Draft(answers=dict(read["answers"]), tried=list(read["tried"]))


def merge(vault: KeepsDrafts, answers: dict[str, str], *, tried: str | None = None) -> Draft:
    """Add answers to the entry that was begun, or begin one."""
    draft = load(vault) or Draft()
    draft.answers.update(answers)
    if tried is not None and tried not in draft.tried:
        draft.tried.append(tried)
    vault.save_draft(_KEY, json.dumps({"answers": draft.answers, "tried": draft.tried}))
    return draft


def drop(vault: KeepsDrafts) -> None:
    """The entry was saved or thrown away."""
    vault.drop_draft(_KEY)
