"""What a mail says of its own way and what can be checked of it without a network.

Anybody can write an ``Authentication-Results`` line. One is named trusted only when the person told
who their provider is, the topmost one is by that provider, and none below says it is too. The digest
of the body that a DKIM signature states is worked out again (RFC 6376 3.4 and 3.7); the signature
itself needs a key from the network and is not checked.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from hashlib import sha1, sha256

from tallymark.importers._email_fields import Fields
from tallymark.importers._email_words import readable

UNCHANGED = "body unchanged since signing"
DIFFERS = "body differs"
NOT_CHECKABLE = "not checkable"
MAX_SIGNATURES = 5
PIECE = 1 << 16
_RESULT = re.compile(rb"[;\s](spf|dkim|dmarc|arc)\s*=\s*([A-Za-z]{1,20})")
_HASHES = {b"rsa-sha256": sha256, b"ed25519-sha256": sha256, b"rsa-sha1": sha1}
_TRAILING = re.compile(rb"\n(?<= \n)")  # looks at line ends only, not at every space
_LONE = re.compile(rb"\r(?!\n)")


def stated(fields: Fields, provider: str) -> dict[str, str]:
    """What the topmost ``Authentication-Results`` says, who says it, and whether to believe it."""
    lines = fields.all(b"authentication-results")
    found: dict[str, str] = {}
    if lines:
        server = _server(lines[0])
        below = {_server(line) for line in lines[1:]}
        is_theirs = bool(provider) and (server == provider or server.endswith(f".{provider}"))
        results = _RESULT.findall(lines[0][: 1 << 14])
        pairs = dict.fromkeys(name + b"=" + value for name, value in results)
        found["auth_results"] = b" ".join(pairs).decode().lower()
        found["auth_by"] = server
        found["auth_trust"] = _trust(provider=provider, theirs=is_theirs, repeated=server in below)
    origin = fields.get(b"x-originating-ip")
    if origin:
        found["originating_ip"] = readable(origin)[:100]
    return found


def _trust(*, provider: str, theirs: bool, repeated: bool) -> str:
    if not provider:
        return "as stated; who the provider is was not told"
    if not theirs:
        return "as stated, not by the provider"
    return "as stated; a line below claims the same writer" if repeated else "by the provider"


def _server(line: bytes) -> str:
    first = line.partition(b";")[0].split(None, 1)
    return first[0].decode("latin-1").lower()[:255] if first else ""


def body_digest(fields: Fields, body: bytes) -> dict[str, str]:
    """Whether the body is what was signed, for the first signature that can tell; empty without one."""
    signatures = fields.all(b"dkim-signature")
    if not signatures:
        return {}
    seen: list[dict[str, str]] = []
    for value in signatures[:MAX_SIGNATURES]:
        tags = _tags(value)
        state = _compared(tags, body)
        found = {"dkim_body": state, "dkim_domain": readable(tags.get(b"d", b""))[:255]}
        if state == UNCHANGED:
            if b"l" in tags:
                found["dkim_covers"] = f"the first {int(tags[b'l'])} bytes"
            return found
        seen.append(found)
    return next((s for s in seen if s["dkim_body"] == DIFFERS), seen[0])


def _tags(value: bytes) -> dict[bytes, bytes]:
    """The tags of a signature (RFC 6376 3.2), without any space."""
    pairs = (
        piece.partition(b"=") for piece in value[: 1 << 14].translate(None, b" \t\r\n").split(b";")
    )
    return {name: data for name, sign, data in pairs if sign}


def _compared(tags: dict[bytes, bytes], body: bytes) -> str:
    digest = _HASHES.get(tags.get(b"a", b"").lower())
    how = tags.get(b"c", b"simple/simple").lower().partition(b"/")[2] or b"simple"
    try:
        wanted = base64.b64decode(tags.get(b"bh", b""), validate=True)
    except (binascii.Error, ValueError):
        wanted = b""
    length = tags.get(b"l", b"")
    if digest is None or not wanted or how not in {b"simple", b"relaxed"}:
        return NOT_CHECKABLE
    if length and not (length.isdigit() and len(length) < 13):
        return NOT_CHECKABLE
    left = int(length) if length else None
    found = digest()
    for piece in canonical(body, relaxed=how == b"relaxed"):
        taken = piece if left is None else piece[:left]
        found.update(taken)
        left = None if left is None else left - len(taken)
    if left:
        return DIFFERS
    return UNCHANGED if found.digest() == wanted else DIFFERS


def canonical(body: bytes, *, relaxed: bool) -> Iterator[bytes]:
    """The body in the form ``simple`` or ``relaxed`` of RFC 6376 3.4.3 and 3.4.4, piece by piece, with CRLF.

    Line ends may be LF, as in an mbox. A piece without a space, as in a packed attachment, costs a
    copy and no more.
    """
    at, end, some = 0, _last_line(body, relaxed=relaxed), False
    while at < end:
        stop = body.find(b"\n", min(end, at + PIECE), end) + 1 or end
        piece = body[at:stop]
        at = stop
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n")
        if relaxed and (b" " in piece or b"\t" in piece):
            piece = _single_spaced(piece)
        some = True
        yield piece.replace(b"\n", b"\r\n")
    if some or not relaxed:
        yield b"\r\n"


def _single_spaced(piece: bytes) -> bytes:
    """Runs of space and tab as one space, none at the end of a line; in a few passes that are plain copies."""
    piece = piece.replace(b"\t", b" ")
    while b"  " in piece:
        piece = piece.replace(b"  ", b" ")
    if _TRAILING.search(piece):
        piece = piece.replace(b" \n", b"\n")
    return piece.removesuffix(b" ")


def _last_line(body: bytes, *, relaxed: bool) -> int:
    """Length without the empty lines at the end and the last line's own end; one step however many."""
    kept = len(body.rstrip(b" \t\r\n" if relaxed else b"\r\n"))
    for lone in _LONE.finditer(body, kept):  # a CR alone is part of the last line, not an end of it
        kept = lone.end()
    return kept
