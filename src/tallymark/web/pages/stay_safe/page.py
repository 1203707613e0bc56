"""Who to call, what exit does and does not do, and where it leads."""

from __future__ import annotations

from starlette.responses import Response

from tallymark import law
from tallymark.law import Service
from tallymark.web.visit import Page, Visit

_LINES = (
    ("england_wales", "stalking_helpline", ""),
    ("england_wales", "refuge", "England"),
    ("england_wales", "live_fear_free", "Wales"),
    ("scotland", "domestic_abuse", "Scotland"),
    ("northern_ireland", "domestic_abuse", "Northern Ireland"),
)
"""Whom to call first: the jurisdiction and the service in its data, and where it is for."""

CHOICES = (
    ("blank", "An empty page", "It asks nothing of the internet."),
    ("weather", "The BBC weather page", "Your browser asks the BBC for it, as for any page."),
)


def show(visit: Visit) -> Response:
    """The numbers first."""
    found = _lines()
    return visit.show(
        choices=CHOICES,
        exit_to=visit.book.exit_to,
        places=found,
        lines=[line for _, line in found],
    )


def _lines() -> list[tuple[str, Service]]:
    every = {name for name, _, _ in _LINES}
    known = {(name, s.id): s for name in every for s in law.jurisdiction(name).services}
    return [(place, known[name, i]) for name, i, place in _LINES if (name, i) in known]


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
