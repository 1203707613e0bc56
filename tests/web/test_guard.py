"""Raw requests at the door: what is not exactly ours is refused, and changes nothing."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from web.window import Window, make_vault, window

GOOD = {
    "Host": "{host}",
    "Connection": "close",
    "Cookie": "{cookie}",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
FORM = {
    **GOOD,
    "Origin": "http://{host}",
    "Content-Type": "application/x-www-form-urlencoded",
}
CHANGE = "fit={fit}&what_happened=PLANTED&then=stop"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """One open diary for all probes."""
    with window(make_vault(tmp_path_factory.mktemp("guard") / "data")) as found:
        found.unlock()
        yield found


def _raw(shown: Window, request: str) -> bytes:
    """What comes back; a request that never ends is given up after two seconds."""
    got = b""
    line = socket.create_connection(("127.0.0.1", shown.port), timeout=2)
    with line, suppress(TimeoutError, ConnectionError):
        line.sendall(request.encode("latin-1"))
        while part := line.recv(65536):
            got += part
    return got


def _lines(
    method: str, target: str, version: str, headers: list[tuple[str, str]], body: str
) -> str:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{method} {target} {version}\r\n{head}\r\n{body}"


def _state(shown: Window) -> tuple[int, str, bool, int]:
    diary = shown.book.diary
    assert diary is not None
    drafts = repr(sorted(diary.vault.drafts().items()))
    return len(diary.vault.records()), drafts, shown.book.ended, len(shown.book.hosts)


def _fill(shown: Window, text: str) -> str:
    cookie = "; ".join(f"{k}={v}" for k, v in shown.cookies.items())
    pairs = {"host": shown.host, "cookie": cookie, "fit": shown.fit(), "port": str(shown.port)}
    for name, value in pairs.items():
        text = text.replace("{" + name + "}", value)
    return text


def _get(
    target: str = "/home", *, method: str = "GET", version: str = "HTTP/1.1", **changed: str
) -> str:
    return _request(method, target, version, GOOD, changed, "")


def _post(
    target: str = "/add/3", *, method: str = "POST", body: str = CHANGE, **changed: str
) -> str:
    return _request(method, target, "HTTP/1.1", FORM, changed, body)


def _request(
    method: str, target: str, version: str, base: dict[str, str], changed: dict[str, str], body: str
) -> str:
    names = {name.replace("-", "_").lower(): name for name in base}
    headers = dict(base)
    for key, value in changed.items():
        headers[names.get(key.lower(), key.replace("_", "-"))] = value
    pairs = [(name, value) for name, value in headers.items() if value != "NONE"]
    if body and "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        pairs.append(("Content-Length", "{length}"))
    return _lines(method, target, version, pairs, body)


TWO_HOSTS = _get().replace("Host: {host}\r\n", "Host: {host}\r\nHost: {host}\r\n")
TWO_COOKIES = _get().replace("Cookie: ", "Cookie: a=b\r\nCookie: ")
TWO_ORIGINS = _post().replace("Origin: ", "Origin: http://{host}\r\nOrigin: ")
TWO_SITES = _post().replace("Sec-Fetch-Site: ", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: ")
PROBES: dict[str, str] = {
    "host of another site": _get(host="evil.example"),
    "host of another site with our port": _get(host="evil.example:{port}"),
    "host that begins as ours": _get(host="localhost.evil.com:{port}"),
    "host with ours in front": _get(host="{host}.evil.com"),
    "host with ours behind": _get(host="x.{host}"),
    "host localhost": _get(host="localhost:{port}"),
    "host without a port": _get(host="127.0.0.1"),
    "host with another port": _get(host="127.0.0.1:1"),
    "host 127.0.0.1 after the window came by name": _get(host="127.0.0.1:{port}"),
    "host in other letters": _get(host="{host}".upper()).replace("{HOST}", "{upper}"),
    "host with a dot at the end": _get(host="{host}").replace("Host: {host}", "Host: {dotted}"),
    "host with a leading zero in the port": _get(host="{zeroed}"),
    "host 0.0.0.0": _get(host="0.0.0.0:{port}"),
    "host in IPv6": _get(host="[::1]:{port}"),
    "host as a number": _get(host="2130706433:{port}"),
    "host short": _get(host="127.1:{port}"),
    "host in percent form": _get(host="127%2e0%2e0%2e1:{port}"),
    "host with a user": _get(host="x@{host}"),
    "host with a tab": _get(host="{host}\t.evil"),
    "host empty": _get(host=""),
    "host of a port alone": _get(host=":{port}"),
    "no host": _get(host="NONE"),
    "two hosts": TWO_HOSTS,
    "HTTP/1.0": _get(version="HTTP/1.0"),
    "HTTP/0.9": "GET /home\r\n\r\n",
    "HTTP/2 in clear": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another site": _get(sec_fetch_site="cross-site"),
    "another port of this computer": _get(sec_fetch_site="same-site"),
    "typed address of an inner page": _get(sec_fetch_site="none"),
    "made-up site": _get(sec_fetch_site="same-origin, cross-site"),
    "another origin": _post(origin="http://evil.example"),
    "origin null": _post(origin="null"),
    "origin with https": _post(origin="https://{host}"),
    "origin of another port": _post(origin="http://127.0.0.1:1"),
    "origin that begins as ours": _post(origin="http://{host}.evil.com"),
    "origin in a get": _get(Origin="http://evil.example"),
    "post without origin and site": _post(origin="NONE", sec_fetch_site="NONE"),
    "post from another site": _post(sec_fetch_site="cross-site"),
    "post from a typed address": _post(sec_fetch_site="none"),
    "two origins": TWO_ORIGINS,
    "two sites": TWO_SITES,
    "two cookies": TWO_COOKIES,
    "post without the second secret": _post(body="what_happened=PLANTED&then=stop"),
    "post with a wrong second secret": _post(body="fit=AAAA&what_happened=PLANTED"),
    "post with two second secrets": _post(body="fit=AAAA&" + CHANGE),
    "post as text": _post(content_type="text/plain"),
    "post as json": _post(content_type="application/json", body='{"fit":"{fit}"}'),
    "no cookie": _get(cookie="NONE"),
    "wrong cookie": _get(cookie="a=b"),
    "cookie name with another value": _get(cookie="{wrong}"),
    "post without a cookie": _post(cookie="NONE"),
    "put": _post(method="PUT"),
    "delete": _get(method="DELETE"),
    "options": _get(method="OPTIONS"),
    "trace": _get(method="TRACE"),
    "connect": _get("127.0.0.1:1", method="CONNECT"),
    "patch": _post(method="PATCH"),
    "get in small letters": _get(method="get"),
    "made-up method": _get(method="LOCK"),
    "a get with a body": _get(Content_Length="3") + "a=b",
    "upgrade to a socket": _get(Upgrade="websocket", Connection="Upgrade"),
    "target of another site": _get("http://evil.example/home"),
    "target with our address": _get("http://{host}/home"),
    "target *": _get("*"),
    "path upwards": _get("/s/../../../etc/passwd"),
    "path upwards in percent form": _get("/s/%2e%2e/%2e%2e/etc/passwd"),
    "path with a percent sign": _get("/h%6fme"),
    "path with two slashes": _get("//home"),
    "path with a slash at the end": _get("/home/"),
    "path with a backslash": _get("/s\\..\\x.css"),
    "path with a null": _get("/home%00"),
    "query": _get("/home?x=1"),
    "static file that is not there": _get("/s/secret.css"),
    "static file of another kind": _get("/s/notes.py"),
    "entry that is not there": _get("/i/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    "file that is not there": _get("/e/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    "question that is not there": _get("/add/99"),
    "landing with a wrong secret": _get("/in/AAAA", sec_fetch_site="cross-site"),
    "landing by post": _post("/in/AAAA"),
    "length and chunks together": _post(Transfer_Encoding="chunked", Content_Length="3"),
    "negative length": _post(Content_Length="-1"),
    "two lengths": _post(Content_Length="3\r\nContent-Length: 4"),
    "header over two lines": _get(Cookie="a=b\r\n c=d"),
    "header with a space before the colon": _get().replace("Host:", "Host :"),
    "a very long header": _get(X_Long="a" * 70000),
    "not HTTP": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an image from another site": _get(sec_fetch_site="cross-site", sec_fetch_dest="image"),
    "landing as an image": _get("/in/AAAA", sec_fetch_site="none", sec_fetch_dest="image"),
    "exit from another site": _get("/exit", sec_fetch_site="cross-site"),
    "lock from another site": _post("/lock", sec_fetch_site="cross-site"),
    "lock by get": _get("/lock"),
}


@pytest.mark.parametrize("name", PROBES)
def test_what_is_not_ours_is_refused_and_changes_nothing(shown: Window, name: str) -> None:
    """Every form of a strange request gets no page of the diary and leaves it as it was."""
    before = _state(shown)
    host, _, port = shown.host.partition(":")
    text = PROBES[name]
    special = {
        "upper": shown.host.upper(),
        "dotted": f"{host}.:{port}",
        "zeroed": f"{host}:0{port}",
        "wrong": "; ".join(f"{k}=AAAA" for k in shown.cookies),
    }
    for key, value in special.items():
        text = text.replace("{" + key + "}", value)
    text = _fill(shown, text)
    text = text.replace("{length}", str(len(text.partition("\r\n\r\n")[2])))
    got = _raw(shown, text)
    status = re.match(rb"HTTP/1\.[01] (\d{3}) ", got)
    assert status, got[:200]
    assert int(status[1]) in {400, 403, 404, 405, 421}, got[:200]
    assert b"Your notes" not in got
    assert b"set-cookie" not in got.lower()
    assert _state(shown) == before


def test_there_are_at_least_forty_probes() -> None:
    """The list does not shrink in silence."""
    assert len(PROBES) >= 40


def test_the_same_requests_unchanged_are_taken(shown: Window) -> None:
    """The probes fail for their one difference, and not because the frame they share is wrong."""
    got = _raw(shown, _fill(shown, _get()))
    assert got.startswith(b"HTTP/1.1 200 ")
    text = _fill(shown, _post("/add/3"))
    got = _raw(shown, text.replace("{length}", str(len(text.partition("\r\n\r\n")[2]))))
    assert got.startswith(b"HTTP/1.1 303 ")
    assert shown.book.diary is not None
    assert "PLANTED" in shown.book.diary.vault.drafts()["entry"]


def test_the_plain_name_is_taken_where_the_browser_came_by_it(tmp_path: Path) -> None:
    """A browser that cannot resolve our name comes by 127.0.0.1, and from then on only so."""
    with window(make_vault(tmp_path / "data")) as shown:
        named, shown.host = shown.host, shown.book.hosts[1]
        shown.unlock()
        assert "Your notes" in shown.page.says
        assert shown.ask("GET", "/home", headers={"Host": named}).status == 421
