"""What a mail says and carries: the text that is shown, attachments, messages inside it.

Which parts are text and which are attachments follows RFC 8621 4.1.4, as mail programs do. Text in
plain form is preferred; of a mail that is a page only, the words are taken. Attachments are decoded
to be hashed and named by their first bytes, and never opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from tallymark.importers._email_fields import Fields
from tallymark.importers._email_html import MAX_HTML, words
from tallymark.importers._email_mime import Node
from tallymark.importers._email_tnef import listed as listed_tnef
from tallymark.importers._email_words import as_text, escaped
from tallymark.model.event import Part
from tallymark.model.filetype import sniff

MAX_TEXT = 1 << 20  # signs of text kept with an event; the bytes are all in the exhibit
MAX_INSIDE = 1 << 14  # the same for a message inside another
MAX_FIELD = 1000
MAX_LISTED = 2000
_PROGRAMS = (
    ".exe", ".scr", ".com", ".bat", ".cmd", ".pif", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta",
    ".msi", ".jar", ".ps1", ".lnk", ".apk", ".dmg", ".pkg", ".app",
)  # fmt: skip


@dataclass(slots=True)
class Content:
    """Text for people, further words to find it by, the parts, and what is odd."""

    text: str = ""
    inside: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    attached: int = 0
    issues: set[str] = field(default_factory=set)

    def take_in(self, fields: Fields, within: Content) -> None:
        """Make the last part a message: who, when and what it says, and its own parts after it."""
        issues = within.issues
        detail = {
            name.replace("-", "_"): escaped(value)[:MAX_FIELD]
            for name in ("from", "to", "date", "subject", "message-id")
            if (value := fields.text(name.encode(), issues))
        }
        self.inside += [*detail.values(), within.text, *within.inside]
        detail["text"] = within.text[:MAX_INSIDE]
        if len(within.text) > MAX_INSIDE:
            issues.add("TEXT_CUT")
        self.parts.append(_detailed(self.parts.pop(), detail))
        place = len(self.parts)
        self.parts += [
            _detailed(part, {"inside": str(place + int(part.detail.get("inside", 0)))})
            for part in within.parts
        ]
        self.attached += within.attached
        self.issues |= issues


@dataclass(slots=True)
class _Sorted:
    """Leaves by what they are: text, or attachment; ``page`` are pages shown in place of text."""

    plain: list[Node] = field(default_factory=list)
    pages: list[Node] = field(default_factory=list)
    attached: list[Node] = field(default_factory=list)


def content(root: Node) -> Content:
    """Everything that a message with this tree says and carries."""
    found = Content()
    leaves = _sorted([root], "mixed")
    found.text = _text(leaves, found.issues)
    shown = {id(node) for node in leaves.plain}
    for place, node in enumerate(_attached(leaves), start=1):
        if place > MAX_LISTED:
            found.issues.add("PARTS_LIMIT")
            break
        found.attached += 1
        _add(found, node)
    for node in leaves.pages:
        if id(node) not in shown:
            found.parts.append(_part(node, "html", found.issues))
    return found


def _attached(leaves: _Sorted) -> Iterator[Node]:
    seen: set[int] = set()
    for node in leaves.attached:
        if id(node) not in seen:
            seen.add(id(node))
            yield node


def _sorted(nodes: list[Node], parent: str, *, in_choice: bool = False) -> _Sorted:
    """RFC 8621 4.1.4: of one text in two forms one is shown, else all that stands in line."""
    found = _Sorted()
    for place, node in enumerate(nodes):
        if node.is_multipart:
            kind = node.type.partition("/")[2]
            inner = _sorted(node.children, kind, in_choice=in_choice or kind == "alternative")
            if kind == "alternative" and not in_choice:
                inner.plain = inner.plain or inner.pages
            found.plain += inner.plain
            found.pages += inner.pages
            found.attached += inner.attached
        elif not _is_inline(node, place, parent):
            found.attached.append(node)
        elif node.type == "text/html" and in_choice:
            found.pages.append(node)
        else:
            found.plain.append(node)
            if node.type not in {"text/plain", "text/html"}:
                found.attached.append(node)
    return found


def _is_inline(node: Node, place: int, parent: str) -> bool:
    """Whether a part is text to be read in its place; other kinds of text are attachments as well."""
    if node.disposition == "attachment" or node.refused or not node.type.startswith("text/"):
        return False
    if node.type in {"text/plain", "text/html"}:
        return place == 0 or (parent != "related" and not node.name)
    return not node.name and node.type != "text/calendar"


def _text(leaves: _Sorted, issues: set[str]) -> str:
    found = [_words(node, issues) for node in leaves.plain]
    if not any(said.strip() for said in found) and leaves.pages:
        found = [_words(node, issues) for node in leaves.pages]
    text = "\n".join(found)
    if len(text) > MAX_TEXT:
        issues.add("TEXT_CUT")
        text = text[:MAX_TEXT]
    return text


def _words(node: Node, issues: set[str]) -> str:
    body, is_sound = node.decoded()
    if not is_sound:
        issues.add("BAD_BASE64")
    if len(body) > MAX_HTML:
        issues.add("TEXT_CUT")
        body = body[:MAX_HTML]
    text = as_text(body, node.params.get("charset", ""), issues).replace("\r\n", "\n")
    return words(text) if node.type == "text/html" else text


def _add(found: Content, node: Node) -> None:
    if node.type == "message/partial":
        found.issues.add("SPLIT_MESSAGE")
    if node.type == "message/external-body":
        found.issues.add("BODY_ELSEWHERE")
    found.parts.append(_part(node, "message" if node.children else "attachment", found.issues))
    if node.children:
        inner = node.children[0]
        found.take_in(inner.fields, content(inner))
    elif node.type == "application/ms-tnef" or node.name.lower() == "winmail.dat":
        _add_tnef(found, node)
    elif node.type.startswith("text/") and not node.refused and node.end - node.start <= MAX_TEXT:
        found.inside.append(_words(node, found.issues))


def _part(node: Node, kind: str, issues: set[str]) -> Part:
    begin, end = node.span
    name = escaped(node.name)
    detail = _detail(node)
    if name != node.name:
        issues.add("HIDDEN_SIGNS")
    if node.refused:
        return Part(
            kind, name, node.type, state="refused_limit", start=begin, end=end, detail=detail
        )
    body, is_sound = node.decoded()
    sniffed = sniff(body[:4096])[0] if body else ""
    if node.name.lower().endswith(_PROGRAMS) or sniffed in {
        "application/x-msdownload",
        "application/x-executable",
    }:
        issues.add("PROGRAM_ATTACHED")
    if not is_sound:
        issues.add("BAD_BASE64")
    digest = hashlib.sha256(body).hexdigest()
    state = "present" if is_sound else "corrupt"
    return Part(kind, name, node.type, sniffed, len(body), digest, state, begin, end, detail)


def _detail(node: Node) -> dict[str, str]:
    found = {}
    if node.disposition == "inline":
        found["shown"] = "inline"
    if cid := node.fields.get(b"content-id"):
        found["content_id"] = cid.decode("latin-1").strip("<> ")[:200]
    if node.type == "message/partial":
        number, total = node.params.get("number", ""), node.params.get("total", "")
        found |= {
            "number": number[:12],
            "total": total[:12],
            "split_id": node.params.get("id", "")[:200],
        }
        if total.isdecimal() and len(total) < 6:
            found["missing"] = str(max(0, int(total) - 1))
    if node.type == "message/external-body":
        found |= {
            f"elsewhere_{key[:40]}": escaped(value)[:200] for key, value in node.params.items()
        }
    if node.doubtful:
        found["structure"] = "doubtful"
    return found


def _detailed(part: Part, detail: dict[str, str]) -> Part:
    return msgspec.structs.replace(part, detail={**part.detail, **detail})


def _add_tnef(found: Content, node: Node) -> None:
    body, _ = node.decoded()
    parts, text = listed_tnef(body, span=node.span)
    found.parts += parts
    found.attached += len(parts)
    found.inside.append(text)
