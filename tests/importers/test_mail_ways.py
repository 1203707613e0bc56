"""Where a mail is read in a quick way and in a careful one, both give the same."""

from __future__ import annotations

import base64
import binascii
import html

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallymark.importers._email_html import _of_any, _of_sound, _tidy, words
from tallymark.importers._email_mime import _BASE64, _base64

PIECES = [
    "<p>", "</p>", "<BR/>", "<td a='x'>", "</tr>", "<b>", "<table\n>", "<dd>", "<ddx>", "<h1-x>", "<p:x>",
    "<!-- a\n<b -->", "<!-->", "<script>\n1<2</script>", "<STYLE x>a</Style >", "</style>", "<?xml?>",
    "<!doctype html>", "</td\n x>", "<" + "d" * 25 + ">", "x", "ö", "\n", "\r\n", "  ", "\t", "\xa0", "\u2028",
    "\x1c", "&amp;", "&lt;b", ">", "a>b",
]  # fmt: skip
ODD = ["<", "<!--", "-->", "<script>", "</script", "<style", "<1", "</", "<li", "<t\u0130>", "<\u017ftyle>"]  # fmt: skip
BASE64 = [b"QUJD", b"+/8=", b"A", b"=", b"==", b"\n", b"\r\n", b" ", b"\\u0041", b'"', b"\xff", b"QR==", b"-_"]  # fmt: skip
pages = st.lists(st.sampled_from(PIECES + ODD), max_size=14).map("".join)


@settings(deadline=None, max_examples=600)
@given(pages)
@example("</<style>a</style><!-->b>c")
@example("<p><script>never ends<p>words")
def test_a_page_has_the_same_words_read_at_once_and_tag_by_tag(page: str) -> None:
    """Where a page can be read at once at all; else it is read tag by tag."""
    careful = _of_any(page)
    quick = _of_sound(page)
    assert quick in {None, careful}
    assert words(page) == _tidy(html.unescape(careful))


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_a_page_whose_tags_all_end_is_read_at_once(page: str) -> None:
    """So that what was said of both ways above was said of pages, and not of their refusal."""
    assert _of_sound(page) is not None


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=" \t\r\f\v\xa0\n\u2028ab", max_size=60))
def test_space_is_tidied_as_told(text: str) -> None:
    """Line by line: single spaces, none about a line, one empty line at most, none at either end."""
    found: list[str] = []
    for line in text.split("\n"):
        line = line.translate({ord(sign): " " for sign in "\t\r\f\v\xa0"})  # noqa: PLW2901
        while "  " in line:
            line = line.replace("  ", " ")  # noqa: PLW2901
        line = line.strip()  # noqa: PLW2901
        if line or (found and found[-1]):
            found.append(line)
    assert _tidy(text) == "\n".join(found).strip()


@settings(deadline=None, max_examples=600)
@given(st.lists(st.sampled_from(BASE64), max_size=10).map(b"".join))
def test_base64_is_unpacked_as_by_binascii(body: bytes) -> None:
    """The same bytes as the lenient reader gives, and sound only where nothing foreign stands in it."""
    found, is_sound = _base64(body)
    try:
        assert found == binascii.a2b_base64(body)
    except binascii.Error:
        assert not is_sound
    if is_sound:
        assert not body.translate(None, _BASE64)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"\n", b"\r\n"]))
def test_base64_in_lines_is_sound(data: bytes, end: bytes) -> None:
    """Whatever was packed comes out, whichever way its lines end."""
    assert _base64(base64.encodebytes(data).replace(b"\n", end)) == (data, True)
