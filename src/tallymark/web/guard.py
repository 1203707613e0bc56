"""The door: every request is refused here unless it is exactly what our own window would send.

Pure ASGI. Nothing behind it runs for a refused request. It also puts the same headers on every
answer, errors included (safety rules: docs/security.md).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATH = re.compile(rb"/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?\Z")
_ONCE = (
    b"host",
    b"origin",
    b"cookie",
    b"content-length",
    b"content-type",
    b"transfer-encoding",
    b"sec-fetch-site",
    b"sec-fetch-mode",
    b"sec-fetch-dest",
)
_HEADERS = 32 * 1024
_METHODS = {"GET", "HEAD", "POST"}
LANDING = "/in/"

_OFF = (
    "accelerometer",
    "autoplay",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
_FIXED = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": ", ".join(f"{name}=()" for name in _OFF),
    "cache-control": "no-store",
}
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_FRAMED = "content-security-policy-of-evidence"


def standing_headers(nonce: str) -> dict[str, str]:
    """The headers of every answer. ``nonce`` is fresh for each one."""
    return {"content-security-policy": _POLICY.format(nonce=nonce), **_FIXED}


class Refused(Exception):
    """A request that is not ours. Carries the status and nothing of the request."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Guard:
    """ASGI middleware. ``hosts`` gives the exact ``name:port`` values that are taken now.

    ``refuse`` answers a refused request from the status alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Callable[[], tuple[str, ...]],
        refuse: Callable[[int], ASGIApp],
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on; every answer leaves with the standing headers."""
        if scope["type"] != "http":
            return
        scope["nonce"] = nonce = secrets.token_urlsafe(16)
        app = self._app
        try:
            self._check(scope)
        except Refused as refused:
            app = self._refuse(refused.status)
        await app(scope, receive, _with_headers(send, standing_headers(nonce)))

    def _check(self, scope: Scope) -> None:
        headers = _single(scope["headers"])
        host = headers.get("host", "")
        if scope["http_version"] != "1.1" or host not in self._hosts():
            raise Refused(421)
        if scope["method"] not in _METHODS:
            raise Refused(405)
        if not _PATH.match(scope["raw_path"]) or scope["query_string"]:
            raise Refused(404)
        if "upgrade" in headers or {"content-length", "transfer-encoding"} <= headers.keys():
            raise Refused(400)
        if scope["method"] != "POST" and not _bodyless(headers):
            raise Refused(400)
        _check_sender(scope, headers, own=f"http://{host}")


def _bodyless(headers: Mapping[str, str]) -> bool:
    return "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"


def _single(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header values by name. A header that decides something may come once only."""
    if sum(len(name) + len(value) for name, value in raw) > _HEADERS:
        raise Refused(400)
    seen: dict[str, str] = {}
    for name, value in raw:
        key = name.lower()
        if key in _ONCE and key.decode() in seen:
            raise Refused(421 if key == b"host" else 400)
        seen[key.decode("latin-1")] = value.decode("latin-1")
    return seen


def _check_sender(scope: Scope, headers: Mapping[str, str], *, own: str) -> None:
    """Only our own pages may ask, save for the first page, which the browser opens by itself."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and origin != own:
        raise Refused(403)
    if scope["method"] == "POST":
        if site != "same-origin" and (site is not None or origin is None):
            raise Refused(403)
        return
    if site in {None, "same-origin"}:
        return
    if not _may_come_from_outside(scope["path"], site):
        raise Refused(403)
    if headers.get("sec-fetch-mode") != "navigate" or headers.get("sec-fetch-dest") != "document":
        raise Refused(403)


def _may_come_from_outside(path: str, site: str) -> bool:
    """The address typed or opened by the browser; the redirect file counts as another site."""
    if path.startswith(LANDING):
        return site in {"none", "cross-site"}
    return path == "/" and site == "none"


def _with_headers(send: Send, standing: Mapping[str, str]) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = _merged(message, standing)
        await send(message)

    return sender


def _merged(message: MutableMapping[str, Any], standing: Mapping[str, str]) -> list[Any]:
    """An answer with evidence brings a stricter policy of its own, and may stand in our frame."""
    given = {name.decode("latin-1").lower(): value for name, value in message.get("headers", [])}
    stricter = given.pop(_FRAMED, None)
    kept = [
        (name, value)
        for name, value in message.get("headers", [])
        if name.decode("latin-1").lower() not in {*standing, _FRAMED}
    ]
    fixed = dict(standing)
    if stricter is not None:
        fixed["content-security-policy"] = stricter.decode("latin-1")
        fixed.pop("x-frame-options")
    return [*kept, *((name.encode(), value.encode()) for name, value in fixed.items())]


def evidence_policy(policy: str) -> dict[str, str]:
    """Header that makes the guard put ``policy`` in place of the standing content policy."""
    return {_FRAMED: policy}
