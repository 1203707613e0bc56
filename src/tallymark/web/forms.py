"""Reads a posted form: our own small reader with limits, nothing is written to disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

LARGEST = 512 * 1024
"""Bytes of one form. A long account of a bad night is about 20 kB."""

FIELDS = 200


class BadForm(ValueError):
    """What was sent is not one of our forms."""


async def read(chunks: AsyncIterator[bytes]) -> dict[str, str]:
    """The fields of an urlencoded form. Raises ``BadForm`` when too big or sent twice."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > LARGEST:
            raise BadForm
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS, errors="strict"
        )
    except ValueError:
        raise BadForm from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadForm
    return fields
