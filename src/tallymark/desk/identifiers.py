"""Phone numbers, e-mail addresses, handles and plates, whatever way they are spelt.

A *token* is one identifier with its spelling taken away, so that equal tokens mean the same number
or name. Every token keeps the spelling it came from and the rule that made it, because the desk
shows both and a person judges. Conservative on purpose: where two readings are possible, a second
token with its own rule carries the looser one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import phonenumbers

REGION = "GB"
"""Where a number without a country code is taken to be."""

MAX_TEXT = 20_000
"""Characters of one text that are looked through; a longer one is cut there and said to be."""

MAX_NUMBERS, MAX_TRIES = 50, 200
"""Numbers taken from one text, and runs of digits tried that are none: a stranger wrote the text."""


@dataclass(frozen=True, slots=True)
class Token:
    """One normalised identifier. ``rule`` says in words what was taken away."""

    kind: str
    value: str
    spelling: str
    rule: str
    platform: str = ""

    @property
    def key(self) -> str:
        """What is compared: kind and value."""
        return f"{self.kind}:{self.value}"


def from_stated(scheme: str, value: str) -> list[Token]:
    """Tokens of an identifier that a person record states under ``scheme``; empty when unusable."""
    reader = _READERS.get(scheme)
    text = unicodedata.normalize("NFKC", value).strip()
    return list(reader(text, value)) if reader and text and len(text) <= 500 else []


def from_text(text: str) -> list[Token]:
    """Tokens that stand in free text, by narrow patterns only. Handles need their ``@``."""
    plain = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    found: dict[str, Token] = {}
    for token in _in_text(plain):
        found.setdefault(token.key, token)
    return list(found.values())


def label_tokens(label: str) -> list[Token]:
    """Tokens of a sender's name in an export, when that name is itself a number or an address."""
    text = unicodedata.normalize("NFKC", label).strip(" \u200e\u200f\u202a\u202c\u2068\u2069~")
    if _EMAIL.fullmatch(text):
        return list(_email(text, label))
    if re.fullmatch(r"[+(0][\d\s().\u00a0-]{8,24}", text):
        return list(_phone(text, label))
    return []


# Phones ------------------------------------------------------------------------------------------


def _phone(text: str, spelling: str) -> Iterator[Token]:
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return
    # Possible, not valid: the range kept for drama, 07700 900xxx, is never "valid".
    if phonenumbers.is_possible_number(number):
        value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        yield Token("phone", value, spelling, "the same number in any spelling")


_HELP_LINES = frozenset(
    {
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.UAN,
    }
)


def _phones_in(text: str) -> Iterator[Token]:
    possible = phonenumbers.Leniency.POSSIBLE
    matcher = phonenumbers.PhoneNumberMatcher(text, REGION, leniency=possible, max_tries=MAX_TRIES)
    for match in islice(matcher, MAX_NUMBERS):
        raw = match.raw_string
        long_enough = len(str(match.number.national_number)) >= 9
        if not raw.startswith(("+", "0", "(")) or not long_enough:
            continue
        if phonenumbers.number_type(match.number) not in _HELP_LINES:
            yield from _phone(raw, raw)


# E-mail ------------------------------------------------------------------------------------------

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
)

_NO_DOTS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
_PLUS = frozenset(
    {"gmail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk"}
    | {"icloud.com", "me.com", "proton.me", "protonmail.com", "fastmail.com"}
)


def _email(text: str, spelling: str) -> Iterator[Token]:
    match = _EMAIL.fullmatch(text.removeprefix("mailto:").strip("<>"))
    if not match:
        return
    local, _, domain = match.group().casefold().rpartition("@")
    yield Token("email", f"{local}@{domain}", spelling, "the same address, capitals aside")
    folded, home = local, _NO_DOTS.get(domain, domain)
    if home not in _PLUS:
        return
    folded = folded.split("+")[0]
    if domain in _NO_DOTS:
        folded = folded.replace(".", "")
    if folded:
        rule = "the same mailbox by this provider's rule for dots and plus signs"
        yield Token("mailbox", f"{folded}@{home}", spelling, rule)


# Handles -----------------------------------------------------------------------------------------

