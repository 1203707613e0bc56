"""Makes ``vectors/envelope``: the same files each time, from fixed seeds."""

from __future__ import annotations

import base64
import hashlib
import io
import json

from integrity.vector_format import render, seeded
from tallymark.integrity import envelope, envelope_header, keyslot, recovery_words, wordslot
from tallymark.integrity.envelope import CHUNK, Identity

Files = dict[str, bytes]

OURS = Identity(hashlib.sha256(b"tallymark vectors: ours").digest())
THEIRS = Identity(hashlib.sha256(b"tallymark vectors: theirs").digest())
SEALED_CHUNK = CHUNK + 16
SHORT = b"Original bytes, as they came.\n"
LONG = hashlib.shake_256(b"tallymark vectors: photo").digest(CHUNK + 700)
PASSPHRASE = "Caf\u00e9 five random words"
LABEL = "vectors/vault"


def everything() -> Files:
    """Every file of ``vectors/envelope`` by name."""
    return sealed() | changed_headers() | changed_payloads() | slots() | word_slots()


def seal(data: bytes, *, pad: bool = False, to: tuple[Identity, ...] = (OURS,)) -> bytes:
    """An age file that is the same each time."""
    out = io.BytesIO()
    with seeded("seal"):
        recipients = [identity.recipient for identity in to]
        envelope.seal(io.BytesIO(data), out, recipients=recipients, pad=pad)
    return out.getvalue()


def _age(expect: str, about: str, file: bytes, data: bytes | None = None, **more: object) -> bytes:
    header: dict[str, object] = {"expect": expect, "kind": "age", "about": about}
    header["identity"] = more.pop("identity", OURS.secret)
    if data is not None:
        header["payload"] = hashlib.sha256(data).hexdigest()
    return render(file, **header, **more)


def sealed() -> Files:
    """Files that open."""
    fine = "success"
    exact = LONG[:CHUNK]
    many = (THEIRS, OURS, THEIRS)
    spare = _rewrite(seal(SHORT), before=b"-> grease-x a b\n\n")
    return {
        "age-good": _age(fine, "a short text", seal(SHORT), SHORT),
        "age-good-empty": _age(fine, "no bytes at all", seal(b""), b""),
        "age-good-one-byte": _age(fine, "one byte", seal(b"x"), b"x"),
        "age-good-full-chunk": _age(fine, "exactly one chunk", seal(exact), exact),
        "age-good-two-chunks": _age(fine, "a chunk and a part", seal(LONG), LONG),
        "age-good-three-keys": _age(fine, "three recipients", seal(SHORT, to=many), SHORT),
        "age-good-unknown-stanza": _age(fine, "a stanza of a kind we do not know", spare, SHORT),
        "age-good-padded": _age(
            fine, "zeros up to the Padmé length, trimmed by the size",
            seal(SHORT * 33, pad=True), SHORT * 33, size=len(SHORT) * 33,
        ),
        "age-good-padded-whole": _age(
            fine, "the same without a size: the zeros are part of it", seal(SHORT * 33, pad=True),
            SHORT * 33 + bytes(envelope.padded_size(len(SHORT) * 33) - len(SHORT) * 33),
        ),
        "age-no-match": _age("no match", "sealed for somebody else", seal(SHORT, to=(THEIRS,))),
    }  # fmt: skip


def _rewrite(file: bytes, *, before: bytes = b"", stanza: bytes | None = None) -> bytes:
    """The same payload under another header, with a MAC that fits it."""
    header = envelope_header.parse(file)
    file_key = envelope_header.find_key(header, secret=OURS.scalar)
    version, old = header.covered.removesuffix(b"---").split(b"\n", 1)
    covered = version + b"\n" + before + (old if stanza is None else stanza) + b"---"
    mac = envelope_header._mac(file_key, covered)
    return covered + b" " + base64.b64encode(mac).rstrip(b"=") + b"\n" + file[header.length :]


