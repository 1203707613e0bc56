"""Strict JSON, SSH signatures, names, the log's hashes and policies, each on its own."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.errors import UsageProblem, VerificationError
from tallymark.verify import (
    AllOf,
    AnyOf,
    KnownSigner,
    Signer,
    UnsafeAcceptAnySigner,
    log,
    names,
    sshsig,
    strict_json,
)
from verify.bundle_maker import OWNER, STRANGER, compact, path_of, root_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
ME, OTHER = (Signer(key.public, key.fingerprint) for key in (OWNER, STRANGER))


@given(JSON)
def test_strict_json_reads_what_json_means(value: object) -> None:
    """Plain values come back as they were, escaped or not."""
    assert strict_json.parse(compact(value)) == value
    assert strict_json.parse(json.dumps(value).encode() + b"\n") == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b" {}",
        b"{} ",
        b"{}{}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":1}',
        b"1.0",
        b"1e2",
        b"-0",
        b"NaN",
        b"-Infinity",
        b"9007199254740992",
        b"1" * 5000,
        b'"\\ud800"',
        b'"\\ud800\\u0041"',
        b'"\n"',
        b"'a'",
        b"[1,]",
        b"01",
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'"\\' * 50_000,
        b"//x",
    ],
)
def test_strict_json_refuses_what_readers_differ_on(data: bytes) -> None:
    """Each of these is read in two ways by somebody, or costs too much."""
    with pytest.raises(VerificationError):
        strict_json.parse(data)


def test_strict_json_limits() -> None:
    """Sixty-four levels are read; brackets in strings do not count; fractions only where said."""
    assert strict_json.parse(b"[" * 64 + b"]" * 64)
    assert strict_json.parse(b'"' + b"[" * 100 + b'\\"' + b'{"') == "[" * 100 + '"{'
    assert strict_json.parse(b'"\\ud83d\\ude00"') == "\U0001f600"
    assert strict_json.parse(b"[0.5,1e3]", fractions=True) == [0.5, 1000.0]


@given(st.binary())
def test_any_bytes_give_one_error(data: bytes) -> None:
    """JSON, notes and signatures from anywhere raise our one error or are read."""
    for read in (
        strict_json.parse,
        log.read_note,
        sshsig.public_line,
        lambda armored: sshsig.verify(armored, message=b"", namespace="x"),
    ):
        with contextlib.suppress(VerificationError):
            read(data)


def test_a_signature_by_ssh_keygen_is_read(tmp_path: Path) -> None:
    """What OpenSSH itself writes verifies here, for this namespace and message only."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    key = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", key], check=True
    )
    done = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "tallymark-bundle", "-f", key],
        input=b"the list",
        capture_output=True,
        check=True,
    )
    public = sshsig.public_line((tmp_path / "key.pub").read_bytes())
    assert sshsig.verify(done.stdout, message=b"the list", namespace="tallymark-bundle") == public
    for message, namespace in ((b"the lisp", "tallymark-bundle"), (b"the list", "file")):
        with pytest.raises(VerificationError):
            sshsig.verify(done.stdout, message=message, namespace=namespace)
    printed = subprocess.run(
        ["ssh-keygen", "-l", "-f", f"{key}.pub"], capture_output=True, check=True, text=True
    )
    assert printed.stdout.split()[1] == sshsig.fingerprint(public)


@pytest.mark.parametrize(
    "path",
    ["a/b.txt", "pack/data/originals/AB-1_été 中 (2).jpg", "x/1-START-HERE.pdf", "a/conx", "a/.b"],
)
def test_names_that_are_allowed(path: str) -> None:
    """Ordinary names in any script pass."""
    assert names.problem(path) is None


@pytest.mark.parametrize(
    "path",
    ["", "a//b", "/a", "a/", "a/..", "./a", "a\\b", "a:b", "a%b", "a\nb", "a/ b", "a/b ", "a/b.",
     "a/CON", "a/con.txt", "a/Com1.x.y", "a/LPT¹", "a\u200db", "a\u2066b", "e\u0301", "a" * 256,
     "/".join("a" * 9), "\ud800"],
)  # fmt: skip
def test_names_that_are_refused(path: str) -> None:
    """Names that leave the folder, hide something or cannot be on some disk are refused."""
    assert names.problem(path)


def test_reports_never_show_an_originals_name() -> None:
    """The name of a file in evidence may be a person's; control characters never reach a screen."""
    assert names.shown("data/originals/AB-1_alex smith.jpg") == "data/originals/AB-1_…"
    assert names.shown("data/\x1b[2J\u202e") == "data/<001B>[2J<202E>"
    assert len(names.shown("x" * 500)) == 80


@given(st.integers(1, 40), st.data())
def test_inclusion_proofs_lead_to_the_root_and_nowhere_else(size: int, data) -> None:
    """The RFC's recursive definition and our check agree; another index or leaf does not."""
    leaves = [log.leaf_hash(bytes([number])) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof = path_of(index, leaves)
    reach = {
        place: log.root_from(leaves[index], index=place, size=size, proof=proof)
        for place in range(-1, size + 1)
    }
    assert [place for place, root in reach.items() if root == root_of(leaves)] == [index]
    longer = [*proof, bytes(32)]
    assert log.root_from(leaves[index], index=index, size=size, proof=longer) is None
    if proof:
        assert log.root_from(leaves[index], index=index, size=size, proof=proof[:-1]) is None


def test_policies() -> None:
    """A named signer is trusted, any other refused; anybody is accepted and trusted by no one."""
    mine, anybody = KnownSigner(ME.fingerprint), UnsafeAcceptAnySigner()
    assert KnownSigner(f" {ME.fingerprint[7:]}\n").trusts(ME)
    assert mine.trusts(ME)
    assert not anybody.trusts(ME)
    assert AnyOf(KnownSigner(OTHER.fingerprint), mine).trusts(ME)
    assert AnyOf(anybody, mine).trusts(ME)
    assert not AnyOf(mine, anybody).trusts(OTHER)
    assert AllOf(mine, anybody).trusts(ME)
    for policy in (mine, AnyOf(mine), AnyOf(), AllOf(), AllOf(anybody, mine)):
        with pytest.raises(VerificationError):
            policy.trusts(OTHER)


@pytest.mark.parametrize(
    "text", ["", "SHA256:", "MD5:aa:bb", "six words that are not a key", "A" * 44]
)
def test_a_fingerprint_that_is_none_is_a_wrong_command(text: str) -> None:
    """It is not taken for a signer that differs."""
    with pytest.raises(UsageProblem):
        KnownSigner(text)
