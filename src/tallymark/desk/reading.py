"""Reads what a verified pack says: the statement and the records. Nothing else is believed.

``data/casefile.json`` and the tables are the sender's own summary; every figure that the desk
shows is counted again from the records, whose bytes are in the sender's log. Caps are the stricter
ones for packs from strangers. Call this only on a pack that passed every check.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO

import msgspec

from tallymark.errors import IntegrityError, PackRefused
from tallymark.integrity import canonical
from tallymark.model.record import Record

MAX_FILES = 200_000
MAX_STATEMENT = 256 * 1024
MAX_TAGMANIFEST = 1024 * 1024
MAX_RECORD = 1024 * 1024
MAX_RECORDS = 50_000
MAX_RECORD_BYTES = 256 * 1024 * 1024

_RECORD = re.compile(r"data/records/(\d{6,9})\.json")
_DECODER = msgspec.json.Decoder(Record)

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Statement(msgspec.Struct, frozen=True):
    """What the desk uses of ``statement.json`` (docs/spec/bundle.md)."""

    pack_id: str
    series: str
    sequence: _Count
    made: str
    purpose: str
    vault: str
    epoch: _Count
    origin: str
    size: _Count
    root: str
    signer: str
    program: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One record of a pack. ``record`` is ``None`` when its kind is newer than this program."""

    index: int
    sha256: str
    data: bytes
    record: Record | None


@dataclass(frozen=True, slots=True)
class Contents:
    """A pack's statement (parsed and as its exact bytes) and records in order of their index."""

    statement: Statement
    statement_data: bytes
    tagmanifest_sha256: str
    records: tuple[Shown, ...]


def read_pack(file: BinaryIO) -> Contents:
    """Read a pack that passed verification. Raises ``PackRefused`` when it says things badly."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = {_below_top(info.filename): info for info in archive.infolist()[:MAX_FILES]}
            data = _small(archive, members, "statement.json", MAX_STATEMENT)
            tags = _small(archive, members, "tagmanifest-sha256.txt", MAX_TAGMANIFEST)
            records = tuple(_records(archive, members))
    except (zipfile.BadZipFile, NotImplementedError, EOFError):
        raise PackRefused("The pack passed its checks but could not be read as a zip.") from None
    digest = hashlib.sha256(tags).hexdigest()
    return Contents(read_statement(data), data, digest, records)


def read_statement(data: bytes) -> Statement:
    """The statement in its exact bytes. Raises ``PackRefused``."""
    try:
        canonical.decode(data)
        return msgspec.json.decode(data, type=Statement)
    except (IntegrityError, msgspec.MsgspecError, RecursionError):
        raise PackRefused("The pack passed its checks but its statement is not complete.") from None


def read_record(data: bytes) -> Record | None:
    """The record in its exact bytes, or ``None`` for a kind that this version does not know.

    Raises ``PackRefused`` when the bytes are not canonical JSON.
    """
    try:
        canonical.decode(data)
    except IntegrityError:
        raise PackRefused(
            "The pack passed its checks but a record in it is not strict JSON."
        ) from None
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _records(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> Iterator[Shown]:
    named = sorted((int(m[1]), path) for path in members if (m := _RECORD.fullmatch(path)))
    if len(named) > MAX_RECORDS or sum(members[p].file_size for _, p in named) > MAX_RECORD_BYTES:
        raise PackRefused("The pack holds more records than this desk takes in.")
    for index, path in named:
        data = _small(archive, members, path, MAX_RECORD)
        yield Shown(index, hashlib.sha256(data).hexdigest(), data, read_record(data))


def _small(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: str, limit: int
) -> bytes:
    info = members.get(path)
    if info is None or info.file_size > limit:
        raise PackRefused("The pack passed its checks but a part is missing or too large to read.")
    with archive.open(info) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise PackRefused("The pack passed its checks but a part is too large to read.")
    return data


def _below_top(name: str) -> str:
    return name.split("/", 1)[1] if "/" in name else name
