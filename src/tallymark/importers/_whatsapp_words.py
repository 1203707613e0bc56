"""Words that WhatsApp writes into exports, by what they stand for; the words are in a data file.

``_whatsapp_phrases.toml`` is the only file to change for another language. It is read when this
module is loaded, before the reading process locks itself down.
"""

from __future__ import annotations

import tomllib
from importlib import resources

FILE = "_whatsapp_phrases.toml"
_TEXT = (resources.files("tallymark.importers") / FILE).read_text("utf-8")
_LISTS = tomllib.loads(_TEXT)


def _words(name: str) -> tuple[str, ...]:
    return tuple(map(str, _LISTS[name]))


MORNING = _words("morning")
AFTERNOON = _words("afternoon")
CONNECTORS = _words("connectors")
TAILS = _words("tails")
OMITTED = frozenset(_words("omitted"))
OMITTED_STEMS = _words("omitted_stems")
ATTACHED = _words("attached")
DELETED = frozenset(_words("deleted"))
EDITED = _words("edited")
MISSED = _words("missed")
CALLS = _words("calls")
POLLS = _words("polls")
LIVE_LOCATION = frozenset(_words("live_location"))
VIEW_ONCE = _words("view_once")
WAITING = _words("waiting")
NOTICES = _words("notices")
DAY_PERIODS = {
    word: (int(first), int(last)) for word, (first, last) in _LISTS["day_periods"].items()
}
"""Chinese parts of the day: the first and last hour that each can hold."""