_PLATFORMS = {
    "instagram": ("instagram.com", "instagram", "insta", "ig"),
    "snapchat": ("snapchat.com", "snapchat", "snap", "sc"),
    "tiktok": ("tiktok.com", "tiktok", "tt"),
    "x": ("x.com", "twitter.com", "twitter", "x"),
    "facebook": ("facebook.com", "fb.com", "facebook", "fb"),
    "telegram": ("t.me", "telegram.me", "telegram", "tg"),
    "threads": ("threads.net", "threads"),
}
_BY_NAME = {name: platform for platform, names in _PLATFORMS.items() for name in names}
_URL = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?([a-z0-9-]+\.[a-z]{2,6})/(?:add/|@)?([^/?#\s]+)/?(?:[?#].*)?\Z",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"([A-Za-z]{1,12})\s*(?::|-|\s)\s*@?([\w.\-]+)\Z")
_HANDLE = re.compile(r"[\w.\-]{4,60}\Z")


def _handle(text: str, spelling: str) -> Iterator[Token]:
    name, platform = text, ""
    if url := _URL.match(text):
        platform, name = _BY_NAME.get(url[1].casefold(), url[1].casefold()), url[2]
    elif (prefixed := _PREFIXED.match(text)) and prefixed[1].casefold() in _BY_NAME:
        platform, name = _BY_NAME[prefixed[1].casefold()], prefixed[2]
    name = name.casefold().lstrip("@").rstrip(".")
    if _HANDLE.match(name):
        yield Token("handle", name, spelling, "the same name, capitals and @ aside", platform)


def _platform_id(text: str, spelling: str) -> Iterator[Token]:
    value = re.sub(r"\s+", "", text).casefold()
    if len(value) >= 4:
        yield Token("platform id", value, spelling, "the same account number")


_HANDLE_IN_TEXT = re.compile(r"(?<![\w.@/+-])@([A-Za-z0-9_](?:[\w.]{2,28})[A-Za-z0-9_])(?![\w@])")


# Plates ------------------------------------------------------------------------------------------

_PLATE_IN_TEXT = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{2}\d{2}[ -]?[A-Za-z]{3}|[A-Z]\d{1,3} [A-Z]{3}|[A-Z]{3} \d{1,3}[A-Z])"
    r"(?![A-Za-z0-9])"
)
_WILD = str.maketrans({"*": "?", "_": "?", ".": "?", "-": "", "…": "?"})
_LOOKALIKE = str.maketrans({"O": "0", "I": "1"})
MIN_PARTIAL = 4
"""A partly read plate is used from this many known characters on."""

PLATE_LENGTH = 7
"""Characters of a current plate; a shorter one may be an old plate or one read in part."""


def _plate(text: str, spelling: str) -> Iterator[Token]:
    value = re.sub(r"\s+", "", text.upper().translate(_WILD))
    if not re.fullmatch(r"[A-Z0-9?]{2,10}", value) or not any(c.isdigit() for c in value):
        return
    if "?" in value:
        if len(value.replace("?", "")) >= MIN_PARTIAL:
            yield Token("partial plate", value, spelling, "a plate read in part")
        return
    yield Token("plate", value, spelling, "the same plate, spaces and capitals aside")
    alike = value.translate(_LOOKALIKE)
    yield Token("plate as read", alike, spelling, "the same plate if O is read as 0 or I as 1")
    if MIN_PARTIAL <= len(value) < PLATE_LENGTH:
        yield Token("partial plate", value, spelling, "a plate read in part")


def plate_fits(partial: str, plate: str) -> bool:
    """Whether a partial plate could be ``plate``: each ``?`` stands for one unread character.

    One shorter than the plate may be its start or its end, as when the rest was not seen.
    """
    pattern = re.escape(partial.translate(_LOOKALIKE)).replace(r"\?", ".")
    whole = plate.translate(_LOOKALIKE)
    return bool(re.match(pattern, whole)) or bool(re.search(pattern + r"\Z", whole))


# -------------------------------------------------------------------------------------------------


def _in_text(text: str) -> Iterator[Token]:
    yield from _phones_in(text)
    for match in _EMAIL.finditer(text):
        yield from _email(match.group(), match.group())
    for match in _HANDLE_IN_TEXT.finditer(text):
        yield from _handle(match.group(1), match.group())
    for match in _PLATE_IN_TEXT.finditer(text):
        yield from _plate(match.group(1), match.group(1))


_READERS = {
    "phone": _phone,
    "email": _email,
    "handle": _handle,
    "platform_id": _platform_id,
    "plate": _plate,
}
