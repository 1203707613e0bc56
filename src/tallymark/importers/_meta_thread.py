"""What a thread's file says of itself: its people, its title, its place, and that all of it is JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tallymark.importers._json_scan import BadJsonError, Document, Members, value
from tallymark.importers._meta_app import DOWNLOAD
from tallymark.importers._mojibake import Mended, mended
from tallymark.importers._protocol import Source
from tallymark.importers._stretch import Stretch

ARRAYS = ("messages",)
MAX_KEPT = 1 << 16  # bytes of one unmapped member
FOLDERS = {
    "message_requests": "message_request",
    "filtered_threads": "filtered",
    "archived_threads": "archived",
    "e2ee_cutover": "moved_to_encrypted",
}
"""Folders of a download that say something of every message in them, and the word for it."""


def text_of(item: Any) -> str:
    """A value as text; empty for what is none."""
    return item if isinstance(item, str) else ""


def mend(item: Any, dialect: str) -> Mended:
    """A string, repaired where its dialect needs it."""
    text = text_of(item)
    return mended(text) if dialect == DOWNLOAD else Mended(text)


_UNTITLED = Mended("")


@dataclass(frozen=True, slots=True)
class Thread:
    """One file of one thread. ``problem`` is the place from which it is not JSON, if it is not."""

    dialect: str
    people: tuple[Mended, ...] = ()
    title: Mended = _UNTITLED
    path: str = ""
    states: tuple[str, ...] = ()
    unmapped: Mapping[str, str] = field(default_factory=dict)
    messages: int = 0
    problem: str = ""

    @property
    def conversation(self) -> str:
        """What keeps two threads of one name apart: the thread's path, else its title."""
        return self.path or self.title.text


def look(source: Source, dialect: str) -> Thread:
    """Read the whole file once. Never raises on what is not JSON: ``problem`` has the place."""
    document = Document(Stretch(source.chunks()), arrays=ARRAYS)
    facts: dict[str, Any] = {}
    messages = 0
    try:
        for piece in document.pieces():
            found = None if piece.data is None else value(document, piece).value
            if piece.is_element:
                messages += 1
            elif piece.data is None or (
                len(piece.data) > MAX_KEPT and piece.name != "participants"
            ):
                facts[piece.name] = f"({piece.end - piece.start:,} bytes, not kept here)"
            else:
                facts[piece.name] = found
    except BadJsonError as problem:
        return Thread(dialect, problem=problem.place)
    return _thread(facts, source.member, dialect, messages)


def _thread(facts: dict[str, Any], member: str | None, dialect: str, messages: int) -> Thread:
    people = facts.pop("participants", None)
    names = [_name(one, dialect) for one in people] if isinstance(people, list) else []
    title = mend(facts.pop("title", None) or facts.pop("threadName", None), dialect)
    path = text_of(facts.pop("thread_path", None)) or _folder(member)
    lying = f"{path}/{member or ''}"
    return Thread(
        dialect=dialect,
        people=tuple(name for name in names if name.text),
        title=title,
        path=path,
        states=tuple(word for folder, word in FOLDERS.items() if folder in lying),
        unmapped={f"thread.{name}": written(item) for name, item in sorted(facts.items())},
        messages=messages,
    )


def _name(one: Any, dialect: str) -> Mended:
    return mend(one.get("name") if isinstance(one, Members) else one, dialect)


def _folder(member: str | None) -> str:
    """The thread's place in an archive: its folder, or its file where each thread is one file."""
    if not member:
        return ""
    folder, _, name = member.rpartition("/")
    return folder if name.startswith("message_") else member.rpartition(".")[0]


def written(item: Any) -> str:
    """A value that has no place of its own, as it would be written in JSON; text as it is."""
    if isinstance(item, str):
        return item
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))
