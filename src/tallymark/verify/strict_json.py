"""JSON that can be read in one way only (docs/spec/bundle.md section 7)."""

from __future__ import annotations

import json
import re
from typing import Any

from tallymark.errors import VerificationError

DEPTH = 64
_LARGEST = 2**53 - 1
_PARTS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|[\[\]{}]', re.DOTALL)


def parse(data: bytes, *, fractions: bool = False) -> Any:
    """The one value in ``data``; ``VerificationError`` for anything that two readers could differ on.

    ``fractions`` lets numbers with a fraction or exponent through, as floats.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise VerificationError("The JSON is not UTF-8.") from None
    text = text.removesuffix("\n")
    _check_depth(text)
    decoder = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_int=_integer,
        parse_float=float if fractions else _refuse_number,
        parse_constant=_refuse_number,
    )
    try:
        value, end = decoder.raw_decode(text)
    except (ValueError, RecursionError):
        raise VerificationError("The JSON is not well formed.") from None
    if end != len(text):
        raise VerificationError("There are bytes after the JSON value.")
    _check_surrogates(text, value)
    return value


def _check_depth(text: str) -> None:
    """Counted before the parser sees it, in one linear pass."""
    if text.endswith("\\"):  # else an open string would be scanned again from each quote
        raise VerificationError("The JSON is not well formed.")
    depth = 0
    for part in _PARTS.finditer(text):
        first = part.group()[0]
        depth += (first in "[{") - (first in "]}")
        if depth > DEPTH:
            raise VerificationError(f"The JSON is nested deeper than {DEPTH}.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise VerificationError("The JSON names a member twice.")
    return found


def _integer(digits: str) -> int:
    if digits == "-0" or len(digits) > 17 or abs(int(digits)) > _LARGEST:
        raise VerificationError("The JSON holds a number outside the whole numbers allowed.")
    return int(digits)


def _refuse_number(_digits: str) -> Any:
    raise VerificationError("The JSON holds a number outside the whole numbers allowed.")


def _check_surrogates(text: str, value: Any) -> None:
    """Half a character can only come in as an escape."""
    if "\\ud" not in text.lower():
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise VerificationError("The JSON holds half a character.") from None