def changed_headers() -> Files:
    """Headers that must be refused, each with a MAC that fits unless the MAC is the fault."""
    file = seal(SHORT)
    header = envelope_header.parse(file)
    stanza = header.covered.split(b"\n", 1)[1].removesuffix(b"---")
    first, body = stanza.splitlines(keepends=True)
    share = first.split()[2]
    zero = base64.b64encode(bytes(32)).rstrip(b"=")
    bad = "header failure"
    made = {
        "version": ("another version", file.replace(b"org/v1", b"org/v2", 1)),
        "magic": ("not an age file", b"PK\x03\x04" + file),
        "armored": ("the text armor of age is not read", b"-----BEGIN AGE ENCRYPTED FILE-----\n"),
        "empty": ("nothing", b""),
        "crlf": ("CR before LF", _rewrite(file, stanza=stanza.replace(b"\n", b"\r\n"))),
        "two-spaces": ("two spaces", _rewrite(file, stanza=stanza.replace(b" ", b"  ", 2))),
        "no-body": ("a stanza without its body", _rewrite(file, before=b"-> grease\n")),
        "long-line": ("a line of 65", _rewrite(file, before=b"-> grease\n" + b"A" * 65 + b"\n\n")),
        "full-last-line": (
            "a full line must be followed by a shorter one, even if empty",
            _rewrite(file, before=b"-> grease\n" + b"A" * 64 + b"\n"),
        ),
        "control-sign": ("a control character", _rewrite(file, before=b"-> gr\x07ease\n\n")),
        "base64-padding": ("base64 with =", _rewrite(file, before=b"-> grease\nQQ==\n")),
        "base64-bits": ("unused bits of base64 are set", _rewrite(file, before=b"-> grease\nQR\n")),
        "extra-argument": ("X25519 with more", _rewrite(file, stanza=first[:-1] + b" 1\n" + body)),
        "no-argument": ("X25519 without a share", _rewrite(file, stanza=b"-> X25519\n" + body)),
        "long-key": ("a wrapped key of 33 bytes", _rewrite(file, stanza=first + b"A" * 44 + b"\n")),
        "low-order": (
            "a share of low order", _rewrite(file, stanza=first.replace(share, zero) + body)
        ),
        "scrypt-beside": (
            "a passphrase beside a key",
            _rewrite(file, before=b"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n" + body),
        ),
        "too-long": (
            "longer than 65,536 bytes",
            _rewrite(file, before=(b"-> grease\n" + b"A" * 62 + b"\n") * 1000),
        ),
        "no-stanza": ("no stanza", file.replace(stanza, b"")),
        "cut": ("cut inside the header", file[: header.length - 20]),
        "no-nonce": ("cut before the nonce ends", file[: header.length + 15]),
        "mac-short": ("a MAC of 31 bytes", file.replace(b"--- ", b"--- A", 1)),
    }  # fmt: skip
    files = {f"age-{name}": _age(bad, about, data) for name, (about, data) in made.items()}
    mac = "HMAC failure"
    flipped = bytearray(file)
    flipped[header.length - 10] ^= 1
    return files | {
        "age-mac": _age(mac, "another MAC", bytes(flipped)),
        "age-stanza-added": _age(
            mac, "a stanza added by somebody without the key",
            file.replace(stanza, stanza + b"-> grease\n\n"),
        ),
    }  # fmt: skip


