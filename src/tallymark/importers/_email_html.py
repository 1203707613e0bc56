"""The words of an HTML mail, without a browser: tags are dropped in one pass, nothing is fetched.

Not a rendering. Words that a page would hide are kept; what stands in a script, a style sheet or a
comment that ends is not words.
"""

from __future__ import annotations

import html
import re

MAX_HTML = 4 << 20
_TAG = re.compile(r"(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_BREAKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"script", "style"})
_SPACE = re.compile(r"[ \t\r\f\v\xa0]+")


def words(page: str) -> str:
    """The text of a page, lines as its blocks part them."""
    first, *pieces = page.split("<")
    out = [first.replace("\n", " ")]
    silent, held = "", []
    for piece in pieces:
        if silent:
            held.append(piece)
            if (rest := _ends(piece, silent)) is not None:
                out.append(rest)
                silent, held = "", []
            continue
        silent = _piece(piece, out)
        if silent:
            held = [piece]
            if (rest := _ends(piece, silent)) is not None:
                out.append(rest)
                silent = ""
    if silent:  # it never ends: then it may be words after all
        out += [part.partition(">")[2] if n else part for n, part in enumerate(held)]
    return _tidy(html.unescape("".join(out)))


def _ends(piece: str, silent: str) -> str | None:
    """What follows the end of a comment or script inside this piece; ``None`` where it goes on."""
    if silent == "-->":
        _, end, rest = piece.partition("-->")
        return rest.replace("\n", " ") if end else None
    match = _TAG.match(piece)
    if match and match[1] and match[2].lower() == silent:
        return piece.partition(">")[2].replace("\n", " ")
    return None


def _piece(piece: str, out: list[str]) -> str:
    """Put the words after one ``<``; gives what must end before words go on."""
    if piece.startswith("!--"):
        return "-->"
    match = _TAG.match(piece)
    _, closed, after = piece.partition(">")
    if match is None:
        if piece[:1] in {"!", "?"} and closed:
            out.append(after.replace("\n", " "))
        else:
            out.append("<" + piece)  # a sign for "less than", not a tag
        return ""
    name = match[2].lower()
    if name in _SILENT and not match[1]:
        return name
    if name in _BREAKS:
        out.append("\n")
    elif name in _CELLS:
        out.append("\t")
    out.append((after if closed else f"<{piece}").replace("\n", " "))
    return ""


def _tidy(text: str) -> str:
    lines = (line.strip() for line in _SPACE.sub(" ", text).split("\n"))
    found: list[str] = []
    for line in lines:
        if line or (found and found[-1]):
            found.append(line)
    return "\n".join(found).strip()
