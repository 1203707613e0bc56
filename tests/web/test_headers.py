"""Every answer, errors included, carries the same strict headers and the same quiet title."""

from __future__ import annotations

import re

import pytest

from tallymark.web.app import found_pages
from web.window import Window

STANDING = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
POLICY = re.compile(
    r"default-src 'none'; script-src 'nonce-[A-Za-z0-9_-]{22}'; style-src 'self'; img-src 'self'; "
    r"font-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; "
    r"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    r"trusted-types 'none'"
)
LEAVING = {"/exit", "/lock"}
PATHS = sorted({re.sub(r"{\w+}", "1", page.path) for _, page in found_pages()} - LEAVING)


def strict(answer: object) -> None:
    """Assert the standing headers on one answer."""
    headers = {name.lower(): value for name, value in answer.headers}  # type: ignore[attr-defined]
    for name, value in STANDING.items():
        assert headers[name] == value
    assert "camera=()" in headers["permissions-policy"]
    assert POLICY.fullmatch(headers["content-security-policy"])
    assert not {"server", "access-control-allow-origin", "etag"} & headers.keys()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_page_answers_with_all_headers(opened: Window, method: str) -> None:
    """All pages, asked in each way, with and without a session."""
    for cookies in (opened.cookies, {}):
        guest = Window(opened.book, opened.port, cookies=dict(cookies))
        for path in [*PATHS, "/s/notes.css", "/s/notes.js", "/nowhere"]:
            strict(guest.ask(method, path))


def test_no_two_answers_share_a_nonce(opened: Window) -> None:
    """A script of one page cannot stand in another."""
    policies = {opened.ask("GET", "/home").header("content-security-policy") for _ in range(5)}
    assert len(policies) == 5


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (400, "GET", "/home", {"Upgrade": "websocket"}),
        (403, "GET", "/home", {"Sec-Fetch-Site": "cross-site"}),
        (404, "GET", "/nowhere", {}),
        (405, "PUT", "/home", {}),
        (405, "GET", "/lock", {}),
        (421, "GET", "/home", {"Host": "evil.example"}),
    ],
)
def test_every_error_answers_with_all_headers(
    opened: Window, status: int, method: str, path: str, headers: dict[str, str]
) -> None:
    """A refusal says nothing but a number, and nothing of what was asked."""
    answer = opened.ask(method, path, headers=headers)
    assert answer.status == status
    strict(answer)
    assert re.search(r"Number: [0-9a-f]{8}", answer.says)
    assert "<title>Notes</title>" in answer.text
    assert "nowhere" not in answer.text
    assert "evil" not in answer.text


def test_a_fault_inside_says_nothing_of_itself(
    opened: Window, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A fault in the program is a plain page: no words of it on the page or on the terminal."""

    def broken() -> None:
        message = "SECRET of the diary"
        raise RuntimeError(message)

    assert opened.book.diary is not None
    monkeypatch.setattr(opened.book.diary, "entries", broken)
    answer = opened.ask("GET", "/home")
    assert answer.status == 500
    strict(answer)
    assert "SECRET" not in answer.text
    out, err = capfd.readouterr()
    assert "SECRET" not in out + err
    assert "Traceback" not in out + err


def test_what_is_not_http_answers_with_all_headers(opened: Window) -> None:
    """Even bytes that are no request get them."""
    import socket

    with socket.create_connection(("127.0.0.1", opened.port), timeout=5) as line:
        line.sendall(b"\x16\x03\x01 not a request\r\n\r\n")
        got = line.recv(65536).decode()
    assert got.startswith("HTTP/1.1 400 ")
    for name, value in STANDING.items():
        assert f"{name}: {value}" in got


def test_every_page_has_one_quiet_title_and_a_language(opened: Window) -> None:
    """The window's title never tells what it is; the language is stated for screen readers."""
    for path in PATHS:
        answer = opened.ask("GET", path)
        if answer.status == 200 and answer.header("content-type").startswith("text/html"):
            assert re.findall(r"<title>(.*?)</title>", answer.text) == ["Notes"], path
            assert '<html lang="en">' in answer.text


def test_no_address_holds_a_word_that_tells() -> None:
    """What a browser would remember in a normal window is neutral."""
    for _, page in found_pages():
        told = re.search(r"police|stalk|evidence|diary|pack|abuse|incident|vault", page.path)
        assert not told, page.path
