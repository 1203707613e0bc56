"""One question over a real socket, to an authority on this computer that behaves and misbehaves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from integrity.authority import Authority, root, signer
from online.listening import Heard, listening
from tallymark.errors import AnswerRefused, NotReached, UsageProblem
from tallymark.integrity import timestamp
from tallymark.online import timestamping

DATA = b"a signed checkpoint\n"
REPLY = "application/timestamp-reply"


def _post(url: str, question: bytes = b"question", *, seconds: float = 5) -> bytes:
    return timestamping.poster(timestamping.place(url), seconds=seconds)(question)


def test_a_real_authority_answers_over_http(tmp_path: Path) -> None:
    """Openssl ts behind a small server: the answer that comes back holds."""
    ca = root()
    authority = Authority(tmp_path, signer=signer(ca), sent=())
    question = timestamp.request(DATA)
    with listening(lambda heard: (200, REPLY, authority.answer(heard.body))) as (url, _):
        answer = _post(url, question)
    assert timestamp.check(answer, data=DATA, asked=question, roots=ca.pem).root


def test_nothing_but_the_question_is_sent() -> None:
    """Four headers, none of which names this program, and the bytes of the question."""
    heard: list[Heard] = []

    def answer(one: Heard) -> tuple[int, str, bytes]:
        heard.append(one)
        return 200, REPLY, b"answer"

    with listening(answer) as (url, _):
        assert _post(f"{url}/tsa?p=1") == b"answer"
    (one,) = heard
    assert (one.method, one.path, one.body) == ("POST", "/tsa?p=1", b"question")
    assert sorted(one.headers) == ["content-length", "content-type", "host"]
    assert one.headers["content-type"] == "application/timestamp-query"


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (302, REPLY, b"answer"),
        (404, REPLY, b"answer"),
        (500, REPLY, b"answer"),
        (204, REPLY, b""),
        (200, "text/html", b"answer"),
        (200, REPLY, bytes(timestamping.MOST_ANSWER + 1)),
    ],
    ids=["redirect", "not there", "broken", "empty", "a page", "huge"],
)
def test_any_other_answer_is_refused(status: int, kind: str, body: bytes) -> None:
    """And one connection was made, not a second to where a redirect points."""
    with listening(lambda _: (status, kind, body)) as (url, count):
        with pytest.raises(AnswerRefused):
            _post(url)
        assert count() == 1


@pytest.fixture
def raw() -> Iterator[Callable[[bytes], str]]:
    """A server that answers with fixed bytes and hangs up."""
    opened: list[socket.socket] = []

    def serve(answer: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        opened.append(server)

        def one() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(answer)

        threading.Thread(target=one, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield serve
    for server in opened:
        server.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: 50\r\n\r\n"
        b"cut",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 " + b"a" * 70_000,
    ],
    ids=["hangs up", "another service", "cut short", "many headers", "a long line"],
)
def test_what_is_no_web_answer_is_refused(raw: Callable[[bytes], str], answer: bytes) -> None:
    """By its name, and without waiting for more."""
    with pytest.raises((AnswerRefused, NotReached)):
        _post(raw(answer))


def test_an_answer_that_never_ends_is_left() -> None:
    """One byte at a time, for longer than is waited."""
    stop = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", REPLY)
            self.end_headers()
            while not stop.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with pytest.raises(AnswerRefused, match="too long"):
            _post(f"http://127.0.0.1:{server.server_port}/", seconds=0.3)
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


def test_where_nobody_listens_it_is_said() -> None:
    """A closed port, and a name that cannot be."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/"):
        with pytest.raises(NotReached):
            _post(url)


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example/", "file:///etc/passwd", "a.example", "http://", "http://me:pw@a.example/",
     "http://a.example/#part", "http://a.example/a b", "http://a.example:port/", "http://a.ex\nample/",
     "http://ä.example/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anything is opened."""
    with pytest.raises(UsageProblem):
        timestamping.place(url)


def test_it_says_what_it_sends_and_to_whom() -> None:
    """The host by name, before the call."""
    said = timestamping.place("https://stamps.example:8443/tsa").said()
    assert "32 bytes" in said
    assert "stamps.example" in said
    assert "your internet address" in said
