"""Who is looking: the launch secret, the one session's cookies, and when it locks by itself.

One launch has one session. A 256-bit launch secret, good once and for 60 seconds, is exchanged for
two cookies. If the ``__Host-`` cookie comes back it is the only one taken from then on; if it does
not (Safari drops ``Secure`` over http), the plain one is taken. Every form carries a second secret.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Literal

Level = Literal["none", "locked", "open"]

_EVER = "Path=/; HttpOnly; SameSite=Strict"


@dataclass(frozen=True, slots=True)
class Clocks:
    """Two clocks in seconds: ``wall`` goes on while the computer sleeps, ``steady`` does not."""

    wall: Callable[[], float]
    steady: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: how long the launch secret lives, idle and absolute locks, and a sleep that counts.

    ``closed_for`` is how long a diary that locked itself waits for its passphrase before the
    program ends.
    """

    landing: float = 60
    idle: float = 5 * 60
    absolute: float = 8 * 3600
    asleep: float = 60
    closed_for: float = 30 * 60


class Session:
    """The one session of a launch. Safe to call from several threads."""

    def __init__(self, *, clocks: Clocks, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._clocks = clocks
        self._lock = Lock()
        self._landing: str | None = secrets.token_urlsafe(32)
        self._born = clocks.steady()
        self._names = ("__Host-" + secrets.token_hex(8), secrets.token_hex(8))
        self._token: str | None = None
        self._kind: Literal["secure", "plain"] | None = None
        self.form_secret = secrets.token_urlsafe(32)
        self._open = False
        self._began = self._seen = self._born
        self._drift = self._gap()

    def _gap(self) -> float:
        return self._clocks.wall() - self._clocks.steady()

    @property
    def landing_secret(self) -> str | None:
        """The unused launch secret, or ``None`` once used or too old."""
        if self._landing and self._clocks.steady() - self._born <= self.limits.landing:
            return self._landing
        return None

    def land(self, secret: str) -> bool:
        """Use the launch secret. A wrong or late one is refused; the right one works once."""
        with self._lock:
            expected = self.landing_secret
            if expected is None or not _same(secret, expected):
                return False
            self._landing = None
            self._renew()
            return True

    def recognise(self, cookies: Mapping[str, str]) -> Level:
        """What this browser may see. The first cookie that comes back decides which kind is taken."""
        with self._lock:
            if self._token is None:
                return "none"
            secure, plain = (cookies.get(name, "") for name in self._names)
            if self._kind != "plain" and _same(secure, self._token):
                self._kind = "secure"
            elif self._kind == "secure" or not _same(plain, self._token):
                return "none"
            else:
                self._kind = "plain"
            return "open" if self._open else "locked"

    def form_fits(self, given: str) -> bool:
        """Whether a form carries the second secret of this opening."""
        return _same(given, self.form_secret)

    def unlocked(self) -> None:
        """The passphrase was right: new token, new form secret, clocks start again."""
        with self._lock:
            self._open = True
            self._renew()
            self._began = self._seen = self._clocks.steady()
            self._drift = self._gap()

    def locked(self) -> None:
        """The diary was closed. The cookie still reaches the page that asks for the passphrase."""
        with self._lock:
            self._open = False
            self._seen = self._clocks.steady()

    def end(self) -> None:
        """Nothing that a browser holds is taken any more."""
        with self._lock:
            self._open = False
            self._token = self._landing = None

    def touch(self) -> None:
        """The person did something."""
        self._seen = self._clocks.steady()

    def must_lock(self) -> bool:
        """Whether the idle or absolute time has passed, or the computer slept."""
        with self._lock:
            now, gap = self._clocks.steady(), self._gap()
            slept, self._drift = gap - self._drift > self.limits.asleep, gap
            late = now - self._began > self.limits.absolute
            return self._open and (slept or late or now - self._seen > self.limits.idle)

    def must_end(self) -> bool:
        """Whether a locked session has waited so long that the program should end."""
        return not self._open and self._clocks.steady() - self._seen > self.limits.closed_for

    def cookies(self) -> list[str]:
        """The ``Set-Cookie`` values for the present token; a cookie not wanted is cleared."""
        secure, plain = self._names
        given = {
            "secure": f"{secure}={self._token}; Secure; {_EVER}",
            "plain": f"{plain}={self._token}; {_EVER}",
        }
        if self._kind == "secure":
            return [given["secure"], f"{plain}=; Max-Age=0; {_EVER}"]
        return [given["plain"]] if self._kind == "plain" else list(given.values())

    def _renew(self) -> None:
        self._token = secrets.token_urlsafe(32)
        self.form_secret = secrets.token_urlsafe(32)


def _same(given: str, expected: str) -> bool:
    """Compare in constant time; an empty value never fits."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())
