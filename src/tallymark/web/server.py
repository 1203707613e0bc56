"""The listening side: one socket on 127.0.0.1, HTTP/1.1 only, no log of what was asked."""

from __future__ import annotations

import asyncio
import secrets
import socket
from base64 import b32encode

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from tallymark.web.book import Book
from tallymark.web.guard import standing_headers

FALLBACK = "127.0.0.1"
_WATCH_EVERY = 0.5
_LAST_ANSWERS = 2.0
_TURNS = 8  # of the loop, from a connection taken to one that is known


def bind() -> socket.socket:
    """A socket on a free port that only this computer reaches."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.bind((FALLBACK, 0))
    return bound


def fresh_name() -> str:
    """A name that no other launch and no other program has: 26 letters and digits."""
    return b32encode(secrets.token_bytes(17)).decode().lower()[:26] + ".localhost"


class _Protocol(H11Protocol):
    """What is not HTTP gets the same headers as every other answer."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- its words say too much
        fixed = standing_headers(secrets.token_urlsafe(16))
        headers = [(name.encode(), value.encode()) for name, value in fixed.items()]
        headers += [(b"content-length", b"0"), (b"connection", b"close")]
        try:
            answer = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            self.transport.write(self.conn.send(answer) or b"")
            self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError:
            pass
        self.transport.close()


class Server(uvicorn.Server):
    """Serves one book and watches the clocks; locks the book before it stops for any reason."""

    def __init__(self, app: ASGIApp, book: Book) -> None:
        self._book = book
        self._loop: asyncio.AbstractEventLoop | None = None
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            interface="asgi3",
            access_log=False,
            log_config=None,
            log_level="critical",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=32 * 1024,
        )
        super().__init__(config)

    def quit_soon(self) -> None:
        """End when the last pages have been fetched. From any thread."""
        if self._loop is None:
            self.should_exit = True
            return
        self._loop.call_soon_threadsafe(self._loop.call_later, _LAST_ANSWERS, self._stop)

    def _stop(self) -> None:
        self.should_exit = True

    async def run_until_left(self, bound: socket.socket) -> None:
        """Serve until the person leaves, the waiting time ends or a signal comes."""
        self._loop = asyncio.get_running_loop()
        watching = asyncio.create_task(self._watch())
        try:
            await self.serve(sockets=[bound])
        finally:
            watching.cancel()
            await self._cut_off()

    async def _cut_off(self) -> None:
        """Close what came in while the server stopped: a browser opens connections ahead of need.

        One that was just taken from the system is known here only a few turns of the loop later.
        """
        for _ in range(_TURNS):
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drop the keys first, then the connections."""
        await asyncio.to_thread(self._book.lock)
        await super().shutdown(sockets)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_EVERY)
            if self._book.was_asked_to_lock():
                await asyncio.to_thread(self._book.leave)
            elif self._book.session.must_lock():
                await asyncio.to_thread(self._book.lock)
            elif self._book.session.must_end():
                self.should_exit = True
