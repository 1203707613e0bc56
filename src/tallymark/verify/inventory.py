"""Which files a bundle must hold, and the manifests that name them (section 1)."""

from __future__ import annotations

import re

from tallymark.errors import VerificationError
from tallymark.verify import names
from tallymark.verify.container import Contents

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.sig"
STATEMENT = "statement.json"
CHECKPOINT = "proofs/checkpoint.txt"
LOG = "proofs/log.json"
SIGNER = "signer.pub"
ALLOWED = "allowed_signers"
RECORDS = "data/records/"
ORIGINALS = "data/originals/"

_MIB = 1 << 20
_KEPT = {
    "bagit.txt": _MIB,
    "bag-info.txt": _MIB,
    STATEMENT: _MIB,
    SIGNER: _MIB,
    ALLOWED: _MIB,
    MANIFEST: 16 * _MIB,
    TAGMANIFEST: 16 * _MIB,
    SIGNATURE: _MIB,
    CHECKPOINT: _MIB,
    LOG: 64 * _MIB,
}
STAMPS = "proofs/stamps.json"
_STAMP = re.compile(r"proofs/stamp-[1-9][0-9]{0,3}\.(txt|tsr)")
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\x7f]+)\n")
_OXUM = re.compile(r"^Payload-Oxum:(.*)$", re.IGNORECASE | re.MULTILINE)
_CLUTTER = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what a file browser leaves behind


def keep(path: str) -> int:
    """How many bytes of ``path`` later checks need; 0 for a file of which only the digest counts."""
    if path.startswith(RECORDS):
        return 4 * _MIB
    if path == STAMPS or _STAMP.fullmatch(path):
        return _MIB
    return _KEPT.get(path, 0)


def parse_manifest(data: bytes) -> dict[str, str]:
    """Path to hex digest, from manifest bytes in their one form; else ``VerificationError``."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise VerificationError("A manifest is not UTF-8.") from None
    found: dict[str, str] = {}
    last, end = b"", 0
    for line in _LINE.finditer(text):
        if line.start() != end:
            break
        end, path = line.end(), line.group(2).encode()
        if path <= last:
            raise VerificationError("A manifest names a file twice or is not in order.")
        last = path
        found[line.group(2)] = line.group(1)
    if end != len(text):
        raise VerificationError("A manifest has a line that is not a digest and a path.")
    return found


def check(contents: Contents, *, payload: dict[str, str], tags: dict[str, str]) -> str:
    """Check 2: every file is named once, every name is a file. Returns what was counted."""
    _check_required(contents)
    if any(not path.startswith("data/") for path in payload) or not payload:
        raise VerificationError("The manifest names a file outside data, or nothing.")
    if any(path.startswith("data/") for path in tags):
        raise VerificationError("The tag manifest names a file inside data.")
    named = {*payload, *tags, TAGMANIFEST, SIGNATURE}
    if len(named) != len(payload) + len(tags) + 2:
        raise VerificationError("A manifest names the tag manifest or its signature.")
    _check_same(set(contents.files), named)
    _check_bag(contents, payload)
    if contents.ordered and [p for p in contents.files if p.startswith("data/")] != list(payload):
        raise VerificationError("The files below data are not in the order of the manifest.")
    if contents.ordered and not _tags_first(list(contents.files)):
        raise VerificationError("A file outside data comes after one inside it.")
    return f"{len(contents.files)} files, each named once"


def _check_required(contents: Contents) -> None:
    for path in _KEPT:
        if path not in contents.files:
            raise VerificationError(f"{path} is missing.")


def _check_same(files: set[str], named: set[str]) -> None:
    absent = sorted(named - files)
    if absent:
        raise VerificationError(f"{_some(absent)} named in a manifest and not there.")
    unnamed = sorted(files - named)
    if unnamed:
        hint = ""
        if all(path.rsplit("/", 1)[-1] in _CLUTTER for path in unnamed):
            hint = " A file browser made it; check the zip instead, or delete it and check again."
        raise VerificationError(f"{_some(unnamed)} there and not named in a manifest.{hint}")


def _some(paths: list[str]) -> str:
    first = names.shown(paths[0])
    return f"{first} is" if len(paths) == 1 else f"{first} and {len(paths) - 1} more are"


def _check_bag(contents: Contents, payload: dict[str, str]) -> None:
    if contents.kept["bagit.txt"] != BAGIT_TXT:
        raise VerificationError("bagit.txt is not the one for this kind of bundle.")
    oxum = _OXUM.findall(contents.kept["bag-info.txt"].decode("utf-8", "replace"))
    size = sum(contents.files[path].size for path in payload)
    if oxum and [value.strip() for value in oxum] != [f"{size}.{len(payload)}"]:
        raise VerificationError("Payload-Oxum in bag-info.txt gives another size or count.")


def _tags_first(paths: list[str]) -> bool:
    inside = [path.startswith("data/") for path in paths]
    return inside == sorted(inside)
