"""The parts of a message, as offsets: a bounded splitter that recurses into nothing it has not counted.

Depth 50 and 10,000 parts; what lies beyond is one opaque part. Where end boundaries are missing or a
structure cannot be right, every byte still lies in a part or between parts, and ``doubtful`` says so.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from tallymark.importers._email_fields import Fields
from tallymark.importers._email_words import parameters

MAX_DEPTH = 50
MAX_PARTS = 10_000
MAX_SCANNED = 1 << 29  # bytes looked at for boundaries, all levels together
_BASE64 = bytes(range(65, 91)) + bytes(range(97, 123)) + b"0123456789+/" + b"=\r\n\t "
MAX_LOOKALIKES = 20_000
_REST = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_TEXT_TYPE: tuple[str, dict[str, str]] = ("text/plain", {})

_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_BASE64[:64])))


@dataclass(slots=True)
class Node:
    """One part: its fields, its type, and its body [start, end) in ``data``.

    ``data`` is the message itself, or the decoded bytes of a part that another message was packed
    in; ``outer`` then is where that part stands in the message.
    """

    fields: Fields
    type: str
    params: dict[str, str]
    data: bytes
    start: int
    end: int
    depth: int
    outer: tuple[int, int] | None = None
    children: list[Node] = field(default_factory=list)
    refused: bool = False
    doubtful: bool = False
    issues: set[str] = field(default_factory=set)
    disposition: str = ""
    name: str = ""

    @property
    def is_multipart(self) -> bool:
        """Whether it was split into parts."""
        return self.type.startswith("multipart/") and not self.refused

    @property
    def span(self) -> tuple[int, int]:
        """Where its encoded bytes stand in the message."""
        return self.outer or (self.start, self.end)

    def decoded(self) -> tuple[bytes, bool]:
        """The body without its transfer encoding, and whether that encoding was sound."""
        how = self.fields.get(b"content-transfer-encoding").lower()
        body = self.data[self.start : self.end]
        if how == b"base64":
            return _base64(body)
        if how == b"quoted-printable":
            return binascii.a2b_qp(body), True
        return body, True


def _base64(body: bytes) -> tuple[bytes, bool]:
    """The bytes, and whether nothing but the alphabet and line ends stood there, rightly padded.

    What is packed as it should be is unpacked at several times the speed of ``binascii``, which
    reads all the rest.
    """
    bare = body.replace(b"\n", b"")
    bare = bare.replace(b"\r", b"") if b"\r" in bare else bare
    if bare.isascii():
        try:
            return msgspec.convert(bare.decode(), bytes), True
        except msgspec.ValidationError:
            pass
    try:
        found = binascii.a2b_base64(body)
    except binascii.Error:
        clean = body.translate(None, _NOT_BASE64)
        clean = clean[:-1] if len(clean) % 4 == 1 else clean
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4)), False
    is_sound = len(bare) == (len(found) + 2) // 3 * 4 or not body.translate(None, _BASE64)
    return found, is_sound


class Splitter:
    """Splits one message. ``issues`` gets what was found odd or was too much."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parts = 0
        self._scanned = 0
        self.issues: set[str] = set()

    def split(self, fields: Fields, start: int, end: int) -> Node:
        """The tree of a message whose fields are read and whose body is [start, end)."""
        return self._node(self._data, fields, (start, end), 0, None, _TEXT_TYPE)

    def _node(
        self,
        data: bytes,
        fields: Fields,
        body: tuple[int, int],
        depth: int,
        outer: tuple[int, int] | None,
        usual: tuple[str, dict[str, str]],
    ) -> Node:
        stated = fields.last(b"content-type")
        kind, params = parameters(stated, self.issues) if stated else usual
        if "/" not in kind:
            kind = usual[0]
        node = Node(fields, kind, params, data, *body, depth, outer)
        self._label(node)
        if kind.startswith("multipart/"):
            self._multipart(node)
        elif kind in {"message/rfc822", "message/global", "message/news"}:
            self._message(node)
        return node

    def _label(self, node: Node) -> None:
        if len(node.fields.all(b"content-type")) > 1:
            self.issues.add("MALFORMED_MIME")
        stated = node.fields.get(b"content-disposition")
        if stated:
            node.disposition, params = parameters(stated, self.issues)
            node.name = params.get("filename", "")
        node.name = node.name or node.params.get("name", "")

    def _may_enter(self, node: Node) -> bool:
        self._scanned += node.end - node.start
        if node.depth >= MAX_DEPTH:
            self.issues.add("DEPTH_LIMIT")
        elif self._parts >= MAX_PARTS or self._scanned > MAX_SCANNED:
            self.issues.add("PARTS_LIMIT")
        else:
            return True
        node.refused = True
        return False

    def _multipart(self, node: Node) -> None:
        boundary = node.params.get("boundary", "").encode("utf-8", "replace").rstrip()
        if not boundary or len(boundary) > 500:
            self.issues.add("MALFORMED_MIME")
            node.type, node.params = _TEXT_TYPE
            node.doubtful = True
            return
        if not self._may_enter(node):
            return
        places = self._places(node, boundary)
        if places is None:
            node.refused = True
            return
        usual: tuple[str, dict[str, str]] = (
            ("message/rfc822", {}) if node.type == "multipart/digest" else _TEXT_TYPE
        )
        for begin, end in places:
            self._parts += 1
            fields = Fields(node.data, begin, end)
            self._note(fields)
            body = (fields.body, end)
            node.children.append(
                self._node(node.data, fields, body, node.depth + 1, node.outer, usual)
            )

    def _note(self, fields: Fields) -> None:
        if fields.over:
            self.issues.add("HEADER_LIMIT")
        if fields.junk:
            self.issues.add("MALFORMED_MIME")

    def _places(self, node: Node, boundary: bytes) -> list[tuple[int, int]] | None:
        """Where the parts between the boundary lines stand; ``None`` when there are too many."""
        found: list[tuple[int, int]] = []
        begin, closed = -1, False
        for at, after, closed in _lines(node.data, boundary, max(0, node.start - 1), node.end):
            if begin >= 0:
                found.append((begin, _before(node.data, begin, at)))
            if len(found) + self._parts > MAX_PARTS:
                self.issues.add("PARTS_LIMIT")
                return None
            begin = after
            if closed:
                break
        if not closed:
            node.doubtful = True
            self.issues.add("MALFORMED_MIME")
            if begin >= 0:
                found.append((begin, node.end))
        if not found:
            self._keep_all(node)
        return found

    def _keep_all(self, node: Node) -> None:
        """A body that its boundary never parts is text, so that its words are not lost."""
        self.issues.add("MALFORMED_MIME")
        node.type, node.params, node.doubtful = "text/plain", {}, True

    def _message(self, node: Node) -> None:
        if not self._may_enter(node):
            return
        self._parts += 1
        data, start, end, outer = node.data, node.start, node.end, node.outer
        if node.fields.get(b"content-transfer-encoding").lower() in {
            b"base64",
            b"quoted-printable",
        }:
            outer = node.span
            data, is_sound = node.decoded()
            start, end = 0, len(data)
            if not is_sound:
                self.issues.add("BAD_BASE64")
        fields = Fields(data, start, end)
        self._note(fields)
        node.children.append(
            self._node(data, fields, (fields.body, end), node.depth + 1, outer, _TEXT_TYPE)
        )


def _lines(data: bytes, boundary: bytes, at: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Boundary lines in [at, end): their place, where the next line begins, whether they close.

    Found by plain search; a body that is full of lines which only begin like it is searched by a
    compiled rule instead, which costs more to make than most messages cost to read.
    """
    mark = b"\n--" + boundary
    for _ in range(MAX_LOOKALIKES):
        place = data.find(mark, at, end)
        if place < 0:
            return
        rest = _REST.match(data, place + len(mark), end)
        at = place + len(mark)
        if rest is not None:
            at = max(place + 1, rest.end() - 1)
            yield place, rest.end(), rest[1] is not None
    line = re.compile(re.escape(mark) + _REST.pattern)
    while (match := line.search(data, at, end)) is not None:
        yield match.start(), match.end(), match[1] is not None
        at = max(match.start() + 1, match.end() - 1)


def _before(data: bytes, begin: int, at: int) -> int:
    """End of a part whose boundary line's own line end begins at ``at``."""
    if at < begin:
        return begin
    return at - 1 if at > begin and data[at - 1] == 13 else at
