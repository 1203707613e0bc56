"""Makes small bundles from docs/spec/bundle.md alone, sharing no code with writer or verifier.

``plan(...)`` gives a ``Plan`` whose parts can be changed before ``Plan.zip()`` frames it. Keys come
from fixed seeds, so the same plan gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOTEBOOK = (
    "The program offers a private safety notebook, which is outside this log and never exported."
)
ORIGIN = "6f1c2d/1"
TOP = "pack-2026-05-04"


def ssh_string(data: bytes) -> bytes:
    """Length and data."""
    return struct.pack(">I", len(data)) + data


class Key:
    """An Ed25519 key from a seed of one repeated byte."""

    def __init__(self, seed: int) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self._private.public_key().public_bytes_raw()
        self.blob = ssh_string(b"ssh-ed25519") + ssh_string(self.public)
        self.base64 = base64.b64encode(self.blob).decode()
        digest = hashlib.sha256(self.blob).digest()
        self.fingerprint = "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(message)

    def sshsig(
        self, message: bytes, *, namespace: str = "tallymark-bundle", algorithm: str = "sha512"
    ) -> bytes:
        """Armoured, as ssh-keygen -Y sign writes it."""
        inner = hashlib.new(algorithm, message).digest()
        head = ssh_string(namespace.encode()) + ssh_string(b"") + ssh_string(algorithm.encode())
        raw = self.sign(b"SSHSIG" + head + ssh_string(inner))
        signature = ssh_string(b"ssh-ed25519") + ssh_string(raw)
        blob = b"SSHSIG\0\0\0\1" + ssh_string(self.blob) + head + ssh_string(signature)
        return armor(blob)

    def note(self, body: str) -> bytes:
        """A signed note over ``body`` with its first line as the key's name."""
        name = body.split("\n", 1)[0]
        key_id = hashlib.sha256(name.encode() + b"\n\x01" + self.public).digest()[:4]
        line = base64.b64encode(key_id + self.sign(body.encode())).decode()
        return f"{body}\n— {name} {line}\n".encode()


OWNER, STRANGER = Key(7), Key(8)


def armor(blob: bytes) -> bytes:
    """An SSH signature blob in lines of 70."""
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join(
        ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]
    ).encode()


def sha256(data: bytes) -> str:
    """Hex."""
    return hashlib.sha256(data).hexdigest()


def compact(value: object) -> bytes:
    """JSON as RFC 8785 writes it for the plain values used here."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, by its recursive definition."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, by its recursive definition."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path_of(index, leaves[:half]), root_of(leaves[half:])]
    return [*path_of(index - half, leaves[half:]), root_of(leaves[:half])]


def incident(index: int, words: str) -> bytes:
    """A record as it lies in the log."""
    body = {"type": "incident", "what_happened": words}
    return record(index, body)


def exhibit(index: int, *, number: str, data: bytes) -> bytes:
    """A record of an original."""
    body = {
        "name": "letter.txt",
        "number": number,
        "sha256": sha256(data),
        "size": len(data),
        "type": "exhibit",
    }
    return record(index, body)


def record(index: int, body: dict[str, object]) -> bytes:
    """Any record; salt and id follow from the index."""
    return compact(
        {
            "body": body,
            "id": f"01JV{index:022d}",
            "salt": sha256(f"salt {index}".encode())[:32],
            "v": "1",
            "written": "2026-05-04T10:00:00Z",
            "zone": "Europe/London",
        }
    )


@dataclass
class Plan:
    """All that goes into a bundle. The hooks let a test break one thing where it is made.

    ``records`` is the whole log; ``withheld`` and ``erased`` are indices. ``payload`` maps paths
    below ``data/`` to bytes. ``amend_*`` change a part before what covers it is made.
    """

    records: list[bytes]
    payload: dict[str, bytes]
    withheld: list[int] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    purpose: str = "police"
    key: Key = OWNER
    log_key: Key | None = None
    tags: dict[str, bytes] = field(default_factory=dict)
    amend_body: Callable[[str], str] = lambda body: body
    amend_log: Callable[[dict], object] = lambda log: log
    amend_statement: Callable[[dict], object] = lambda statement: statement
    amend_tags: Callable[[dict], object] = lambda tags: tags
    amend_manifest: Callable[[bytes], bytes] = lambda manifest: manifest
    amend_tagmanifest: Callable[[bytes], bytes] = lambda manifest: manifest
    signature: Callable[[Key, bytes], bytes] = lambda key, message: key.sshsig(message)

    def files(self) -> dict[str, bytes]:
        """Path to bytes, in the order of the spec."""
        payload = self._payload()
        tags = self._tags(payload)
        proofs = {path: tags.pop(path) for path in list(tags) if path.startswith("proofs/")}
        tagmanifest = self.amend_tagmanifest(manifest({**tags, **proofs}))
        ends = {
            "tagmanifest-sha256.txt": tagmanifest,
            "tagmanifest-sha256.txt.sig": self.signature(self.key, tagmanifest),
        }
        return {**tags, **ends, **proofs, **payload}

    def zip(self, **framing) -> bytes:
        """The bundle's bytes."""
        return frame([(f"{TOP}/{path}", data) for path, data in self.files().items()], **framing)

    def shown(self) -> list[int]:
        """Indices of the records that travel."""
        hidden = {*self.withheld, *self.erased}
        return [index for index in range(len(self.records)) if index not in hidden]

    def _payload(self) -> dict[str, bytes]:
        records = {record_path(index): self.records[index] for index in self.shown()}
        both = {**records, **self.payload}
        return {path: both[path] for path in sorted(both, key=str.encode)}

    def _tags(self, payload: dict[str, bytes]) -> dict[str, bytes]:
        leaves = [hashlib.sha256(b"\0" + data).digest() for data in self.records]
        head = {"origin": ORIGIN, "root": root_of(leaves).hex(), "size": len(leaves), "v": "1"}
        root = base64.b64encode(root_of(leaves)).decode()
        body = self.amend_body(f"{ORIGIN}\n{len(leaves)}\n{root}\n")
        checkpoint = (self.log_key or self.key).note(body)
        proofs = {
            "shown": [
                {
                    "index": index,
                    "path": record_path(index),
                    "proof": [step.hex() for step in path_of(index, leaves)],
                }
                for index in self.shown()
            ],
            "withheld": self.withheld,
            "erased": self.erased,
        }
        statement = _statement(self, head, checkpoint)
        size = sum(map(len, payload.values()))
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": f"Payload-Oxum: {size}.{len(payload)}\n".encode(),
            "statement.json": encoded(self.amend_statement(statement)),
            "signer.pub": f"ssh-ed25519 {self.key.base64} tallymark\n".encode(),
            "allowed_signers": (
                f'tallymark namespaces="tallymark-bundle" ssh-ed25519 {self.key.base64}\n'
            ).encode(),
            "manifest-sha256.txt": self.amend_manifest(manifest(payload)),
            "proofs/checkpoint.txt": checkpoint,
            "proofs/log.json": encoded(self.amend_log({**head, **proofs})),
        }
        tags = {**self.tags, **tags}
        self.amend_tags(tags)
        return tags


