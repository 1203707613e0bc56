"""Keys and SSHSIG: OpenSSH accepts ours and we accept OpenSSH's, and both refuse the rest."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import IntegrityError
from tallymark.integrity import signature
from tallymark.integrity.signature import SigningKey

KEY = SigningKey.from_seed(hashlib.sha256(b"key").digest())
SPACE = "tallymark-bundle"


@pytest.fixture
def allowed(tmp_path) -> str:
    """An allowed_signers file that names our key for our namespace."""
    path = tmp_path / "allowed"
    path.write_text(f'tallymark namespaces="{SPACE}" {signature.public_line(KEY.public, "")}\n')
    return str(path)


def check(ssh_keygen, allowed: str, armored: str, message: bytes, space: str = SPACE) -> bytes:
    """What ``ssh-keygen -Y verify`` says; raises when it refuses."""
    path = allowed + ".sig"
    with open(path, "w", encoding="ascii", newline="") as file:  # noqa: PTH123 - a str path
        file.write(armored)
    fixed = ("-Y", "verify", "-f", allowed, "-I", "tallymark", "-n", space, "-s", path)
    return ssh_keygen(*fixed, data=message)


def test_openssh_accepts_ours(ssh_keygen, allowed) -> None:
    """``ssh-keygen -Y verify`` says Good for our signature, and refuses other bytes or purposes."""
    armored = signature.sshsig(KEY, b"manifest", namespace=SPACE)
    assert b"Good" in check(ssh_keygen, allowed, armored, b"manifest")
    with pytest.raises(ChildProcessError):
        check(ssh_keygen, allowed, armored, b"manifesto")
    with pytest.raises(ChildProcessError):
        check(ssh_keygen, allowed, armored, b"manifest", space="file")


@pytest.mark.parametrize("inner", ["sha512", "sha256"])
def test_we_accept_openssh(ssh_keygen, tmp_path, inner: str) -> None:
    """A signature made by ``ssh-keygen -Y sign`` with our key is accepted and names the key."""
    private = Ed25519PrivateKey.from_private_bytes(KEY.seed)
    path = tmp_path / "id"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    armored = ssh_keygen(
        "-Y", "sign", "-f", str(path), "-n", SPACE, "-O", f"hashalg={inner}", data=b"manifest"
    ).decode()
    assert signature.verify_sshsig(armored, message=b"manifest", namespace=SPACE) == KEY.public
    with pytest.raises(IntegrityError):
        signature.verify_sshsig(armored, message=b"other", namespace=SPACE)
    if inner == "sha512":
        assert armored == signature.sshsig(KEY, b"manifest", namespace=SPACE)


def test_a_signature_by_another_kind_of_key_is_refused(ssh_keygen, tmp_path) -> None:
    """Only Ed25519: an ECDSA signature by OpenSSH is refused, not misread."""
    path = tmp_path / "id"
    ssh_keygen("-q", "-t", "ecdsa", "-N", "", "-f", str(path))
    armored = ssh_keygen("-Y", "sign", "-f", str(path), "-n", SPACE, data=b"m").decode()
    with pytest.raises(IntegrityError, match="Ed25519"):
        signature.verify_sshsig(armored, message=b"m", namespace=SPACE)


def test_the_fingerprint_is_openssh_s(ssh_keygen, tmp_path) -> None:
    """What we show is what ``ssh-keygen -l`` shows for the public line."""
    path = tmp_path / "key.pub"
    path.write_text(signature.public_line(KEY.public) + "\n")
    assert signature.fingerprint(KEY.public).encode() in ssh_keygen("-l", "-f", str(path))


def test_six_words_are_the_first_66_bits() -> None:
    """Six words of the English list, the same each time, another key other words."""
    words = signature.six_words(KEY.public)
    assert len(words) == 6
    assert words == signature.six_words(KEY.public)
    assert words != signature.six_words(SigningKey.generate().public)
    from mnemonic import Mnemonic

    listed = Mnemonic("english").wordlist
    bits = "".join(f"{listed.index(word):011b}" for word in words)
    assert f"{int.from_bytes(hashlib.sha256(KEY.public).digest(), 'big'):0256b}"[:66] == bits


def test_a_key_does_not_show_its_seed() -> None:
    """A key in a log line or traceback gives its public half only."""
    assert repr(KEY.seed) not in repr(KEY)
    assert SigningKey.from_seed(KEY.seed) == KEY


@pytest.mark.parametrize("length", [0, 31, 33])
def test_seeds_and_keys_of_another_length_are_refused(length: int) -> None:
    """32 bytes and no other number."""
    with pytest.raises(IntegrityError):
        SigningKey.from_seed(bytes(length))
    with pytest.raises(IntegrityError):
        signature.fingerprint(bytes(length))
    assert not signature.verify(bytes(length), bytes(64), b"")


def test_a_signature_needs_a_purpose() -> None:
    """An empty namespace would fit everywhere."""
    with pytest.raises(IntegrityError):
        signature.sshsig(KEY, b"x", namespace="")


@given(st.binary(max_size=300), st.text("abc-", min_size=1, max_size=20))
def test_round_trip(message: bytes, namespace: str) -> None:
    """Any message and purpose: signed, checked, and refused for any other purpose."""
    armored = signature.sshsig(KEY, message, namespace=namespace)
    found = signature.verify_sshsig(armored, message=message, namespace=namespace)
    assert found == KEY.public
    with pytest.raises(IntegrityError):
        signature.verify_sshsig(armored, message=message, namespace=namespace + "x")


@given(st.text(max_size=200), st.booleans())
def test_arbitrary_text_is_refused(text: str, framed: bool) -> None:
    """Whatever stands there, the answer is an IntegrityError."""
    if framed:
        text = f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n"
    with pytest.raises(IntegrityError):
        signature.verify_sshsig(text, message=b"", namespace=SPACE)


def test_every_changed_character_is_noticed() -> None:
    """Each character of the armored text, changed alone, makes it refuse."""
    armored = signature.sshsig(KEY, b"m", namespace=SPACE)
    for place, sign in enumerate(armored):
        changed = armored[:place] + ("B" if sign != "B" else "C") + armored[place + 1 :]
        with pytest.raises(IntegrityError):
            signature.verify_sshsig(changed, message=b"m", namespace=SPACE)
