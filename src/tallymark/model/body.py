"""What the bodies of records share: their base, and the small parts inside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

Answer = Literal["yes", "no", "unsure"]


class RecordBody(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", kw_only=True):
    """Fields left empty are left out of the bytes."""


class Identifier(msgspec.Struct, frozen=True, omit_defaults=True):
    """A phone number, handle, address or plate, and how it is known."""

    scheme: Literal["phone", "email", "handle", "platform_id", "plate", "address", "other"]
    value: str
    how_known: str = ""


class Witness(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who else knows of it, how, and whether they said they would speak."""

    person: str
    how: Literal["saw", "heard", "told"] = "saw"
    will_speak: Answer = "unsure"


class Attribution(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the person knows who it was (domain section 7.1)."""

    basis: tuple[str, ...] = ()
    confidence: Literal["certain", "likely", "possible", ""] = ""


def strings(value: object) -> Iterator[str]:
    """Every text inside a record's body, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from strings(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
