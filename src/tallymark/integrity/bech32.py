"""Bech32 (BIP-173) as age uses it for recipients and identities: no length limit."""

from __future__ import annotations

from collections.abc import Iterable

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_MAX_TEXT = 1024


def encode(prefix: str, data: bytes) -> str:
    """Lower-case Bech32 of ``data`` under the human-readable ``prefix``."""
    values = _regroup(data, old=8, new=5, pad=True) or []
    check = _polymod([*_expand(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1" + "".join(_ALPHABET[value] for value in values)


def decode(text: str, *, prefix: str) -> bytes | None:
    """The bytes under ``prefix`` (lower case), or None when anything at all is wrong.

    The whole text must be in one case; padding bits must be zero.
    """
    if len(text) > _MAX_TEXT or text not in {text.lower(), text.upper()}:
        return None
    text = text.lower()
    found, mark, body = text.rpartition("1")
    if not mark or found != prefix or len(body) < 6 or any(c not in _ALPHABET for c in body):
        return None
    values = [_ALPHABET.index(sign) for sign in body]
    if _polymod([*_expand(prefix), *values]) != 1:
        return None
    decoded = _regroup(values[:-6], old=5, new=8, pad=False)
    return None if decoded is None else bytes(decoded)


def _expand(prefix: str) -> list[int]:
    return [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check


def _regroup(data: Iterable[int], *, old: int, new: int, pad: bool) -> list[int] | None:
    held = bits = 0
    out: list[int] = []
    for value in data:
        held = held << old | value
        bits += old
        while bits >= new:
            bits -= new
            out.append(held >> bits & (1 << new) - 1)
        held &= (1 << bits) - 1
    if pad:
        return [*out, held << new - bits] if bits else out
    return None if bits >= old or held else out
