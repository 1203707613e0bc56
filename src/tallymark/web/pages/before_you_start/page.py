"""The device question, with what this program cannot do said before it does anything."""

from __future__ import annotations

from starlette.responses import Response

from tallymark.web.visit import Page, Visit

CHOICES = (
    ("mine", "Yes. Only I can open it", ""),
    (
        "shared",
        "No, or I am not sure",
        "Someone may use it, know its code, or have set it up for me.",
    ),
)


def show(visit: Visit) -> Response:
    """The question."""
    return visit.show(choices=CHOICES)


def take(visit: Visit) -> Response:
    """Only mine goes on; anything else gets help first, and may still go on."""
    answer = visit.typed("device")
    if answer == "mine":
        return visit.go("/open")
    if answer == "shared":
        return visit.go("/start/shared")
    return visit.again("/start", {"device-mine": "Choose yes or no."})


def shared(visit: Visit) -> Response:
    """What to do when somebody else can reach this device."""
    return visit.template("pages/before_you_start/shared.html")


PAGES = (
    Page("/start", show=show, take=take, locked=True),
    Page("/start/shared", show=shared, locked=True),
)
