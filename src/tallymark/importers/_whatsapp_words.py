"""Words that WhatsApp writes into exports, by what they stand for; the words are in two data files.

``_whatsapp_languages.toml`` has a table for each language and is the only file to change for another
one; ``_whatsapp_phrases.toml`` has the words around dates and times. Both are read when this module
is loaded, before the reading process locks itself down. What is compared is compared in the form
that ``plain`` gives.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib import resources
from typing import Any

LANGUAGES_FILE = "_whatsapp_languages.toml"
FILE = "_whatsapp_phrases.toml"
MARKS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
STRIPPED = MARKS + " \t\r\n\u00a0\u202f"
STOPS = ".!。।۔"
MEDIA_KINDS = ("image", "video", "audio", "gif", "sticker", "document", "contact")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("tallymark.importers") / name).read_text("utf-8"))


_LISTS = _read(FILE)
LANGUAGES: dict[str, dict[str, Any]] = _read(LANGUAGES_FILE)
"""For each language code its lists, as the app writes the words."""


def plain(text: str) -> str:
    """The form that phrases are compared in: one way to write each letter, no case, nothing around it."""
    bare = text.strip(STRIPPED).replace("\u200e", "")
    return bare.casefold() if bare.isascii() else unicodedata.normalize("NFC", bare).casefold()


def _words(name: str) -> tuple[str, ...]:
    return tuple(map(str, _LISTS[name]))


def spoken(*kinds: str) -> tuple[str, ...]:
    """The phrases of these kinds in all languages, as the app writes them, each once."""
    return tuple(
        dict.fromkeys(p for table in LANGUAGES.values() for k in kinds for p in table.get(k, ()))
    )


def chat_name(file_name: str) -> str:
    """What the chat is called by the name of its export, such as ``WhatsApp Chat with X.txt``; or empty.

    Some phones write underscores in place of spaces.
    """
    stem = unicodedata.normalize("NFC", file_name.strip(STRIPPED))
    for suffix in (".txt", ".zip"):
        stem = stem.removesuffix(suffix)
    if " " not in stem:
        stem = stem.replace("_", " ")
    found = (pattern.fullmatch(stem) for pattern in _NAMES)
    return next((match[1].strip(STRIPPED) for match in found if match), "")


def _plain(*kinds: str) -> tuple[str, ...]:
    """The same in the form that is compared; outer spaces stay, for parts of notices."""
    return tuple(dict.fromkeys(unicodedata.normalize("NFC", p).casefold() for p in spoken(*kinds)))


_NAMES = tuple(
    re.compile("(.{1,200})".join(map(re.escape, pattern.split("{}"))), re.IGNORECASE)
    for pattern in sorted(spoken("file_name"), key=len, reverse=True)
)
MORNING = _words("morning")
AFTERNOON = _words("afternoon")
CONNECTORS = _words("connectors")
TAILS = _words("tails")
OMITTED = frozenset((*_plain("media", *MEDIA_KINDS), *_words("omitted")))
OMITTED_STEMS = _words("omitted_stems")
ATTACHED = frozenset(_plain("attached"))
DELETED = frozenset(p.rstrip(STOPS) for p in _plain("deleted", "deleted_by_me"))
EDITED = tuple(f"<{p}>" for p in _plain("edited"))
MISSED = _plain("missed_voice", "missed_video")
CALLS = _plain("calls")
POLLS = frozenset(_plain("poll"))
LIVE_LOCATION = frozenset(_plain("live_location"))
VIEW_ONCE = _plain("view_once")
WAITING = _plain("waiting")
NOTICES = _plain("notices")
NEEDS_MARK = frozenset(_plain("needs_mark"))
DAY_PERIODS = {
    word: (int(first), int(last)) for word, (first, last) in _LISTS["day_periods"].items()
}
"""Chinese parts of the day: the first and last hour that each can hold."""

WHOLE = (
    *spoken("media", *MEDIA_KINDS, "deleted", "deleted_by_me", "missed_voice", "missed_video"),
    *spoken("live_location", "waiting"),
    *_words("omitted"),
)
"""Phrases that may be a whole body, as the app writes them; what the short way must not pass over."""
