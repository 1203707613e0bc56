"""The scenarios of vectors/bundle: one good of each kind, one for each way to break each thing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from verify.bundle_maker import (
    NOTEBOOK,
    ORIGIN,
    OWNER,
    STRANGER,
    TOP,
    Framing,
    Plan,
    armor,
    exhibit,
    frame,
    incident,
    manifest,
    record,
    small,
)

LETTER = "data/originals/AB-1_letter.txt"
STATEMENT, LOG = "statement.json", "proofs/log.json"


def seal_cases() -> dict[str, Case]:
    """Time stamps and epochs, from a file of their own."""
    from verify.seal_cases import seals

    return {
        name: Case(about, data, "refused" if check else "ok", check)
        for name, (about, data, check) in seals().items()
    }


@dataclass(frozen=True)
class Case:
    """What a verifier must say about ``data``, and why."""

    about: str
    data: bytes
    expect: str = "refused"
    check: tuple[int, ...] = ()
    key: str = ""

    def to_bytes(self) -> bytes:
        """The vector file."""
        lines = [f"expect: {self.expect}", f"about: {self.about}"]
        lines += [f"check: {' '.join(map(str, self.check))}"] if self.check else []
        lines += [f"key: {self.key}"] if self.key else []
        return "\n".join([*lines, "", ""]).encode() + self.data


def read_case(data: bytes) -> Case:
    """A vector file back as a case."""
    head, _, rest = data.partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\n"))
    check = tuple(map(int, fields.get("check", "").split()))
    return Case(fields["about"], rest, fields["expect"], check, fields.get("key", ""))


def cases() -> dict[str, Case]:
    """All scenarios by file name."""
    return {
        **_good(),
        **_container(),
        **_names(),
        **_inventory(),
        **_digests(),
        **_signature(),
        **_statement(),
        **_log(),
        **_originals(),
        **seal_cases(),
    }


def _ok(about: str, plan: Plan, *, key: str = "") -> Case:
    return Case(about, plan.zip(), "ok", (), key)


def _files(change: Callable[[dict[str, bytes]], object], **plan: object) -> bytes:
    """The small bundle framed again after its files were changed."""
    files = small(**plan).files()
    change(files)
    return frame([(f"{TOP}/{path}", data) for path, data in files.items()])


def _put(path: str, data: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda files: files.update({path: data})


def _swap(path: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], object]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[path]
        files[path] = files[path].replace(old, new)

    return change


def _good() -> dict[str, Case]:
    log = small().records
    pages = {"1-START-HERE.pdf": b"%PDF-", "READ-ME-FIRST.txt": b"Read me.\n"}
    twice = [*log, exhibit(3, number="AB/1", data=small().payload[LETTER])]
    name = {"data/originals/AB-1_\u00e9t\u00e9 \u4e2d.txt": small().payload[LETTER]}
    hidden = {"payload": {"data/entries.csv": b"number\n"}}
    return {
        "good-all-shown": _ok("a log of three records, one original", small()),
        "good-one-record": _ok(
            "a log of one record, no proof steps", Plan([incident(0, "One.")], {})
        ),
        "good-withheld": _ok(
            "two of seven records are withheld; only their indices travel",
            Plan([incident(i, f"No. {i}") for i in range(7)], {}, withheld=[2, 5]),
        ),
        "good-erased": _ok(
            "one record was erased at home, and its original with it", small(erased=[1], **hidden)
        ),
        "good-exhibit-withheld": _ok(
            "a withheld exhibit record takes its original along", small(withheld=[1], **hidden)
        ),
        "good-pages": _ok("pages for people are tag files", small(tags=pages, purpose="court")),
        "good-number-used-twice": _ok(
            "two records of one exhibit that agree", small(records=twice)
        ),
        "good-name-in-any-script": _ok(
            "an original's name in NFC", small(payload={**hidden["payload"], **name})
        ),
        "good-sha256-inside-signature": _ok(
            "the SSHSIG names sha256 as its hash",
            small(signature=lambda key, message: key.sshsig(message, algorithm="sha256")),
        ),
        "good-witnessed-checkpoint": _ok(
            "a second party signed the checkpoint too", small(amend_tags=_witness, **_head())
        ),
        "good-resigned": _ok("the same content sealed by a stranger's key", small(key=STRANGER)),
        "good-key-named": _ok(
            "sealed with the key that the reader names", small(), key=OWNER.fingerprint
        ),
        "signer-other-than-named": Case(
            "the same content sealed by a stranger's key, the owner's named",
            small(key=STRANGER).zip(),
            check=(9,),
            key=OWNER.fingerprint,
        ),
    }


def _head() -> dict[str, object]:
    """Amends the statement to the digest of the witnessed checkpoint."""
    tags = small().files()
    _witness(tags)
    digest = hashlib.sha256(tags["proofs/checkpoint.txt"]).hexdigest()
    return {"amend_statement": lambda found: {**found, "checkpoint_sha256": digest}}


def _witness(tags: dict[str, bytes]) -> None:
    line = base64.b64encode(b"abcd" + bytes(64)).decode()
    tags["proofs/checkpoint.txt"] += f"— witness.example {line}\n".encode()


def _odd(about: str, end: str, *, check: tuple[int, ...] = (1,), **how: object) -> Case:
    return Case(about, small().zip(odd={end: Framing(**how)}), check=check)


def _container() -> dict[str, Case]:
    whole = small().zip()
    flipped = whole.replace(b"I know where you park.", b"I know where you work.")
    members = [(f"{TOP}/{path}", data) for path, data in small().files().items()]
    plain = [("letter.txt", b"Not a bundle.")]
    return {
        "payload-byte-flipped": Case("CRC-32 and digest tell", flipped, check=(1, 3, 8)),
        "bytes-after": Case("one byte after the end", whole + b"\0", check=(1,)),
        "bytes-before": Case("a stub before the zip", b"MZ" + whole, "not a bundle"),
        "zip-comment": Case("a comment in the end record", small().zip(comment=b"x"), check=(1,)),
        "cut-short": Case("the last 300 bytes are gone", whole[:-300], check=(1,)),
        "cut-in-payload": Case("cut inside a file", whole[:2500], check=(1,)),
        "data-descriptor": _odd("sizes after the data", ".csv", flags=0x0808, descriptor=True),
        "compressed": _odd("a deflated member", ".csv", method=8),
        "encrypted-flag": _odd("a member marked as encrypted", ".csv", flags=0x0801),
        "flags-zero": _odd("a name not marked as UTF-8", ".csv", flags=0),
        "wrong-date": _odd("a real date in a header", "bagit.txt", date=0x5CA4),
        "wrong-crc": _odd("a CRC-32 of other bytes", ".csv", crc=1),
        "extra-field": _odd("bytes in an extra field", ".csv", extra=b"UT\1\0\0"),
        "link-mode": _odd("a member that would unpack as a link", ".csv", mode=0o120777),
        "duplicate-names": Case("one name twice", frame([*members, members[-1]]), check=(1,)),
        "names-differ-in-case": Case(
            "two names that one disk takes for the same",
            _files(_put("data/Entries.csv", b"x")),
            check=(1,),
        ),
        "two-top-folders": Case(
            "a file beside the top folder", frame([*members, ("other/file.txt", b"")]), check=(1,)
        ),
        "ordinary-zip": Case("a stored zip of something else", frame(plain), "not a bundle"),
        "sealed": Case("sealed with age", b"age-encryption.org/v1\n-> X", "not a bundle"),
        "empty": Case("no bytes", b"", "not a bundle"),
    }


def _names() -> dict[str, Case]:
    odd = {
        "name-traversal": ("../../evil.txt", "a name that leaves its folder"),
        "name-absolute": ("/evil.txt", "an empty part"),
        "name-backslash": ("data\\evil.txt", "a backslash"),
        "name-control": ("data/a\x1b[2J.txt", "a terminal escape"),
        "name-bidi": ("data/invoice\u202etxt.exe", "an override of the writing direction"),
        "name-not-composed": ("data/e\u0301.txt", "a letter and its accent apart"),
        "name-device": ("data/nul.txt", "a name that Windows keeps for devices"),
        "name-trailing-dot": ("data/a.", "a dot at the end"),
        "name-folder": ("data/folder/", "a member for a folder"),
        "name-not-utf8": ("data/\udcff.txt", "a byte that is not UTF-8"),
    }
    return {
        name: Case(about, _files(_put(path, b"")), check=(1,))
        for name, (path, about) in odd.items()
    }


def _inventory() -> dict[str, Case]:
    def drop(path: str) -> Callable[[dict[str, bytes]], object]:
        return lambda files: files.pop(path)

    def late_tag(files: dict[str, bytes]) -> None:
        files["bag-info.txt"] = files.pop("bag-info.txt")

    def reorder(files: dict[str, bytes]) -> None:
        files["data/entries.csv"] = files.pop("data/entries.csv")

    def twice(lines: bytes) -> bytes:
        return lines + lines.splitlines(keepends=True)[-1]

    wrong = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
    backwards = lambda lines: b"".join(lines.splitlines(keepends=True)[::-1])  # noqa: E731
    plans = {
        "bagit-txt-other-version": ("bagit.txt of 0.97", {"amend_tags": _put("bagit.txt", wrong)}),
        "oxum-wrong": ("Payload-Oxum", {"amend_tags": _put("bag-info.txt", b"Payload-Oxum: 1.1")}),
        "manifest-not-sorted": ("lines in another order", {"amend_manifest": backwards}),
        "manifest-line-twice": ("one line twice", {"amend_manifest": twice}),
        "manifest-crlf": (
            "CR LF at the ends",
            {"amend_manifest": lambda lines: lines.replace(b"\n", b"\r\n")},
        ),
        "tagmanifest-upper-case": (
            "digests in capitals",
            {"amend_tagmanifest": lambda lines: lines[:64].upper() + lines[64:]},
        ),
    }
    return {
        "file-added": Case("unnamed file", _files(_put("data/note.txt", b"x")), check=(2,)),
        "tag-file-added": Case("unnamed file outside data", _files(_first), check=(2,)),
        "file-missing": Case(
            "a named file is gone", _files(drop("data/entries.csv")), check=(2, 3)
        ),
        "signature-missing": Case(
            "no signature at all", _files(drop("tagmanifest-sha256.txt.sig")), check=(2,)
        ),
        "tag-file-after-payload": Case("order", _files(late_tag), check=(2,)),
        "payload-not-in-order": Case("order below data", _files(reorder), check=(2,)),
        **{name: Case(what, small(**how).zip(), check=(2,)) for name, (what, how) in plans.items()},
    }


def _first(files: dict[str, bytes]) -> None:
    rest = dict(files)
    files.clear()
    files.update({"extra.txt": b"x", **rest})


def _digests() -> dict[str, Case]:
    def redone(files: dict[str, bytes]) -> None:
        files["data/entries.csv"] = b"number,what\n"
        inside = {path: data for path, data in files.items() if path.startswith("data/")}
        files["manifest-sha256.txt"] = manifest(inside)

    changed = {
        "payload-changed": (_swap(LETTER, b"park", b"work"), "other words in an original", (3, 8)),
        "table-changed": (_swap("data/entries.csv", b"gate", b"door"), "other words", (3,)),
        "tag-file-changed": (_swap(STATEMENT, b"police", b"court!"), "another purpose", (3,)),
        "manifest-redone": (redone, "manifest redone, tag manifest not", (2, 3)),
        "tagmanifest-changed": (
            _swap("tagmanifest-sha256.txt", b"  signer.pub", b"  signer.pux"),
            "a line of the signed list",
            (2, 3, 4),
        ),
    }
    return {
        name: Case(f"{about}; framing redone", _files(change), check=check)
        for name, (change, about, check) in changed.items()
    }


def _signature() -> dict[str, Case]:
    def forged(files: dict[str, bytes]) -> None:
        """Everything redone but the signature."""
        other = small(purpose="court").files()
        signature = files["tagmanifest-sha256.txt.sig"]
        files.update({**other, "tagmanifest-sha256.txt.sig": signature})

    junk = armor(b"SSHSIG\0\0\0\1" + bytes(200))
    sign = OWNER.sshsig
    ways: dict[str, tuple[str, dict[str, object]]] = {
        "signature-junk": ("zeros in armor", {"signature": lambda *_: junk}),
        "signature-not-armored": ("no armor", {"signature": lambda *_: b"signed\n"}),
        "signature-other-namespace": (
            "made for files",
            {"signature": lambda key, message: key.sshsig(message, namespace="file")},
        ),
        "signature-of-other-bytes": ("over a dot", {"signature": lambda *_: sign(b".")}),
        "signature-bytes-after": ("text after", {"signature": lambda _, m: sign(m) + b"x\n"}),
        "signature-other-hash": (
            "sha384 inside",
            {"signature": lambda key, message: key.sshsig(message, algorithm="sha384")},
        ),
        "signature-by-another-key": (
            "signer.pub names the owner, a stranger signed",
            {"signature": lambda _, message: STRANGER.sshsig(message)},
        ),
        "signer-pub-other": (
            "signer.pub names a stranger",
            {"amend_tags": _put("signer.pub", f"ssh-ed25519 {STRANGER.base64}\n".encode())},
        ),
        "allowed-signers-other": (
            "allowed_signers lets anything in",
            {"amend_tags": _put("allowed_signers", f"* ssh-ed25519 {OWNER.base64}\n".encode())},
        ),
    }
    return {
        "manifest-forged": Case(
            "lists redone around new content, old signature", _files(forged), check=(4,)
        ),
        **{name: Case(what, small(**how).zip(), check=(4,)) for name, (what, how) in ways.items()},
    }


def _statement() -> dict[str, Case]:
    def set_to(**members: object) -> Callable[[dict], object]:
        return lambda found: {**found, **members}

    def text(old: str, new: str) -> Callable[[dict], object]:
        def amend(found: dict) -> bytes:
            whole = json.dumps(found, separators=(",", ":"), sort_keys=True)
            assert old in whole
            return whole.replace(old, new).encode()

        return amend

    deep = '"selection":' + '{"a":' * 70 + "1" + "}" * 70
    ways = {
        "duplicate-key": (text('"epoch":1', '"epoch":1,"epoch":1'), "one member twice"),
        "deep": (text('"selection":{}', deep), "70 levels"),
        "fraction": (text('"sequence":1', '"sequence":1.0'), "a number as 1.0"),
        "nan": (text('"sequence":1', '"sequence":NaN'), "NaN"),
        "half-character": (text('"program":"', '"program":"\\ud800'), "half a surrogate pair"),
        "bytes-after": (lambda found: json.dumps(found).encode() + b"\n{}", "a second value"),
        "byte-order-mark": (lambda found: b"\xef\xbb\xbf" + json.dumps(found).encode(), "a BOM"),
        "not-an-object": (lambda found: [found], "a list"),
        "size-differs": (set_to(size=4), "another size of the log"),
        "root-differs": (set_to(root="00" * 32), "another root"),
        "origin-differs": (set_to(vault="other", origin="other/1"), "another vault"),
        "epoch-differs": (set_to(epoch=2), "epoch and origin"),
        "checkpoint-differs": (set_to(checkpoint_sha256="00" * 32), "another checkpoint"),
        "signer-differs": (set_to(signer=STRANGER.fingerprint), "another signer"),
        "other-version": (set_to(v="2"), "a version that is not 1"),
        "unknown-member": (set_to(extra=1), "a member nobody knows"),
        "no-notebook-note": (set_to(notes=[]), f"notes without: {NOTEBOOK[:40]}…"),
        "update": (set_to(update_of="00" * 32), "version 1 has no updates"),
    }
    return {
        f"statement-{name}": Case(about, small(amend_statement=amend).zip(), check=(5,))
        for name, (amend, about) in ways.items()
    }


def _log() -> dict[str, Case]:
    other = base64.b64encode(bytes(32)).decode()
    forged = {
        "amend_body": lambda _: f"{ORIGIN}\n3\n{other}\n",
        "amend_log": lambda found: {**found, "root": "00" * 32},
        "amend_statement": lambda found: {**found, "root": "00" * 32},
    }
    altered = {**small().payload, "data/records/000002.json": incident(2, "Nothing happened.")}
    unlisted = {**small().payload, "data/records/000003.json": incident(3, "New.")}
    hidden = {"payload": {"data/entries.csv": b"number\n"}}

    def lists(**members: object) -> dict[str, object]:
        return {"amend_log": lambda found: {**found, **members}}

    def shown(at: int, **members: object) -> dict[str, object]:
        def amend(found: dict) -> dict:
            found["shown"][at] = {**found["shown"][at], **members}
            return found

        return {"amend_log": amend}

    twice = incident(2, "One.").replace(b'"v":"1"', b'"v":"1","v":"1"')
    sevens = {"records": [incident(i, f"No. {i}") for i in range(7)], "payload": {}}
    ways: dict[str, tuple[str, dict[str, object], int]] = {
        "checkpoint-by-another-key": ("a stranger signed the head", {"log_key": STRANGER}, 6),
        "checkpoint-fourth-line": ("a line more", {"amend_body": lambda body: f"{body}more\n"}, 6),
        "root-forged": ("a root that no record leads to, signed", forged, 7),
        "record-altered": ("all lists redone and signed", {"payload": altered}, 7),
        "record-unlisted": ("a record file the log does not know", {"payload": unlisted}, 7),
        "record-member-twice": ("two readers could differ", {"records": [twice], **hidden}, 7),
        "record-no-type": (
            "a body without a type",
            {"records": [record(0, {})], **hidden},
            7,
        ),
        "proof-of-another": ("a step changed", shown(0, proof=["00" * 32] * 2), 7),
        "proof-too-long": ("a step more", shown(2, proof=["00" * 32] * 3), 7),
        "proof-index-moved": ("an index moved", shown(2, index=5, path="data/records/5.json"), 7),
        "withheld-not-named": (
            "one index left out",
            {**sevens, "withheld": [2, 5], **lists(withheld=[2])},
            7,
        ),
        "withheld-and-shown": ("one index in two lists", lists(withheld=[0]), 7),
        "withheld-beyond-end": (
            "an index that is not in the log",
            {**sevens, "withheld": [2, 5], **lists(withheld=[2, 7])},
            7,
        ),
        "withheld-not-rising": (
            "indices out of order",
            {**sevens, "withheld": [2, 5], **lists(withheld=[5, 2])},
            7,
        ),
        "withheld-leaf-shown": (
            "a digest where only an index may stand",
            {**sevens, "withheld": [2, 5], **lists(withheld=[2, "00" * 32])},
            7,
        ),
    }
    return {
        name: Case(what, small(**how).zip(), check=(check,))
        for name, (what, how, check) in ways.items()
    }


def _originals() -> dict[str, Case]:
    letter = small().payload[LETTER]
    other = {**small().payload, LETTER: b"I know when you work.\n"}
    stray = {**small().payload, "data/originals/AB-2_photo.jpg": b"x"}
    double = {**small().payload, "data/originals/AB-1_copy.txt": letter}
    none = {"data/entries.csv": b"number\n"}
    differ = [*small().records, exhibit(3, number="AB/1", data=b"another")]
    ways: dict[str, tuple[str, dict[str, object]]] = {
        "original-swapped": ("all lists redone and signed", {"payload": other}),
        "original-missing": ("an exhibit record without its file", {"payload": none}),
        "original-without-record": ("a file nobody recorded", {"payload": stray}),
        "original-twice": ("two files for one exhibit", {"payload": double}),
        "exhibit-records-differ": ("one number, two files claimed", {"records": differ}),
    }
    return {name: Case(what, small(**how).zip(), check=(8,)) for name, (what, how) in ways.items()}