def changed_payloads() -> Files:
    """Payloads that must be refused; ``payload`` is what came out before the fault."""
    short, long, bad = seal(SHORT), seal(LONG), "payload failure"
    start = envelope_header.parse(long).length + 16
    first, second = long[start : start + SEALED_CHUNK], long[start + SEALED_CHUNK :]
    padded = seal(SHORT * 33, pad=True)
    flip = lambda data, at: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]  # noqa: E731
    one = LONG[:CHUNK]
    made = {
        "bit": ("one bit of the text", flip(short, start), b""),
        "bit-in-tag": ("one bit of a tag", flip(short, len(short) - 1), b""),
        "bit-in-nonce": ("one bit of the nonce", flip(short, start - 1), b""),
        "bit-in-second-chunk": ("the first chunk is good", flip(long, start + SEALED_CHUNK), one),
        "no-chunk": ("cut before the first chunk", short[:start], b""),
        "cut-byte": ("cut by one byte", short[:-1], b""),
        "cut-chunk": ("cut after a whole chunk", long[: start + SEALED_CHUNK], b""),
        "swapped-chunks": ("chunks change places", long[:start] + second + first, b""),
        "doubled-chunk": ("a chunk twice", long[:start] + first + first + second, one),
        "after-end": ("a byte after the end", short + b"\0", b""),
    }  # fmt: skip
    files = {
        f"age-{name}": _age(bad, about, file, data) for name, (about, file, data) in made.items()
    }
    return files | {
        "age-size-too-big": _age(bad, "more is claimed than is there", short, SHORT, size=31),
        "age-size-too-small": _age(
            bad, "what is trimmed must be zeros", padded, b"", size=len(SHORT) * 32
        ),
    }


def slots() -> Files:
    """Passphrase slots."""
    key = hashlib.sha256(b"tallymark vectors: master").digest()
    with seeded("slot"):
        slot = keyslot.make_slot(PASSPHRASE, key, cost=keyslot.CHEAP, label=LABEL)
    right, wrong = PASSPHRASE.encode(), "wrong passphrase"
    refused = "slot failure"

    def made(expect: str, about: str, passphrase: bytes = right, label: str = LABEL, **changes):
        content = json.dumps({**slot, **changes}, sort_keys=True, indent=1).encode() + b"\n"
        given = {"key": key} if expect == "success" else {}
        return render(
            content, expect=expect, kind="slot", about=about, passphrase=passphrase, label=label,
            **given,
        )  # fmt: skip

    flipped = {name: _flip(str(slot[name])) for name in ("salt", "commitment", "wrapped")}
    decomposed = PASSPHRASE.replace("\u00e9", "e\u0301").encode()
    return {
        "slot-good": made("success", "the right passphrase"),
        "slot-good-decomposed": made("success", "the same word as e and an accent", decomposed),
        "slot-other-passphrase": made(wrong, "another word", b"wrong"),
        "slot-no-passphrase": made(wrong, "nothing typed", b""),
        "slot-long-passphrase": made(wrong, "1,025 bytes", b"x" * 1025),
        "slot-capital": made(wrong, "capitals count", PASSPHRASE.upper().encode()),
        "slot-label": made(wrong, "a slot of something else", label="vectors/desk"),
        "slot-time": made(wrong, "fewer or more passes than it was made with", time=2),
        "slot-memory": made(wrong, "another memory than it was made with", memory_kib=128),
        "slot-salt": made(wrong, "one bit of the salt", salt=flipped["salt"]),
        "slot-commitment": made(
            wrong, "one bit of the commitment", commitment=flipped["commitment"]
        ),
        "slot-wrapped": made(refused, "one bit of the wrapped key", wrapped=flipped["wrapped"]),
        "slot-2-gib": made(refused, "asks for 2 GiB", memory_kib=1 << 21),
        "slot-million-passes": made(refused, "asks for 10^6 passes", time=1_000_000),
        "slot-many-lanes": made(refused, "asks for 64 lanes", lanes=64, memory_kib=1024),
        "slot-no-memory": made(refused, "less memory than 8 KiB a lane", memory_kib=4),
        "slot-no-passes": made(refused, "no pass at all", time=0),
        "slot-true": made(refused, "true is not a number", time=True),
        "slot-text-number": made(refused, "a number as text", time="1"),
        "slot-version": made(refused, "another version", v="2"),
        "slot-kdf": made(refused, "another way to stretch", kdf="scrypt"),
        "slot-unknown-member": made(refused, "a member that is not known", hint="it rhymes"),
        "slot-capital-hex": made(refused, "hex in capitals", salt=str(slot["salt"]).upper()),
        "slot-short-salt": made(refused, "a salt of 15 bytes", salt=str(slot["salt"])[2:]),
    }