def _statement(plan: Plan, head: dict[str, object], checkpoint: bytes) -> dict[str, object]:
    return {
        **head,
        "purpose": plan.purpose,
        "recipients": [],
        "pack_id": "01JVPACK",
        "series": "01JVSERIES",
        "sequence": 1,
        "made": "2026-05-04T12:00:00Z",
        "program": "tallymark 0.1.0",
        "vault": "6f1c2d",
        "epoch": 1,
        "checkpoint_sha256": sha256(checkpoint),
        "signer": plan.key.fingerprint,
        "casefile": sha256(b"casefile"),
        "selection": {},
        "update_of": None,
        "notes": [NOTEBOOK],
    }


def encoded(value: object) -> bytes:
    """Bytes as they are, anything else as JSON."""
    return value if isinstance(value, bytes) else compact(value)


def record_path(index: int) -> str:
    """Where a record lies."""
    return f"data/records/{index:06d}.json"


def manifest(files: dict[str, bytes]) -> bytes:
    """Digest lines in order of the paths' bytes."""
    ordered = sorted(files, key=str.encode)
    return b"".join(f"{sha256(files[path])}  {path}\n".encode() for path in ordered)


@dataclass(frozen=True)
class Framing:
    """Fields of one member that a test may set wrong."""

    flags: int = 0x0800
    method: int = 0
    date: int = 0x0021
    crc: int | None = None
    extra: bytes = b""
    descriptor: bool = False
    mode: int = 0o100644


def frame(
    members: list[tuple[str, bytes]],
    *,
    odd: dict[str, Framing] | None = None,
    before: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
) -> bytes:
    """A stored zip. ``odd`` gives the framing of members, by the end of their name."""
    out, directory = bytearray(before), bytearray()
    for name, data in members:
        how = next((f for end, f in (odd or {}).items() if name.endswith(end)), Framing())
        raw, offset = name.encode("utf-8", "surrogateescape"), len(out)
        crc = zlib.crc32(data) if how.crc is None else how.crc
        stored = zlib.compress(data, wbits=-15) if how.method else data
        sizes = (len(stored), len(data))
        now = (0, 0, 0) if how.descriptor else (crc, *sizes)
        same = (20, how.flags, how.method, 0, how.date)
        out += struct.pack("<4s5H3I2H", b"PK\3\4", *same, *now, len(raw), len(how.extra))
        out += raw + how.extra + stored
        if how.descriptor:
            out += struct.pack("<4s3I", b"PK\7\x08", crc, *sizes)
        rest = (len(raw), 0, 0, 0, 0, how.mode << 16, offset)
        directory += struct.pack("<4s6H3I5H2I", b"PK\1\2", 3 << 8 | 20, *same, crc, *sizes, *rest)
        directory += raw
    start, count = len(out), len(members)
    end = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), start, len(comment)
    )
    return bytes(out + directory + end + comment + after)


def small(**changes) -> Plan:
    """A log of three records, one of them of an original."""
    letter = b"I know where you park.\n"
    records = [
        incident(0, "He stood by the gate."),
        exhibit(1, number="AB/1", data=letter),
        incident(2, "Three calls, no number."),
    ]
    payload = {
        "data/entries.csv": b"number,what\n0,He stood by the gate.\n",
        "data/originals/AB-1_letter.txt": letter,
    }
    return Plan(**{"records": records, "payload": payload, **changes})
