"""Makes ``vectors/log``: the same files each time, from fixed seeds."""

from __future__ import annotations

import base64
import hashlib
import struct

from integrity.vector_format import hex_lines, render
from tallymark.integrity import canonical, signature
from tallymark.integrity.checkpoint import Checkpoint, key_id, sign
from tallymark.integrity.merkle import EMPTY_ROOT, Frontier, Tree, leaf_hash, node_hash

Files = dict[str, bytes]

KEY = signature.SigningKey.from_seed(hashlib.sha256(b"tallymark vectors: diary key").digest())
OTHER = signature.SigningKey.from_seed(hashlib.sha256(b"tallymark vectors: other key").digest())
ORIGIN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0/1"


def record(index: int, words: str = "He waited outside my work.") -> dict[str, object]:
    """A record as the log sees it: any JSON object with a salt."""
    return {
        "v": "1",
        "id": f"01JTALLY{index:018d}",
        "written": f"2026-05-{index % 28 + 1:02d}T08:30:00Z",
        "zone": "Europe/London",
        "author": "self",
        "salt": hashlib.sha256(b"salt %d" % index).digest()[:16].hex(),
        "body": {"type": "incident", "what_happened": words},
    }


LEAVES = [leaf_hash(canonical.encode(record(index))) for index in range(9)]
FORKED = [*LEAVES[:2], leaf_hash(canonical.encode(record(2, "He was not there."))), *LEAVES[3:]]


def everything() -> Files:
    """Every file of ``vectors/log`` by name."""
    return records() | trees() | inclusions() | consistencies() | notes() | heads() | signatures()


def records() -> Files:
    """Record bytes and their leaves."""
    good = canonical.encode(record(1))
    full = record(2, 'Quote " and \\ and \u20ac \u0001 \U0001f614 قال')
    full["body"] = {**full["body"], "\U0001f600": 1, "\ufb33": 2, "ö": 3, "size": 4.5e-7, "n": 1e30}
    tail = good.removeprefix(b"{")
    made = {
        "good": ("success", good, "a plain record"),
        "good-any-sign": (
            "success",
            canonical.encode(full),
            "members sort by UTF-16 units, signs below U+0020 are escaped, numbers as ECMAScript",
        ),
        "good-least": ("success", b"{}", "the shortest object there is"),
        "space": ("not canonical", good.replace(b":", b": ", 1), "a space after a colon"),
        "newline-at-end": ("not canonical", good + b"\n", "a newline after the object"),
        "order": ("not canonical", b'{"b":1,"a":2}', "members out of order"),
        "order-utf16": (
            "not canonical",
            '{"\ufb33":1,"\U0001f600":2}'.encode(),
            "sorted by code point instead of UTF-16 unit",
        ),
        "twice": ("not canonical", b'{"author":"self",' + tail, "a member stands twice"),
        "escape": ("not canonical", b'{"a":"\\u00e9"}', "an escape where the sign itself belongs"),
        "escape-case": ("not canonical", b'{"a":"\\u001F"}', "hex digits of an escape in capitals"),
        "number": ("not canonical", b'{"a":1.0}', "a number in a second spelling"),
        "minus-zero": ("not canonical", b'{"a":-0}', "minus zero"),
        "number-too-big": ("not canonical", b'{"a":9007199254740993}', "beyond 2^53-1"),
        "digits-too-big": ("not canonical", b'{"a":100000000000000000}', "a float in digits"),
        "nan": ("not canonical", b'{"a":NaN}', "not a number"),
        "surrogate": ("not canonical", b'{"a":"\\ud800"}', "half of a surrogate pair"),
        "bom": ("not canonical", b"\xef\xbb\xbf" + good, "a byte order mark"),
        "latin-1": ("not canonical", b'{"a":"\xe9"}', "bytes that are not UTF-8"),
        "deep": ("not canonical", b"[" * 300 + b"]" * 300, "nested deeper than 200"),
        "cut": ("not canonical", good[:-1], "cut short by one byte"),
    }
    files = {
        f"record-{name}": render(
            data, expect=expect, kind="record", about=about, leaf=leaf_hash(data)
        )
        for name, (expect, data, about) in made.items()
    }
    resalted = canonical.encode({**record(1), "salt": "00" * 16})
    wrong = {
        "other-salt": (leaf_hash(resalted), "the words are guessed right, the salt is not"),
        "no-prefix": (hashlib.sha256(good).digest(), "hashed without the byte 0x00 before it"),
        "node-prefix": (hashlib.sha256(b"\x01" + good).digest(), "hashed as if it were a node"),
    }
    for name, (leaf, about) in wrong.items():
        files[f"record-{name}"] = render(
            good, expect="leaf mismatch", kind="record", about=about, leaf=leaf
        )
    return files


