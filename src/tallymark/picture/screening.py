"""Entries beside the questions of the screening and the list of accounts: counts, and no sum of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tallymark.law import Checklist, Prompt
from tallymark.model.casefile import Casefile
from tallymark.model.record import Incident, SafetyAction
from tallymark.picture._entries import exhibits, numbers
from tallymark.picture._looks import LOOKS, Held, hold


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with the records that touch it, in the order in which people see them."""

    key: str
    words: str
    list: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of the list of accounts: what was done about it, entries, and files that show it."""

    key: str
    words: str
    keep: str
    actions: tuple[str, ...]
    entries: tuple[str, ...]
    files: tuple[str, ...]


def screened(casefile: Casefile, prompts: Iterable[Prompt]) -> tuple[Answered, ...]:
    """Which records touch each question. A question with none is not answered "no" by that."""
    held, number = hold(casefile), numbers(casefile)
    found = []
    for prompt in prompts:
        refs = {ref for ref, codes in held.codes.items() if _has(codes, prompt.codes)}
        refs.update(*(LOOKS[name][1](held) for name in prompt.looks))
        ordered = tuple(sorted(refs, key=lambda ref: (number.get(ref, -1), ref)))
        found.append(Answered(prompt.key, prompt.words, prompt.list, ordered))
    return tuple(found)


def slots(casefile: Casefile, lines: Iterable[Checklist]) -> tuple[Slot, ...]:
    """Each line with what the diary holds for it.

    A safety action belongs to the line that its ``account`` names; its entries and their files
    stand in the line's slot. Entries that merely have a fitting code are offered as entries.
    """
    held = hold(casefile)
    return tuple(_slot(held, line) for line in lines)


def _slot(held: Held, line: Checklist) -> Slot:
    files = exhibits(held.casefile)
    bodies: dict[str, Incident] = dict(held.acts)
    actions = [
        (ref, body)
        for ref, body in held.of(SafetyAction)
        if isinstance(body, SafetyAction) and body.account == line.key
    ]
    named = [entry for _, body in actions for entry in body.incidents if entry in bodies]
    entries = dict.fromkeys(
        [*named, *(r for r, codes in held.codes.items() if _has(codes, line.codes))]
    )
    kept = [ref for entry in named for ref in bodies[entry].exhibits if ref in files]
    return Slot(
        key=line.key,
        words=line.words,
        keep=line.keep,
        actions=tuple(sorted(ref for ref, _ in actions)),
        entries=tuple(sorted(entries)),
        files=tuple(sorted(files[ref].number for ref in dict.fromkeys(kept))),
    )


def _has(codes: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(code, pattern) for code in codes for pattern in patterns)