def word_slots() -> Files:
    """Slots of 24 words, and those whose words are sealed to a helper."""
    key, secret = (
        hashlib.sha256(b"tallymark vectors: " + s).digest() for s in (b"master", b"words")
    )
    words = " ".join(recovery_words.words_of(secret))
    with seeded("helper slot"):
        helper, other = Identity.generate(), Identity.generate()
        copy = wordslot.make_helper(secret, key, recipient=helper.recipient, label=LABEL)
    slot = wordslot.make_words(secret, key, label=LABEL)
    success, wrong, refused = "success", "wrong words", "slot failure"

    def made(
        expect: str, about: str, said: str = words, *, of=slot, label=LABEL, **changes
    ) -> bytes:
        content = json.dumps({**of, **changes}, sort_keys=True, indent=1).encode() + b"\n"
        given = {"key": key} if expect == success else {}
        opened_by = {"identity": said} if said.startswith("AGE-") else {"words": said.encode()}
        return render(
            content, expect=expect, kind="slot", about=about, **opened_by, label=label, **given
        )

    one_off = words.split()
    one_off[11] = "zoo" if one_off[11] != "zoo" else "zone"
    numbered = "\n".join(f"{n}. {w.upper()}" for n, w in enumerate(words.split(), 1))
    short = "  ".join(word[:4] for word in words.split())
    flipped = {name: _flip(str(slot[name])) for name in ("commitment", "wrapped")}
    identity = helper.secret
    sealed = base64.b64decode(str(copy["sealed"]))
    cut, bit = (base64.b64encode(s).decode() for s in (sealed[:-1], sealed[:-1] + b"\0"))
    return {
        "slot-words-good": made(success, "the right words"),
        "slot-words-good-numbered": made(success, "numbers, capitals and lines", numbered),
        "slot-words-good-short": made(success, "the first four letters of each", short),
        "slot-words-one-wrong": made(wrong, "another twelfth word", " ".join(one_off)),
        "slot-words-23": made(wrong, "a word is missing", words.rsplit(" ", 1)[0]),
        "slot-words-unknown": made(wrong, "a word that is not on the list", words + "x"),
        "slot-words-label": made(wrong, "a slot of something else", label="vectors/desk"),
        "slot-words-commitment": made(wrong, "one bit of it", commitment=flipped["commitment"]),
        "slot-words-wrapped": made(refused, "one bit of it", wrapped=flipped["wrapped"]),
        "slot-words-version": made(refused, "another version", v="2"),
        "slot-words-kdf": made(refused, "another way to derive", kdf="argon2id"),
        "slot-words-unknown-member": made(refused, "a member that is not known", hint="paper"),
        "slot-words-short-commitment": made(refused, "31 bytes", commitment="00" * 31),
        "slot-helper-good": made(success, "the helper's key", identity, of=copy),
        "slot-helper-good-words": made(success, "the words that the helper reads out", of=copy),
        "slot-helper-other-key": made("no match", "another key", other.secret, of=copy),
        "slot-helper-recipient": made(
            wrong, "another recipient written over it", of=copy, recipient=other.recipient
        ),
        "slot-helper-no-recipient": made(refused, "none", identity, of=copy, recipient="age1"),
        "slot-helper-cut": made(refused, "the copy is cut", identity, of=copy, sealed=cut),
        "slot-helper-bit": made(refused, "one bit of the copy", identity, of=copy, sealed=bit),
        "slot-helper-base64": made(refused, "no base64", identity, of=copy, sealed="(*)"),
        "slot-helper-no-copy": made(refused, "no copy", identity, of=slot, recipient=helper.recipient),
    }  # fmt: skip


def _flip(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]
