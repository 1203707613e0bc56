"""The one spelling of a value: RFC 8785 (JCS) bytes, so that any language recomputes a leaf."""

from __future__ import annotations

import json

import rfc8785

from tallymark.errors import IntegrityError

MAX_DEPTH = 200
MAX_WHOLE = 2**53 - 1
_FIRST_EXPONENT = 1e21


def encode(value: object) -> bytes:
    """The RFC 8785 bytes of a JSON value (dict, list, tuple, str, int, float, bool, None).

    Raises IntegrityError for what JSON cannot hold the same everywhere: NaN, whole numbers beyond
    2**53-1 (also as float, below 1e21 where they would be printed as digits only), keys that are
    not text, lone surrogates, nesting beyond 200, other types.
    """
    _refuse_extremes(value)
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeError, TypeError) as error:
        raise IntegrityError(
            f"The value has no canonical form ({type(error).__name__})."
        ) from error


def decode(data: bytes) -> object:
    """The value whose canonical bytes are exactly ``data``.

    Raises IntegrityError when ``data`` is not JSON, repeats a key, or is spelt in any other way
    than RFC 8785 would spell it.
    """
    try:
        value: object = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise IntegrityError("The bytes are not strict JSON.") from error
    if encode(value) != data:
        raise IntegrityError("The bytes are not in the canonical form of RFC 8785.")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a key appears twice"
        raise ValueError(message)
    return found


def _refuse_extremes(value: object) -> None:
    """Without recursion, so that depth costs no stack."""
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise IntegrityError(f"The value is nested deeper than {MAX_DEPTH}.")
        if isinstance(item, float) and MAX_WHOLE < abs(item) < _FIRST_EXPONENT:
            raise IntegrityError("The value holds a number that readers would round.")
        if isinstance(item, dict):
            waiting += [(inner, depth + 1) for inner in item.values()]
        elif isinstance(item, list | tuple):
            waiting += [(inner, depth + 1) for inner in item]