def _frontier(leaves: list[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.to_bytes()


def trees() -> Files:
    """Roots and frontiers."""
    files = {}
    for size in (0, 1, 2, 3, 7, 8, 9):
        files[f"tree-of-{size}"] = _tree(
            "success",
            f"the root and frontier of {size} leaves",
            LEAVES[:size],
            root=Tree(LEAVES[:size]).root(),
        )
    three = LEAVES[:3]
    doubled = node_hash(node_hash(three[0], three[1]), node_hash(three[2], three[2]))
    swapped = [LEAVES[1], LEAVES[0], LEAVES[2]]
    ends = _frontier(three)
    bad = "root mismatch"
    return files | {
        "tree-last-doubled": _tree(bad, "an odd leaf is paired with itself", three, root=doubled),
        "tree-swapped": _tree(bad, "two records change places", swapped, root=Tree(three).root()),
        "tree-removed": _tree(bad, "a record is taken out", three[:2], root=Tree(three).root()),
        "tree-replaced": _tree(
            bad, "a record is written anew with another salt", FORKED[:3], root=Tree(three).root()
        ),
        "tree-erased": _tree(
            "success",
            "record 1 is erased: its bytes are gone, its leaf and so the root stay",
            three,
            root=Tree(three).root(),
        ),
        "tree-erased-with-its-leaf": _tree(
            bad, "erasing must not blank the leaf", [three[0], bytes(32), three[2]],
            root=Tree(three).root(),
        ),
        "frontier-short": _tree(
            "frontier failure", "a peak is missing", three, root=Tree(three).root(),
            frontier=ends[:-32],
        ),
        "frontier-long": _tree(
            "frontier failure", "a peak too many", three, root=Tree(three).root(),
            frontier=ends + bytes(32),
        ),
        "frontier-empty": _tree(
            "frontier failure", "no size", [], root=EMPTY_ROOT, frontier=b"\0\0"
        ),
    }  # fmt: skip


def _tree(
    expect: str, about: str, leaves: list[bytes], *, root: bytes, frontier: bytes | None = None
) -> bytes:
    return render(
        hex_lines(leaves),
        expect=expect,
        kind="tree",
        about=about,
        size=len(leaves),
        root=root,
        frontier=_frontier(leaves) if frontier is None else frontier,
    )


def inclusions() -> Files:
    """Audit paths."""
    tree = Tree(LEAVES[:7])
    path, root = tree.inclusion(3), tree.root()
    fine, bad = "success", "proof failure"

    def made(expect: str, about: str, proof: list[bytes], **changes: object) -> bytes:
        given = {"leaf": LEAVES[3], "index": 3, "size": 7, "root": root, **changes}
        return render(hex_lines(proof), expect=expect, kind="inclusion", about=about, **given)

    first, last = tree.inclusion(0), tree.inclusion(6)
    upper = node_hash(LEAVES[2], LEAVES[3])
    return {
        "inclusion-good": made(fine, "leaf 3 of 7", path),
        "inclusion-good-first": made(fine, "the first leaf", first, leaf=LEAVES[0], index=0),
        "inclusion-good-last": made(fine, "the last, odd leaf", last, leaf=LEAVES[6], index=6),
        "inclusion-good-only": made(
            fine, "a log of one needs no path", [], leaf=LEAVES[0], index=0, size=1, root=LEAVES[0]
        ),
        "inclusion-index": made(bad, "right path, wrong place", path, index=2),
        "inclusion-size": made(bad, "right path, wrong size", path, size=4),
        "inclusion-beyond": made(bad, "a place past the end", path, index=7),
        "inclusion-leaf": made(bad, "another record in this place", path, leaf=FORKED[2]),
        "inclusion-root": made(bad, "the head of another history", path, root=Tree(FORKED).root()),
        "inclusion-order": made(bad, "path from the top down", path[::-1]),
        "inclusion-short": made(bad, "a hash is missing", path[:-1]),
        "inclusion-long": made(bad, "a hash too many", [*path, bytes(32)]),
        "inclusion-narrow": made(bad, "a hash of 31 bytes", [path[0][:31], *path[1:]]),
        "inclusion-node-as-leaf": made(
            bad, "an inner node is passed off as a record", path[1:], leaf=upper, index=1
        ),
        "inclusion-empty-log": made(bad, "no record is in an empty log", [], index=0, size=0),
    }


def consistencies() -> Files:
    """Proofs that a log only grew."""
    tree, fork = Tree(LEAVES), Tree(FORKED)
    fine, bad = "success", "proof failure"

    def made(expect: str, about: str, proof: list[bytes], old: int, new: int, **roots: bytes):
        given = {
            "old_size": old,
            "old_root": roots.get("old_root", tree.root(old)),
            "new_size": new,
            "new_root": roots.get("new_root", tree.root(new)),
        }
        return render(hex_lines(proof), expect=expect, kind="consistency", about=about, **given)

    proof = tree.consistency(3, 7)
    return {
        "consistency-good": made(fine, "3 became 7", proof, 3, 7),
        "consistency-good-power": made(fine, "4 became 9", tree.consistency(4, 9), 4, 9),
        "consistency-good-same": made(fine, "nothing was added", [], 7, 7),
        "consistency-good-from-none": made(fine, "every log begins empty", [], 0, 7),
        "consistency-forked": made(
            bad, "record 2 was rewritten", fork.consistency(3, 7), 3, 7, new_root=fork.root(7)
        ),
        "consistency-forked-same-size": made(
            bad, "two roots for one size", [], 7, 7, new_root=fork.root(7)
        ),
        "consistency-shrunk": made(bad, "the newer log is shorter", proof, 7, 3),
        "consistency-short": made(bad, "a hash is missing", proof[1:], 3, 7),
        "consistency-long": made(bad, "a hash too many", [*proof, bytes(32)], 3, 7),
        "consistency-order": made(bad, "proof from the top down", proof[::-1], 3, 7),
        "consistency-none": made(bad, "no proof at all", [], 3, 7),
        "consistency-old-root": made(
            bad, "the old head was another", proof, 3, 7, old_root=fork.root(3)
        ),
        "consistency-not-empty": made(
            bad, "an empty log with a root", [], 0, 7, old_root=tree.root(1)
        ),
    }


def _line(name: str, key: signature.SigningKey, body: str) -> str:
    raw = key_id(name, key.public) + key.sign(body.encode())
    return f"\u2014 {name} {base64.b64encode(raw).decode()}\n"


def notes() -> Files:
    """Checkpoints as signed notes."""
    head = Checkpoint(ORIGIN, 7, Tree(LEAVES).root(7))
    note, body = sign(head, key=KEY), head.body()
    bad = "note failure"
    resign = lambda text: f"{text}\n{_line(ORIGIN, KEY, text)}"  # noqa: E731 - short and local
    encoded = base64.b64encode(head.root).decode()
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    zero = empty.body().replace(base64.b64encode(EMPTY_ROOT).decode(), encoded)
    witness = _line("witness.example", OTHER, body)
    made = {
        "good": ("success", "signed by the epoch's key", note),
        "good-empty": ("success", "a log before its first record", sign(empty, key=KEY)),
        "good-witness": ("success", "a line by somebody else is passed over", note + witness),
        "other-key": (bad, "signed by another key", sign(head, key=OTHER)),
        "other-origin": (bad, "a head of another log", sign(
            Checkpoint(ORIGIN + "/acts", 7, head.root), key=KEY)),
        "other-origin-same-name": (bad, "the line names this log, the text another", "{}\n{}".format(
            body.replace(ORIGIN, "another/1"), _line(ORIGIN, KEY, body.replace(ORIGIN, "another/1")))),
        "size": (bad, "the size was changed", note.replace("\n7\n", "\n8\n")),
        "root": (bad, "the root was changed", note.replace(encoded, base64.b64encode(bytes(32)).decode())),
        "signature": (bad, "one bit of the signature", _flip_signature(note)),
        "key-id": (bad, "the right key under another key id", _with_id(note, b"\0\0\0\0")),
        "only-witness": (bad, "no line by the expected key", f"{body}\n{witness}"),
        "unsigned": (bad, "no signature line", body + "\n"),
        "body-only": (bad, "the text alone", body),
        "twice": (bad, "two lines by one key", note + _line(ORIGIN, KEY, body)),
        "leading-zero": (bad, "a size in a second spelling", resign(body.replace("\n7\n", "\n07\n"))),
        "negative": (bad, "a size below zero", resign(body.replace("\n7\n", "\n-7\n"))),
        "size-too-big": (bad, "a size of 2^63", resign(body.replace("\n7\n", f"\n{1 << 63}\n"))),
        "extension": (bad, "a fourth line of text", resign(body + "more\n")),
        "base64": (bad, "unused bits of base64 are set", resign(body.replace(encoded, encoded[:-2] + "p="))),
        "short-root": (bad, "a root of 31 bytes", resign(
            body.replace(encoded, base64.b64encode(head.root[:31]).decode()))),
        "empty-with-root": (bad, "no leaves but a root", resign(zero)),
        "crlf": (bad, "CR before each LF", note.replace("\n", "\r\n")),
        "dash": (bad, "a hyphen instead of U+2014", note.replace("\u2014", "-")),
        "after-end": (bad, "something after the last line", note + "x"),
    }  # fmt: skip
    files = {}
    for name, (expect, about, text) in made.items():
        given: dict[str, object] = {"public": KEY.public, "name": ORIGIN}
        if expect == "success":
            shown = empty if name == "good-empty" else head
            given |= {"size": shown.size, "root": shown.root}
        files[f"checkpoint-{name}"] = render(
            text.encode(), expect=expect, kind="checkpoint", about=about, **given
        )
    return files


def _flip_signature(note: str) -> str:
    body, encoded = note.rsplit(" ", 1)
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    return f"{body} {base64.b64encode(raw).decode()}\n"


def _with_id(note: str, ident: bytes) -> str:
    body, encoded = note.rsplit(" ", 1)
    raw = ident + base64.b64decode(encoded)[4:]
    return f"{body} {base64.b64encode(raw).decode()}\n"


def heads() -> Files:
    """How two heads stand to each other."""
    tree, fork = Tree(LEAVES), Tree(FORKED)
    second = ORIGIN.removesuffix("1") + "2"

    def made(expect: str, about: str, known, other, proof: list[bytes]) -> bytes:
        given = {}
        for name, (origin, size, root) in {"known": known, "other": other}.items():
            given |= {f"{name}_origin": origin, f"{name}_size": size, f"{name}_root": root}
        return render(hex_lines(proof), expect=expect, kind="heads", about=about, **given)

    three, seven = (ORIGIN, 3, tree.root(3)), (ORIGIN, 7, tree.root(7))
    forked = (ORIGIN, 7, fork.root(7))
    proof = tree.consistency(3, 7)
    return {
        "heads-same": made("same", "seen before", seven, seven, []),
        "heads-newer": made("newer", "the log grew", three, seven, proof),
        "heads-older": made("older", "an old copy put back", seven, three, proof),
        "heads-equivocation": made(
            "equivocation", "one key signed two histories of one length", seven, forked, []
        ),
        "heads-branch": made(
            "branch", "the next epoch, of the same length", seven, (second, 7, fork.root(7)), []
        ),
        "heads-no-proof": made("unproved", "longer, and no proof given", three, seven, []),
        "heads-forked": made(
            "unproved", "longer, and it does not go on from the known head",
            three, forked, fork.consistency(3, 7),
        ),
    }  # fmt: skip


def signatures() -> Files:
    """SSHSIG."""
    message, space = b"manifest bytes\n", "tallymark-bundle"
    good = signature.sshsig(KEY, message, namespace=space)
    blob = base64.b64decode("".join(good.splitlines()[1:-1]))
    bad = "signature failure"
    text = base64.b64encode(blob).decode()
    wide = "\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    frame = "-----{} SSH SIGNATURE-----"
    made = {
        "good": ("success", "as OpenSSH writes it", good),
        "good-sha256": ("success", "inner hash SHA-256", _sshsig(message, space, "sha256")),
        "other-key": ("success", "whoever signed is returned, for the reader to compare",
                      signature.sshsig(OTHER, message, namespace=space)),
        "namespace": (bad, "made for another purpose",
                      signature.sshsig(KEY, message, namespace="file")),
        "message": (bad, "over other bytes", signature.sshsig(KEY, b"other", namespace=space)),
        "sha1": (bad, "an inner hash that is not allowed", _sshsig(message, space, "sha1")),
        "reserved": (bad, "the reserved field is not empty",
                     _sshsig(message, space, "sha512", reserved=b"x")),
        "version": (bad, "version 2", _armor(blob.replace(b"SSHSIG\0\0\0\1", b"SSHSIG\0\0\0\2"))),
        "bit": (bad, "one bit of the signature", _armor(blob[:-1] + bytes([blob[-1] ^ 1]))),
        "swapped-key": (bad, "another public key in the blob",
                        _armor(blob.replace(KEY.public, OTHER.public))),
        "after-end": (bad, "bytes after the signature", _armor(blob + b"\0")),
        "cut": (bad, "cut short", _armor(blob[:-1])),
        "line-length": (bad, "lines of 76",
                        f"{frame.format('BEGIN')}\n{wide}\n{frame.format('END')}\n"),
        "no-newline": (bad, "no newline at the end", good.rstrip("\n")),
        "crlf": (bad, "CR before each LF", good.replace("\n", "\r\n")),
        "junk": (bad, "no signature at all", "junk\n"),
        "empty": (bad, "nothing", ""),
    }  # fmt: skip
    files = {}
    for name, (expect, about, armored) in made.items():
        public = OTHER.public if name == "other-key" else KEY.public
        files[f"signature-{name}"] = render(
            armored.encode(), expect=expect, kind="signature", about=about,
            public=public, namespace=space, message=message,
        )  # fmt: skip
    return files


def _sshsig(message: bytes, namespace: str, algorithm: str, *, reserved: bytes = b"") -> str:
    text = lambda data: struct.pack(">I", len(data)) + data  # noqa: E731 - the SSH string
    inner = text(namespace.encode()) + text(reserved) + text(algorithm.encode())
    digest = hashlib.new(algorithm, message).digest()
    signed = KEY.sign(b"SSHSIG" + inner + text(digest))
    public = text(b"ssh-ed25519") + text(KEY.public)
    head = b"SSHSIG\0\0\0\1" + text(public) + inner
    return _armor(head + text(text(b"ssh-ed25519") + text(signed)))


def _armor(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    frame = "-----{} SSH SIGNATURE-----"
    return "\n".join([frame.format("BEGIN"), *lines, frame.format("END"), ""])
