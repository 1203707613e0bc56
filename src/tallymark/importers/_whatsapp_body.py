"""What one body is: message, media, call, poll, deleted, location, or a notice of the app itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tallymark.importers import _whatsapp_words as words
from tallymark.model.event import (
    FLAG_AMBIGUOUS,
    FLAG_DELETED,
    FLAG_EDITED,
    FLAG_MEDIA,
    FLAG_MISSED,
    FLAG_OMITTED,
    Kind,
)

_ANGLED = re.compile(r"[<＜]\s?([^<>＜＞\n:]{3,60}?)\s?[>＞]")
_ATTACHED_IOS = re.compile(r"<([^<>\n:：]{2,40}?)\s?[:：]\s?([^<>\n]{1,255})>")
_ATTACHED_ANDROID = re.compile(r"(.{1,250}\.\w{2,5}) \(([^()\n]{2,40})\)")
_CAMERA_NAME = re.compile(r"(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d{4,}\.\w{2,5}")
_POSITION = re.compile(
    r"https?://maps\.google\.com/(?:maps)?\?q=(-?\d{1,3}(?:\.\d{1,20})?,-?\d{1,3}(?:\.\d{1,20})?)"
)
_OPTION = re.compile(r"^[\u200e]?[^\W\d_]{3,14}: ", re.MULTILINE)


@dataclass(slots=True)
class Content:
    """A body's kind, its flags, the file it names, and what else is known of it."""

    kind: Kind = "message"
    flags: int = 0
    media: str | None = None
    state: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    detail: dict[str, str] = field(default_factory=dict)


def notice(text: str) -> Content:
    """What a line without a sender is: a call, or a notice."""
    plain = words.plain(text)
    if plain.startswith(words.MISSED):
        return Content("call", FLAG_MISSED, state=("missed",))
    return Content("system")


def content(text: str) -> Content:
    """What the body of a line with a sender is."""
    plain = words.plain(text)
    if plain.endswith(words.EDITED):
        at = text.rfind("<")
        inner = (
            content(text[:at].rstrip(words.STRIPPED))
            if text[:at].strip(words.STRIPPED)
            else Content()
        )
        inner.flags |= FLAG_EDITED
        inner.state = (*inner.state, "edited")
        return inner
    return (
        _gone(plain)
        or _call(text, plain)
        or _media(text, plain)
        or _poll(text, plain)
        or _location(text, plain)
        or _by_the_app(text, plain)
        or _plain_message(plain)
    )


def _gone(plain: str) -> Content | None:
    if plain.rstrip(words.STOPS) in words.DELETED:
        return Content("deleted", FLAG_DELETED, state=("deleted",))
    return None


def _media(text: str, plain: str) -> Content | None:
    return _omitted(text, plain) or _attached(text)


def _left_out(*more: str) -> Content:
    return Content("media", FLAG_MEDIA | FLAG_OMITTED, state=("omitted", *more))


def _omitted(text: str, plain: str) -> Content | None:
    """A file left out at the export: in angle brackets, perhaps with its caption, or as words alone."""
    first, _, caption = plain.partition("\n")
    angled = _ANGLED.fullmatch(first.strip(words.STRIPPED))
    if angled and caption:
        return _left_out() if angled[1].rstrip(words.STOPS) in words.OMITTED else None
    phrase = (angled[1] if angled else plain).rstrip(words.STOPS)
    may_be_said = angled is None and phrase in words.NEEDS_MARK and "\u200e" not in text
    if phrase != "null" and phrase in words.OMITTED and not may_be_said:
        return _left_out()
    return _behind_mark(text) or (_in_brackets(phrase) if angled else None)


def _behind_mark(text: str) -> Content | None:
    """The same behind the invisible mark of an iPhone, where the name of a document may stand before it."""
    if "\u200e" not in text or "\n" in text:
        return None
    last = words.plain(text.rsplit("\u200e", 1)[1])
    known = last.rstrip(words.STOPS) in words.OMITTED
    if known or (len(last) <= 60 and any(stem in last for stem in words.OMITTED_STEMS)):
        return _left_out()
    return _left_out("view_once") if any(stem in last for stem in words.VIEW_ONCE) else None


def _in_brackets(phrase: str) -> Content | None:
    """Words in angle brackets that no list has."""
    if any(stem in phrase for stem in words.OMITTED_STEMS):
        return _left_out()
    if " " not in phrase:
        return None
    unsure = _left_out()
    unsure.flags |= FLAG_AMBIGUOUS
    unsure.issues = ("PLACEHOLDER_UNSURE",)
    return unsure


def _attached(text: str) -> Content | None:
    ios = _ATTACHED_IOS.search(text)
    if ios and (words.plain(ios[1]) in words.ATTACHED or "\u200e<" in text) and "." in ios[2]:
        return Content("media", FLAG_MEDIA, media=ios[2].strip(words.STRIPPED))
    first = text.split("\n", 1)[0].strip(words.STRIPPED)
    android = _ATTACHED_ANDROID.fullmatch(first)
    if android is None:
        return None
    name, word = android[1].strip(words.STRIPPED), words.plain(android[2])
    if word in words.ATTACHED or _CAMERA_NAME.fullmatch(name) or text.startswith("\u200e"):
        return Content("media", FLAG_MEDIA, media=name)
    return None


def _call(text: str, plain: str) -> Content | None:
    if "\n" in plain or len(plain) > 90:
        return None
    if plain.startswith(words.MISSED):
        rest = plain[max(len(w) for w in words.MISSED if plain.startswith(w)) :]
        said = plain.rstrip(words.STOPS) not in words.NEEDS_MARK and not rest.strip("., ")
        if "\u200e" in text or said:
            return Content("call", FLAG_MISSED, state=("missed",))
    if "\u200e" in text and plain.startswith(words.CALLS):
        missed = any(
            stem in plain
            for stem in ("no answer", "keine antwort", "sin respuesta", "pas de réponse")
        )
        return Content("call", FLAG_MISSED if missed else 0, state=("missed",) if missed else ())
    return None


def _poll(text: str, plain: str) -> Content | None:
    head, colon, _ = plain.partition(":")
    if (
        colon
        and head.strip() in words.POLLS
        and len(_OPTION.findall(text.strip(words.STRIPPED).split("\n", 1)[-1])) >= 1
    ):
        return Content("poll")
    return None


def _location(text: str, plain: str) -> Content | None:
    found = _POSITION.search(text)
    if found and len(text) <= 400:
        return Content("location", detail={"position": found[1]})
    if plain.rstrip(words.STOPS) in words.LIVE_LOCATION:
        return Content("location", state=("live",))
    return None


def _by_the_app(text: str, plain: str) -> Content | None:
    """A line that the app wrote under somebody's name: iPhones mark these with U+200E."""
    if not text.startswith("\u200e"):
        return None
    if plain.startswith(words.WAITING):
        return Content(issues=("NOT_RECEIVED",))
    if any(part in f"{plain} " for part in words.NOTICES):
        return Content("system")
    return Content("other", issues=("UNKNOWN_NOTICE",))


def _plain_message(plain: str) -> Content:
    if not plain or plain == "null":
        return Content(issues=("EMPTY_BODY",))
    if plain.startswith(words.WAITING):
        return Content(issues=("NOT_RECEIVED",))
    return Content()
