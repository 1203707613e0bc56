"""The data file of words: whole, in the form that it is compared in, without contradictions."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from tallymark.importers import _whatsapp_words as words

LISTS = tomllib.loads((resources.files("tallymark.importers") / words.FILE).read_text("utf-8"))
KINDS = {
    *("file_name", "media", "attached", "deleted", "deleted_by_me", "edited", "missed_voice"),
    *("missed_video", "calls", "live_location", "poll", "view_once", "waiting", "notices"),
    *words.MEDIA_KINDS,
}


@pytest.mark.parametrize("code", sorted(words.LANGUAGES))
def test_the_table_of_each_language_is_in_order(code: str) -> None:
    """Known lists only, no phrase twice or with an outer space, and every exception is a phrase of it."""
    table = words.LANGUAGES[code]
    lists = {kind: table[kind] for kind in table if kind not in {"name", "unverified"}}
    assert table["name"]
    assert set(lists) <= KINDS | {"needs_mark"}
    assert set(table.get("unverified", [])) <= set(lists)
    for kind, phrases in lists.items():
        assert phrases
        assert len({words.plain(p) for p in phrases}) == len(phrases), kind
        assert kind == "notices" or all(p == p.strip() for p in phrases)
    known = {p for kind, phrases in lists.items() if kind != "needs_mark" for p in phrases}
    assert set(table.get("needs_mark", [])) <= known
    assert all(p.count("{}") == 1 for p in table.get("file_name", []))


def test_there_are_enough_languages() -> None:
    """Forty at least for what was left out and for what was deleted; most of the rest as well."""
    tables = words.LANGUAGES.values()
    has = {
        kind: sum(bool(table.get(kind)) for table in tables)
        for kind in (
            *("media", "image", "deleted", "deleted_by_me", "missed_voice", "missed_video"),
            *("attached", "live_location", "file_name"),
        )
    }
    assert min(has.values()) >= 40
    seen = [t for t in tables if not {"deleted", "media"} & set(t.get("unverified", []))]
    assert len(seen) >= 40


@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_word_stands_twice(name: str) -> None:
    """A list holds each word once, and none is empty."""
    assert len(set(LISTS[name])) == len(LISTS[name]) > 0
    assert all(LISTS[name])


def test_the_two_halves_of_the_day_share_no_word() -> None:
    """A word for both halves would put messages twelve hours off."""
    halves = [{w.casefold() for w in LISTS[name]} for name in ("morning", "afternoon")]
    assert halves[0] & halves[1] == set()
    assert not (halves[0] | halves[1]) & {w.casefold() for w in LISTS["connectors"]}


def test_parts_of_the_day_are_hours() -> None:
    """Each part of the day runs from one hour to a later one."""
    assert all(0 <= first < last <= 23 for first, last in words.DAY_PERIODS.values())


@pytest.mark.parametrize("code", sorted(words.LANGUAGES))
def test_the_name_of_a_chat_is_found_in_the_name_of_its_file(code: str) -> None:
    """In every language, with spaces or underscores, as text or as an archive; never more than the name."""
    for pattern in words.LANGUAGES[code].get("file_name", []):
        for name in ("Neil G", "+44 7700 900123", "🤓", "Zoë – home"):
            assert words.chat_name(pattern.format(name) + ".txt") == name
        spaced = pattern.format("Neil G") + ".zip"
        assert words.chat_name(spaced.replace(" ", "_")) == "Neil G"


@pytest.mark.parametrize(
    "name", ["_chat.txt", "notes.txt", "", "WhatsApp Chat with .txt", "\u202e"]
)
def test_other_files_name_no_chat(name: str) -> None:
    """Nothing is made up from another name."""
    assert words.chat_name(name) == ""
