"""The bigger picture: pure views over a casefile. Each public module with a ``VIEW`` is one view.

``build("rhythm", casefile)`` gives a ``View``: a sentence, a caution, a table with the ids behind
every number, and one SVG. The words count; they do not judge.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tallymark import plugins
from tallymark.errors import UsageProblem
from tallymark.model.casefile import Casefile
from tallymark.picture._view import Cell, Table, View, ViewSpec

__all__ = ["Cell", "Table", "View", "ViewSpec", "build", "names", "title"]


@cache
def _specs() -> dict[str, ViewSpec]:
    found: dict[str, ViewSpec] = {}
    for name in plugins.names(__name__):
        try:
            found[name] = plugins.load(__name__, name, "VIEW")
        except LookupError:
            continue  # charts, episodes and summary are no views
    return found


def names() -> tuple[str, ...]:
    """The names of all views, sorted."""
    return tuple(sorted(_specs()))


def title(name: str) -> str:
    """What a view is called. Raises ``UsageProblem`` when there is no such view."""
    return _spec(name).title


def build(name: str, casefile: Casefile, **options: Any) -> View:
    """One view of a casefile; ``options`` are the view's own, such as ``gap_minutes``.

    Raises ``UsageProblem`` when there is no such view or it has no such option.
    """
    spec = _spec(name)
    try:
        return spec.build(casefile, **options)
    except (TypeError, ValueError) as error:
        if isinstance(error, TypeError) and "unexpected keyword" not in str(error):
            raise
        message = f"The view called {name} cannot be made with these options."
        raise UsageProblem(message) from error


def _spec(name: str) -> ViewSpec:
    if name not in _specs():
        message = f"There is no view called {name}. There are: {', '.join(names())}."
        raise UsageProblem(message)
    return _specs()[name]
