"""Who to call, what exit does and does not do, and where it leads."""

from __future__ import annotations

from starlette.responses import Response

from tallymark import law
from tallymark.law import Service
from tallymark.web.visit import Page, Visit

_LINES = (
    ("england_wales", "stalking_helpline"),
    ("england_wales", "refuge"),
    ("england_wales", "live_fear_free"),
    ("scotland", "domestic_abuse"),
    ("northern_ireland", "domestic_abuse"),
)
"""Whom to call first, by the name of the jurisdiction and of the service in its data."""

CHOICES = (
    ("blank", "An empty page", "It asks nothing of the internet."),
    ("weather", "The BBC weather page", "Your browser asks the BBC for it, as for any page."),
)


def show(visit: Visit) -> Response:
    """The numbers first."""
    return visit.show(choices=CHOICES, exit_to=visit.book.exit_to, lines=_lines())


def _lines() -> list[Service]:
    known = {(p, s.id): s for p in {p for p, _ in _LINES} for s in law.jurisdiction(p).services}
    return [known[line] for line in _LINES if line in known]


def take(visit: Visit) -> Response:
    """Where exit leads; kept in the diary when it is open."""
    chosen = visit.typed("exit")
    if chosen not in {"blank", "weather"}:
        return visit.again("/help", {"exit": "Choose one of the two."})
    visit.book.exit_to = "weather" if chosen == "weather" else "blank"
    if visit.book.diary is not None:
        visit.diary.vault.save_draft("exit", chosen)
    return visit.go("/help")


PAGES = (Page("/help", show=show, take=take, locked=True),)
