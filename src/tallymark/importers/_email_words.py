"""Bytes of mail to text: named character sets, encoded words (RFC 2047) and parameters (RFC 2231).

A label that does not fit its bytes never loses them: UTF-8 is tried, then Windows-1252, and the
guess is an issue. Only sets that mail was written in are decoded; a name that would start another
kind of codec is unknown here.
"""

from __future__ import annotations

import binascii
import re

_SETS = {
    "ascii": "ascii",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "hz-gb-2312": "hz",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "ksc5601": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-kr": "iso2022_kr",
    "euc-jp": "euc_jp",
    "big5": "cp950",
    "big5-hkscs": "big5hkscs",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "tis-620": "cp874",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "latin1": "latin-1",
    "iso8859-1": "latin-1",
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (*range(1, 12), *range(13, 17))},
    **{f"windows-{n}": f"cp{n}" for n in (874, *range(1250, 1259))},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 866, 932, 936, 949, 950, *range(1250, 1259))},
    **{f"ibm{n}": f"cp{n}" for n in (437, 850, 852, 866)},
}
_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(rb"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_BEFORE = re.compile(rb"[;\s]*")
_PARAMETER = re.compile(rb"([^\s=;\"]{1,200})\s*=\s*")
_ONE = re.compile(
    rb"([A-Za-z0-9/+.-]+); ?([A-Za-z-]+)=\"?([A-Za-z0-9'()+_,./:?-]+)\"?"
)  # the usual kind
_NEXT = re.compile(rb"\s[\w*-]{1,60}=")
MAX_PARAMETERS = 1 << 14


def as_text(data: bytes, charset: str, issues: set[str]) -> str:
    """``data`` as text by its label; a guess or a sign that cannot be read is added to ``issues``."""
    if not charset and data.isascii():
        return data.decode()
    codec = _SETS.get(charset) or _SETS.get(charset.strip(" '\"").lower())
    if codec is None and charset:
        issues.add("CHARSET_UNKNOWN")
    try:
        text = data.decode(codec or "ascii")
    except (UnicodeDecodeError, ValueError):
        return _guessed(data, codec, issues)
    if codec in {"latin-1", "iso8859_1"} and any("\x80" <= sign < "\xa0" for sign in set(text)):
        issues.add("CHARSET_GUESSED")
        return data.decode("cp1252", "replace")
    return text


def _guessed(data: bytes, codec: str | None, issues: set[str]) -> str:
    issues.add("CHARSET_GUESSED")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if codec in {None, "ascii", "utf-8"}:
        codec = "cp1252"
    text = data.decode(codec, "replace")
    if "\ufffd" in text:
        issues.add("BAD_ENCODING")
    return text


def readable(data: bytes) -> str:
    """Bytes of a header as they stand, for keeping: UTF-8, else one sign for each byte."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def decoded(value: bytes, issues: set[str]) -> str:
    """A header's unfolded value for people: encoded words decoded; what does not decode stays as it is."""
    if b"=?" not in value:
        return as_text(value, "", issues)
    found: list[str] = []
    at, held, held_in = 0, b"", ""
    value = _BETWEEN.sub(rb"\1", value)
    for word in _WORD.finditer(value):
        payload = _payload(word[2], word[3])
        charset = word[1].decode("latin-1").partition("*")[0].lower()
        if held and (word.start() > at or charset != held_in or payload is None):
            found.append(as_text(held, held_in, issues))
            held = b""
        if word.start() > at:
            found.append(as_text(value[at : word.start()], "", issues))
        if payload is None:
            issues.add("BAD_ENCODED_WORD")
            found.append(readable(word[0]))
        else:
            held, held_in = held + payload, charset
        at = word.end()
    if held:
        found.append(as_text(held, held_in, issues))
    rest = value[at:]
    if b"=?" in rest:
        issues.add("BAD_ENCODED_WORD")
    return "".join([*found, as_text(rest, "", issues)])


def _payload(how: bytes, data: bytes) -> bytes | None:
    if how in b"qQ":
        return _HEX.sub(lambda m: bytes((int(m[1], 16),)), data.replace(b"_", b" "))
    try:
        return binascii.a2b_base64(data.rstrip(b"=") + b"=" * (-len(data.rstrip(b"=")) % 4))
    except (binascii.Error, ValueError):
        return None


def parameters(value: bytes, issues: set[str]) -> tuple[str, dict[str, str]]:
    """The first word of a field such as Content-Type in lower case, and its parameters, decoded.

    RFC 2231 pieces are joined and their character set applied; encoded words in a parameter, which
    that standard forbids and most programs write, are decoded too.
    """
    value = value[:MAX_PARAMETERS]
    head, _, rest = value.partition(b";")
    if not rest and head.isalnum():
        return head.decode().lower(), {}
    if plain := _ONE.fullmatch(value):
        return plain[1].decode().lower(), {plain[2].decode().lower(): plain[3].decode()}
    pieces: dict[str, bytes] = {}
    at = 0
    while 0 <= at < len(rest):
        before = _BEFORE.match(rest, at)
        at = before.end() if before else at
        match = _PARAMETER.match(rest, at)
        if match is None:
            at = rest.find(b";", at)
            continue
        data, at = _value(rest, match.end())
        pieces.setdefault(match[1].decode("latin-1").lower(), data)
    first = head.strip().split()[:1]
    return (first[0].decode("latin-1").lower() if first else ""), _joined(pieces, issues)


def _value(rest: bytes, at: int) -> tuple[bytes, int]:
    if rest.startswith(b'"', at):
        end, found = at + 1, bytearray()
        while end < len(rest) and rest[end] != 34:
            end += rest[end] == 92
            found += rest[end : end + 1]
            end += 1
        return bytes(found), end + 1
    end = rest.find(b";", at)
    end = len(rest) if end < 0 else end
    following = _NEXT.search(rest, at, end)
    end = following.start() if following else end
    return rest[at:end].strip(), end


def _joined(pieces: dict[str, bytes], issues: set[str]) -> dict[str, str]:
    """Parameters by plain name: ``name*0*``, ``name*1`` and so on become ``name``."""
    found: dict[str, str] = {}
    split: dict[str, list[tuple[int, bool, bytes]]] = {}
    for name, data in pieces.items():
        plain, star, rest = name.partition("*")
        if not star:
            found[plain] = decoded(data, issues)
            continue
        number = rest.rstrip("*")
        order = int(number) if number.isdecimal() and len(number) < 5 else 0
        split.setdefault(plain, []).append((order, name.endswith("*"), data))
    for plain, parts in split.items():
        found[plain] = _pieced(sorted(parts), issues)
    return found


def _pieced(parts: list[tuple[int, bool, bytes]], issues: set[str]) -> str:
    charset, joined = "", b""
    for place, (_, is_coded, data) in enumerate(parts):
        if not is_coded:
            joined += data
            continue
        if place == 0 and data.count(b"'") >= 2:
            label, _, data = data.split(b"'", 2)  # noqa: PLW2901 - the language is no part of it
            charset = label.decode("latin-1")
        joined += _PERCENT.sub(lambda m: bytes((int(m[1], 16),)), data)
    return as_text(joined, charset, issues)


def escaped(text: str) -> str:
    """Text with every sign that cannot be seen written as <U+XXXX>, for names that are shown."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else f"<U+{ord(c):04X}>" for c in text)
