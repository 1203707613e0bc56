"""Puts the pages together: finds them, lets the right visitor in, and answers every error plainly."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tallymark import plugins
from tallymark.errors import TallymarkError
from tallymark.web import forms, render
from tallymark.web.book import Book
from tallymark.web.guard import Guard
from tallymark.web.uploads import Multipart, boundary_of
from tallymark.web.visit import Locked, NotHere, Page, Visit
from tallymark.web.words import in_words

PAGES = "tallymark.web.pages"
_STATIC = Path(__file__).parent / "static"
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def build(book: Book) -> ASGIApp:
    """The whole application behind its guard."""
    routes = [
        Route(page.path, partial(_answer, book, name, page), methods=["GET", "POST"])
        for name, page in found_pages()
    ]
    routes.append(Route("/s/{name}.{kind}", _static, methods=["GET", "POST"]))
    inner = Router(routes=routes, default=_no_page, redirect_slashes=False)
    return Guard(inner, hosts=lambda: book.hosts, refuse=_refusal)


def found_pages() -> list[tuple[str, Page]]:
    """Every page by the name of its folder. One folder may hold several addresses."""
    found: list[tuple[str, Page]] = []
    for name in plugins.names(PAGES):
        pages = plugins.load(f"{PAGES}.{name}", "page", "PAGES")
        found += [(name, page) for page in pages]
    return sorted(found, key=lambda pair: "{" in pair[1].path)


async def _static(request: Request) -> Response:
    name, kind = request.path_params["name"], request.path_params["kind"]
    if request.method == "POST":
        return error_page(405)
    known = _files()
    if kind not in _KINDS or f"{name}.{kind}" not in known:
        return error_page(404)
    return Response(known[f"{name}.{kind}"], media_type=_KINDS[kind])


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in _STATIC.iterdir() if path.is_file()}


async def _answer(book: Book, name: str, page: Page, request: Request) -> Response:
    """Any fault becomes a plain page; no words of it reach a log or the browser."""
    try:
        return await _endpoint(book, name, page, request)
    except (forms.BadForm, ClientDisconnect):
        return error_page(400)
    except TallymarkError as problem:
        return error_page(500, said=in_words(problem))
    except Exception:  # noqa: BLE001 -- the last net
        return error_page(500)


async def _endpoint(book: Book, name: str, page: Page, request: Request) -> Response:
    """Let in who may come in, read what was sent, and run the page in a thread of its own."""
    level = book.session.recognise(_cookies(request))
    if level == "open" and book.asking and not page.asking:
        level = "locked"
    if level == "none" and not page.public:
        return error_page(403)
    visit = Visit(
        book=book,
        page=name,
        nonce=request.scope["nonce"],
        method=request.method,
        wanted_as=request.headers.get("sec-fetch-dest", ""),
        host=request.headers["host"],
        params=request.path_params,
    )
    handler = page.take if request.method == "POST" else page.show
    if handler is None:
        return error_page(405)
    if request.method == "POST":
        return await _posted(visit, page, handler, request, open_now=level == "open")
    if level != "open" and not (page.locked or page.public):
        return visit.go("/")
    if request.headers.get("sec-fetch-dest", "document") == "document" and not _is_refresh(book):
        book.session.touch()
    return await _run(handler, visit)


def _is_refresh(book: Book) -> bool:
    """Whether a waiting page may be asking by itself, which is not the person doing something."""
    return book.job is not None and not book.job.done


async def _posted(
    visit: Visit,
    page: Page,
    handler: Callable[[Visit], Response],
    request: Request,
    *,
    open_now: bool,
) -> Response:
    sent = request.headers.get("content-type", "")
    if page.upload and sent.startswith("multipart/form-data"):
        if not open_now:
            await _let_run_out(request.stream())
            return visit.go("/")
        return await _with_upload(visit, handler, request, boundary_of(sent))
    if sent.split(";")[0] != "application/x-www-form-urlencoded":
        raise forms.BadForm
    fields = await forms.read(request.stream())
    if not visit.book.session.form_fits(fields.pop("fit", "")):
        return error_page(403)
    if not open_now and not page.locked:
        visit.book.held = {"path": request.url.path, **fields}
        return visit.go("/")
    visit.book.session.touch()
    return await _run(handler, _with(visit, fields))


def _with(visit: Visit, fields: dict[str, str], **more: object) -> Visit:
    return replace(visit, form=fields, **more)  # type: ignore[arg-type]


async def _with_upload(
    visit: Visit, handler: Callable[[Visit], Response], request: Request, boundary: bytes
) -> Response:
    """Start the page when the file begins, and pump the rest while the page reads it."""
    parser = Multipart(boundary)
    chunks = request.stream()
    try:
        await _until_file(parser, chunks)
        if not visit.book.session.form_fits(parser.fields.pop("fit", "")):
            await _let_run_out(chunks)
            return error_page(403)
        full = _with(visit, parser.fields, upload=parser.upload)
        running = asyncio.create_task(_run(handler, full))
        try:
            await _pump(parser, chunks, visit.book)
        except ClientDisconnect:
            parser.stop()
        except forms.BadForm:
            await _let_run_out(chunks)
        return await running
    finally:
        parser.stop()


async def _let_run_out(chunks: AsyncIterator[bytes]) -> None:
    """Take what still comes and drop it: a browser that is cut off shows its own error, not ours."""
    with suppress(ClientDisconnect):
        async for _ in chunks:
            pass


async def _until_file(parser: Multipart, chunks: AsyncIterator[bytes]) -> None:
    async for chunk in chunks:
        parser.feed(chunk)
        if parser.upload is not None or parser.ended:
            return
    if not parser.ended:
        raise forms.BadForm


async def _pump(parser: Multipart, chunks: AsyncIterator[bytes], book: Book) -> None:
    async for chunk in chunks:
        parser.feed(chunk)
        book.session.touch()
        if parser.upload is not None:
            await parser.upload.stream.wait_for_room()


async def _run(handler: Callable[[Visit], Response], visit: Visit) -> Response:
    try:
        return await to_thread.run_sync(handler, visit)
    except Locked:
        return visit.go("/")
    except NotHere:
        return error_page(404)
    finally:
        if visit.upload is not None:
            visit.upload.stream.close()


def _cookies(request: Request) -> dict[str, str]:
    try:
        return {k: m.value for k, m in SimpleCookie(request.headers.get("cookie", "")).items()}
    except CookieError:
        return {}


_SAID = {
    400: "The program did not understand this request.",
    403: "This page cannot be opened this way. If the first page does not open too, start again.",
    404: "There is no such page.",
    405: "This page does not take that.",
    421: "The program did not understand this request.",
    500: "Something went wrong in the program. What you saved before is still there.",
}


def error_page(status: int, *, said: str = "") -> Response:
    """A page with fixed words and a number to quote; nothing of the request or the fault."""
    shown = render.template(
        "components/error.html", {"said": said or _SAID[status], "number": secrets.token_hex(4)}
    )
    return Response(shown, status_code=status, media_type="text/html")


async def _no_page(scope: Scope, receive: Receive, send: Send) -> None:
    await error_page(404)(scope, receive, send)


def _refusal(status: int) -> ASGIApp:
    answer = error_page(status)
    answer.headers["connection"] = "close"
    return answer
