"""vectors/bundle: the scenarios, and that other tools say the same about checks 3 and 4."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tallymark.verify import KnownSigner, NotABundle, UnsafeAcceptAnySigner, Verdict, verify
from verify.make_vectors import FOLDER
from verify.vector_cases import cases, read_case

NAMES = sorted(path.name for path in FOLDER.iterdir())
# ssh-keygen looks past text after the armor, and reads neither signer.pub nor the namespace option
STRICTER_THAN_SSH = {"signature-bytes-after", "signer-pub-other", "allowed-signers-other"}


def _verdict(name: str, folder: Path) -> Verdict | None:
    case = read_case((FOLDER / name).read_bytes())
    path = folder / "bundle.zip"
    path.write_bytes(case.data)
    try:
        return verify(path, policy=KnownSigner(case.key) if case.key else UnsafeAcceptAnySigner())
    except NotABundle:
        return None


def test_vectors_are_what_the_generator_makes() -> None:
    """Making the vectors again gives the same files with the same bytes."""
    made = {name: case.to_bytes() for name, case in cases().items()}
    assert made == {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert len(made) >= 25


@pytest.mark.parametrize("name", NAMES)
def test_each_vector_gets_the_verdict_it_states(name: str, tmp_path: Path) -> None:
    """Exactly the checks named in the vector fail on their own."""
    case = read_case((FOLDER / name).read_bytes())
    verdict = _verdict(name, tmp_path)
    if case.expect == "not a bundle":
        assert verdict is None
        return
    assert verdict is not None
    assert verdict.failed == case.check, verdict.text()
    assert verdict.ok == (case.expect == "ok") == (not case.check)
    assert [check.number for check in verdict.checks] == list(range(1, 10))


@pytest.mark.parametrize("name", NAMES)
def test_sha256sum_and_ssh_keygen_agree(name: str, tmp_path: Path) -> None:
    """Where check 3 or 4 was reached, the tools that everybody has say the same."""
    verdict = _verdict(name, tmp_path)
    if verdict is None or not verdict.checks[2].reached or not verdict.checks[3].reached:
        return
    if not zipfile.is_zipfile(tmp_path / "bundle.zip"):
        assert not verdict.checks[0].ok  # no other tool opens it either
        return
    folder = _unpacked(tmp_path)
    sums = [
        _runs(folder, "sha256sum", "--strict", "-c", f"{kind}manifest-sha256.txt")
        for kind in ("", "tag")
    ]
    assert all(sums) == verdict.checks[2].ok
    if name not in STRICTER_THAN_SSH:
        assert _ssh_keygen(folder) == verdict.checks[3].ok


def _unpacked(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        for info in archive.infolist():
            place = folder / "out" / info.filename
            place.parent.mkdir(parents=True, exist_ok=True)
            # as a careless tool would: the CRC-32 is not our matter here
            with place.open("wb") as out:
                out.write(_stored(folder / "bundle.zip", info))
    return next((folder / "out").iterdir())


def _stored(path: Path, info: zipfile.ZipInfo) -> bytes:
    data = path.read_bytes()
    lengths = data[info.header_offset + 26 : info.header_offset + 30]
    start = info.header_offset + 30
    start += int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    return data[start : start + info.file_size]


def _runs(folder: Path, *command: str) -> bool:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def _ssh_keygen(folder: Path) -> bool:
    command = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        "allowed_signers",
        "-I",
        "tallymark",
        "-n",
        "tallymark-bundle",
        "-s",
        "tagmanifest-sha256.txt.sig",
    ]
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    with (folder / "tagmanifest-sha256.txt").open("rb") as message:
        done = subprocess.run(command, cwd=folder, stdin=message, capture_output=True, check=False)
    return done.returncode == 0
