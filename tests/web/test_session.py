"""The launch secret, the cookies and the clocks."""

from __future__ import annotations

from http.cookies import SimpleCookie

from tallymark.web.session import Clocks, Session
from web.window import Hands, Window


def _session(hands: Hands) -> Session:
    return Session(clocks=Clocks(wall=hands.wall, steady=hands.steady))


def _landed(hands: Hands) -> tuple[Session, dict[str, str]]:
    session = _session(hands)
    assert session.land(session.landing_secret or "")
    jar = SimpleCookie("; ".join(c.split(";")[0] for c in session.cookies()))
    return session, {name: morsel.value for name, morsel in jar.items()}


def test_the_launch_secret_works_once() -> None:
    """A second use is refused, and a wrong guess does not use it up."""
    session = _session(Hands())
    secret = session.landing_secret or ""
    assert len(secret) >= 43
    assert not session.land("")
    assert not session.land(secret[:-1])
    assert session.land(secret)
    assert not session.land(secret)
    assert session.landing_secret is None


def test_the_launch_secret_is_good_for_a_minute() -> None:
    """After sixty seconds it opens nothing."""
    hands = Hands()
    session = _session(hands)
    secret = session.landing_secret or ""
    hands.passed = 61
    assert session.landing_secret is None
    assert not session.land(secret)


def test_cookies_are_strict_and_the_first_is_bound_to_its_name() -> None:
    """The flags that keep a cookie from scripts, other sites and other names."""
    secure, plain = _landed(Hands())[0].cookies()
    assert secure.startswith("__Host-")
    for flag in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in secure.split("; ")
    assert "Domain" not in secure
    for flag in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in plain.split("; ")


def test_the_plain_cookie_is_dead_once_the_secure_one_came_back() -> None:
    """A browser that keeps Secure cookies cannot be talked down to the other kind."""
    session, jar = _landed(Hands())
    assert session.recognise(jar) == "locked"
    plain = {name: value for name, value in jar.items() if not name.startswith("__Host-")}
    assert session.recognise(plain) == "none"
    session.unlocked()
    given = session.cookies()
    assert len(given) == 2
    assert "Max-Age=0" in given[1]


def test_the_plain_cookie_serves_where_the_secure_one_does_not_come_back() -> None:
    """Safari drops Secure over http; then the plain one is the only one taken."""
    session, jar = _landed(Hands())
    plain = {name: value for name, value in jar.items() if not name.startswith("__Host-")}
    secure = {name: value for name, value in jar.items() if name.startswith("__Host-")}
    assert session.recognise(plain) == "locked"
    assert session.recognise(secure) == "none"
    session.unlocked()
    assert len(session.cookies()) == 1


def test_unlocking_changes_token_and_form_secret() -> None:
    """What was held before the passphrase is worth nothing after it."""
    session, jar = _landed(Hands())
    before = session.form_secret
    session.recognise(jar)
    session.unlocked()
    assert session.recognise(jar) == "none"
    assert not session.form_fits(before)


def test_it_locks_when_idle_when_late_and_after_sleep() -> None:
    """Five idle minutes, eight hours, or a computer that slept for more than a minute."""
    for moved in ({"passed": 301.0}, {"slept": 61.0}):
        hands = Hands()
        session, _ = _landed(hands)
        session.unlocked()
        assert not session.must_lock()
        for name, value in moved.items():
            setattr(hands, name, value)
        assert session.must_lock()
    hands = Hands()
    session, _ = _landed(hands)
    session.unlocked()
    for _ in range(8 * 60):
        hands.passed += 60
        session.touch()
        assert not session.must_lock() or hands.passed > 8 * 3600 - 1
    hands.passed += 61
    session.touch()
    assert session.must_lock()


def test_a_clock_set_back_does_not_lock_nor_hide_a_sleep() -> None:
    """Only a jump forward of the wall clock counts as sleep."""
    hands = Hands()
    session, _ = _landed(hands)
    session.unlocked()
    hands.slept = -3600
    assert not session.must_lock()
    hands.slept = -3600 + 61
    assert session.must_lock()


def test_a_locked_session_ends_after_half_an_hour() -> None:
    """A program that nobody comes back to goes away."""
    hands = Hands()
    session, _ = _landed(hands)
    session.unlocked()
    session.locked()
    assert not session.must_end()
    hands.passed = 31 * 60
    assert session.must_end()


def test_the_landing_page_sets_cookies_and_answers_once(opened: Window) -> None:
    """The real exchange: after it the same address is refused."""
    assert set(opened.cookies) == {opened.book.session._names[0]}
    assert opened.book.session.landing_secret is None
