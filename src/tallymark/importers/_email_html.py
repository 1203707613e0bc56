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
_OTHER_SPACE = "\t\r\f\v\xa0"
_SOUND = re.compile(r"<(/?[A-Za-z][A-Za-z0-9]*|[!?])[^<>]*>")
_SILENCE = re.compile(r"<(?:!--|([Ss][Cc][Rr][Ii][Pp][Tt]|[Ss][Tt][Yy][Ll][Ee])(?![A-Za-z0-9]))")
_SPEAKS = {
    "script": re.compile(r"</[Ss][Cc][Rr][Ii][Pp][Tt](?![A-Za-z0-9])[^<>]*>?"),
    "style": re.compile(r"</[Ss][Tt][Yy][Ll][Ee](?![A-Za-z0-9])[^<>]*>?"),
}


def words(page: str) -> str:
    """The text of a page, lines as its blocks part them."""
    said = _of_sound(page)
    return _tidy(html.unescape(_of_any(page) if said is None else said))


def _of_sound(page: str) -> str | None:
    """The words of a page whose every tag and silence ends, in few passes; ``None`` for another page.

    Nearly all pages are such; what they say is what ``_of_any`` finds in them, tag by tag.
    """
    found, at = [], 0
    while (silence := _SILENCE.search(page, at)) is not None:
        found.append(_spoken(page[at : silence.start()]))
        if silence[1]:
            speaks = _SPEAKS[silence[1].lower()].search(page, silence.end())
            at = speaks.end() if speaks else -1
        else:
            ends = page.find("-->", silence.start() + 2)
            at = ends + 3 if ends >= 0 else -1
        if at < 0 or found[-1] is None:
            return None
    found.append(_spoken(page[at:]))
    return None if found[-1] is None else "".join(filter(None, found))


def _spoken(stretch: str) -> str | None:
    """The words between tags that all end; ``None`` where a ``<`` is left over."""
    pieces = _SOUND.split(stretch.replace("\n", " "))
    if "<" in "".join(pieces[::2]):
        return None
    marks = {name: _mark(name.removeprefix("/").lower()) for name in set(pieces[1::2])}
    pieces[1::2] = [marks[name] for name in pieces[1::2]]
    return "".join(pieces)


def _mark(name: str) -> str:
    """What stands for a tag of that name in the text."""
    if name in _BREAKS:
        return "\n"
    return "\t" if name in _CELLS else ""


def _of_any(page: str) -> str:
    """The same of any page, from one ``<`` to the next."""
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
    return "".join(out)


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
    out.append(_mark(name))
    out.append((after if closed else f"<{piece}").replace("\n", " "))
    return ""


def _tidy(text: str) -> str:
    """Runs of space as one, none about a line, one empty line at most between two."""
    for sign in _OTHER_SPACE:
        text = text.replace(sign, " ")
    for run, one in (("  ", " "), (" \n", "\n"), ("\n ", "\n")):
        while run in text:
            text = text.replace(run, one)
    text = "\n".join([line.strip() for line in text.split("\n")])  # space that is none of those
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()
