"""Turns a template and values into a page. Everything shown is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tallymark.web import dates, tally

HERE = Path(__file__).parent

_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text with signs that turn the reading direction made visible, so that a name cannot lie."""
    return _TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


@cache
def environment() -> Environment:
    """The one template environment: escaping always on, a missing value is a fault."""
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["plain"] = plain
    made.filters["moment"] = dates.moment_words
    made.filters["day"] = dates.day_words
    made.filters["written"] = dates.written_words
    made.filters["bytes"] = dates.size_words
    made.globals["strip"] = tally.strip
    return made


def template(name: str, values: Mapping[str, Any]) -> str:
    """The page as HTML."""
    return environment().get_template(name).render({"problems": {}, "values": {}, **values})
