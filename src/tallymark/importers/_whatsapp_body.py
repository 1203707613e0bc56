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

_MARKS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_STRIPPED = _MARKS + " \t\r\n\u00a0\u202f"
_ANGLED = re.compile(r"[<＜]\s?([^<>＜＞\n:]{3,60}?)\s?[>＞]")
_ATTACHED_IOS = re.compile(r"<([^<>\n:：]{2,40}?)\s?[:：]\s?([^<>\n]{1,255})>")
_ATTACHED_ANDROID = re.compile(r"(.{1,250}\.\w{2,5}) \(([^()\n]{3,40})\)")
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
    plain = _plain(text)
    if plain.startswith(words.MISSED):
        return Content("call", FLAG_MISSED, state=("missed",))
    return Content("system")


def content(text: str) -> Content:
    """What the body of a line with a sender is."""
    plain = _plain(text)
    if plain.endswith(words.EDITED):
        at = text.rfind("<")
        inner = content(text[:at].rstrip(_STRIPPED)) if text[:at].strip(_STRIPPED) else Content()
        inner.flags |= FLAG_EDITED
        inner.state = (*inner.state, "edited")
        return inner
    return (
        _gone(plain)
        or _media(text, plain)
        or _call(text, plain)
        or _poll(text, plain)
        or _location(text, plain)
        or _by_the_app(text, plain)
        or _plain_message(plain)
    )


def _plain(text: str) -> str:
    return text.strip(_STRIPPED).replace("\u200e", "").casefold()


def _gone(plain: str) -> Content | None:
    if plain.rstrip(".!。") in words.DELETED:
        return Content("deleted", FLAG_DELETED, state=("deleted",))
    return None


def _media(text: str, plain: str) -> Content | None:
    return _omitted(text, plain) or _attached(text)


def _omitted(text: str, plain: str) -> Content | None:
    omitted = Content("media", FLAG_MEDIA | FLAG_OMITTED, state=("omitted",))
    angled = _ANGLED.fullmatch(plain)
    phrase = angled[1].rstrip(".") if angled else plain
    if phrase != "null" and phrase in words.OMITTED:
        return omitted
    if "\u200e" in text and "\n" not in text:
        last = _plain(text.rsplit("\u200e", 1)[1])
        if len(last) <= 60 and any(stem in last for stem in words.OMITTED_STEMS):
            return omitted
        if any(stem in last for stem in words.VIEW_ONCE):
            omitted.state = ("omitted", "view_once")
            return omitted
    if angled and (any(stem in phrase for stem in words.OMITTED_STEMS)):
        return omitted
    if angled and " " in phrase:
        omitted.flags |= FLAG_AMBIGUOUS
        omitted.issues = ("PLACEHOLDER_UNSURE",)
        return omitted
    return None


def _attached(text: str) -> Content | None:
    ios = _ATTACHED_IOS.search(text)
    if ios and (ios[1].casefold() in words.ATTACHED or "\u200e<" in text) and "." in ios[2]:
        return Content("media", FLAG_MEDIA, media=ios[2].strip(_STRIPPED))
    first = text.split("\n", 1)[0].strip(_STRIPPED)
    android = _ATTACHED_ANDROID.fullmatch(first)
    if android is None:
        return None
    name, word = android[1].strip(_STRIPPED), android[2].casefold()
    if word in words.ATTACHED or _CAMERA_NAME.fullmatch(name) or text.startswith("\u200e"):
        return Content("media", FLAG_MEDIA, media=name)
    return None


def _call(text: str, plain: str) -> Content | None:
    if "\n" in plain or len(plain) > 90:
        return None
    if plain.startswith(words.MISSED):
        rest = plain[max(len(w) for w in words.MISSED if plain.startswith(w)) :]
        if "\u200e" in text or not rest.strip("., "):
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
        and len(_OPTION.findall(text.strip(_STRIPPED).split("\n", 1)[-1])) >= 1
    ):
        return Content("poll")
    return None


def _location(text: str, plain: str) -> Content | None:
    found = _POSITION.search(text)
    if found and len(text) <= 400:
        return Content("location", detail={"position": found[1]})
    if plain.rstrip(".") in words.LIVE_LOCATION:
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
