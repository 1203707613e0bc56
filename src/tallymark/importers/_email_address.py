"""Addresses of a header field (RFC 5322 3.4), read by hand and in linear time; names and addresses apart.

The address is what stands in angle brackets, whatever the name beside it claims to be. A name that
looks like another address is how somebody writes as somebody else: that is ``NAME_SPOOF``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tallymark.importers._email_fields import Fields, unfolded
from tallymark.importers._email_words import decoded, escaped, readable
from tallymark.model.event import Party

MAX_FIELD = 1 << 17
MAX_ADDRESSES = 2000
MAX_SEEN = 300
_PLAIN = re.compile(
    rb'(?:"?([A-Za-z0-9 ._\'-]{0,80}?)"? ?<)?([A-Za-z0-9._+=\'-]{1,64}@[A-Za-z0-9.-]{1,255})>?'
)
_LIKE_ADDRESS = re.compile(r"[^\s<>@\"'(),;:\[\]]{1,64}@[^\s<>@\"'(),;:\[\]]{1,255}")
_ROLES = (
    (b"from", "from"),
    (b"sender", "sender"),
    (b"to", "to"),
    (b"cc", "cc"),
    (b"bcc", "bcc"),
    (b"reply-to", "reply_to"),
    (b"return-path", "envelope"),
)
_SPECIAL = re.compile(rb'["(<>,:;\\]')


def normal(address: str) -> str:
    """An address for comparing by its owner's label: no space around it, the domain in lower case."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}" if at else address.strip()


def parties(fields: Fields, issues: set[str]) -> tuple[Party, ...]:
    """Everybody whom the header names, in the order of roles; adds what is odd to ``issues``."""
    found: list[Party] = []
    for name, role in _ROLES:
        if not fields.has(name):
            continue
        values = fields.all(name)
        if len(values) > 1 and role != "envelope":
            issues.add("DUPLICATE_FIELD")
        for value in values:
            plain = unfolded(value)
            named, odd = _seen(plain, role) if len(plain) <= MAX_SEEN else _of_field(plain, role)
            found += named
            issues |= odd
    _compare(found, issues)
    return tuple(found)


@lru_cache(maxsize=4096)
def _seen(value: bytes, role: str) -> tuple[tuple[Party, ...], frozenset[str]]:
    """The same, remembered: a mailbox has few people and many mails of each."""
    return _of_field(value, role)


def _of_field(value: bytes, role: str) -> tuple[tuple[Party, ...], frozenset[str]]:
    """Those whom one field names, and what is odd about it."""
    issues: set[str] = set()
    plain = _PLAIN.fullmatch(value)
    if plain is not None:
        label = (plain[1] or b"").decode("ascii").strip()
        return (_party(role, plain[2].decode("ascii"), label, value, issues),), frozenset(issues)
    if len(value) > MAX_FIELD:
        issues.add("HEADER_LIMIT")
        value = value[:MAX_FIELD]
    found = tuple(
        _party(role, _shown(address, issues), decoded(label, issues).strip(), raw, issues)
        for label, address, raw in listed(value)
        if address or label
    )
    return found, frozenset(issues)


def _shown(address: bytes, issues: set[str]) -> str:
    return decoded(address, issues) if address else ""


def _party(role: str, address: str, label: str, raw: bytes, issues: set[str]) -> Party:
    if "@" not in address:  # no address at all: the words that stand there are all there is
        words = " ".join(filter(None, (label, address)))
        return Party(role, escaped(words) or "<>", "display", raw=readable(raw))
    value = normal(address)
    shown = escaped(label)
    if label and label != address and _claims_another(label, value):
        issues.add("NAME_SPOOF")
    return Party(role, escaped(value), "email", shown, readable(raw))


def _claims_another(label: str, address: str) -> bool:
    """Whether a name shows an address that is not the one behind it, however it is spelt."""
    if "@" not in label and "\uff20" not in label and "\ufe6b" not in label:
        return False
    plain = "".join(c for c in unicodedata.normalize("NFKC", label) if c.isprintable())
    claimed = {normal(found).lower().strip(".") for found in _LIKE_ADDRESS.findall(plain)}
    return bool(claimed - {address.lower()})


def _compare(found: list[Party], issues: set[str]) -> None:
    writers = {party.value.lower() for party in found if party.role == "from"}
    replies = {party.value.lower() for party in found if party.role == "reply_to"}
    if replies and writers and not replies <= writers:
        issues.add("REPLY_TO_DIFFERS")
    if len(writers) > 1:
        issues.add("MANY_WRITERS")


class _Open:
    """One address while it is read: words, what stands in comments, and what stands in brackets."""

    __slots__ = ("address", "begin", "notes", "words")

    def __init__(self, begin: int) -> None:
        self.begin = begin
        self.words = bytearray()
        self.notes = bytearray()
        self.address: bytes | None = None

    def close(self, raw: bytes) -> tuple[bytes, bytes, bytes]:
        """Name, address and the text of both."""
        said, noted = bytes(self.words).split(), bytes(self.notes).split()
        if self.address is not None:
            return b" ".join(said + noted), self.address, raw.strip()
        spare = [word for word in said if b"@" not in word]
        if len(said) == len(spare) + 1:  # an address without brackets, its name in a comment
            whole = next(word for word in said if b"@" in word)
            return b" ".join(spare + noted), whole, raw.strip()
        return b" ".join(said + noted), b"", raw.strip()


def listed(value: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Name, address and the text of each, in order; at most 2,000. One pass over the bytes."""
    found: list[tuple[bytes, bytes, bytes]] = []
    now, at, size = _Open(0), 0, len(value)
    while at < size and len(found) < MAX_ADDRESSES:
        special = _SPECIAL.search(value, at)
        end = special.start() if special else size
        now.words += value[at:end]
        if special is None:
            break
        if value[end] in b",;":
            found.append(now.close(value[now.begin : end]))
            now, at = _Open(end + 1), end + 1
        else:
            at = _special(value, end, now)
    found.append(now.close(value[now.begin :]))
    return [pair for pair in found if pair[0] or pair[1]]


def _special(value: bytes, at: int, now: _Open) -> int:
    """Take what a sign at ``at`` begins; gives where to go on."""
    sign, at = value[at], at + 1
    if sign == 34:
        return _quoted(value, at, now.words)
    if sign == 40:
        return _comment(value, at, now.notes)
    if sign == 60:
        close = value.find(b">", at)
        close = len(value) if close < 0 else close
        now.address = _route(value[at:close]) if now.address is None else now.address
        return close + 1
    if sign == 58:
        now.words.clear()  # the name of a group
        return at
    now.words += value[at : at + 1]
    return at + 1


def _quoted(value: bytes, at: int, words: bytearray) -> int:
    while at < len(value) and value[at] != 34:
        at += value[at] == 92
        words += value[at : at + 1]
        at += 1
    return at + 1


def _comment(value: bytes, at: int, notes: bytearray) -> int:
    """A comment's words are kept as part of the name: old programs write the name there."""
    depth = 1
    notes += b" "
    while at < len(value) and depth:
        sign = value[at]
        depth += (sign == 40) - (sign == 41)
        if depth:
            notes += value[at : at + 1]
        at += 1
    return at


def _route(inside: bytes) -> bytes:
    """The address in angle brackets without a route before it or space around it."""
    inside = inside.strip()
    return inside.rpartition(b":")[2] if inside.startswith(b"@") else inside
