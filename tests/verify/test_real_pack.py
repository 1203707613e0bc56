"""A pack as the diary makes it, seen by a verifier that shares no code with the writer."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tallymark.diary import Diary
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.moment import Moment
from tallymark.model.record import Incident
from tallymark.verify import KnownSigner, verify

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A pack's place without its ending, and the fingerprint that the diary told its owner."""
    place = tmp_path_factory.mktemp("real")
    note = place / "Ein Zettel & 100% \u00e9\U0001f600.txt"
    note.write_text("a note under the door")
    secret = "another quiet lantern on the quay"
    with Diary.create(place / "diary", passphrase=secret, cost=CHEAP, now=lambda: NOW) as diary:
        for hour in range(3):
            moment = Moment(f"2026-05-30T2{hour}:00")
            diary.record(Incident(happened=moment, what_happened="He waited in the car."))
        diary.attach(note, title="a note")
        made = diary.pack(place / "pack")
    return place / "pack", made.fingerprint


def test_a_real_pack_holds_all_checks(pack: tuple[Path, str]) -> None:
    """Zip and folder verify, by the key that the owner reads out."""
    path, fingerprint = pack
    for form in (path, path.with_suffix(".zip")):
        verdict = verify(form, policy=KnownSigner(fingerprint))
        assert verdict.ok, verdict.text()
        assert verdict.signer_trusted
        assert verdict.counts is not None
        assert verdict.counts.exhibits == 1


def test_bits_turned_all_over_a_real_pack_are_noticed(
    pack: tuple[Path, str], tmp_path: Path
) -> None:
    """Two hundred places from the first byte to the last, each refused with a number."""
    whole = bytearray(pack[0].with_suffix(".zip").read_bytes())
    path = tmp_path / "turned.zip"
    for at in range(4, len(whole), len(whole) // 200):
        whole[at] ^= 1 << at % 8
        path.write_bytes(whole)
        assert verify(path).failed, at
        whole[at] ^= 1 << at % 8


def test_standard_tools_say_the_same(pack: tuple[Path, str]) -> None:
    """sha256sum and ssh-keygen, as docs/spec/bundle.md section 12 prints them."""
    for tool in ("sha256sum", "ssh-keygen"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    script = (
        "set -e; sha256sum --strict -c manifest-sha256.txt; sha256sum -c tagmanifest-sha256.txt;"
        "ssh-keygen -Y verify -f allowed_signers -I tallymark -n tallymark-bundle"
        " -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt"
    )
    subprocess.run(["sh", "-c", script], cwd=pack[0], check=True, capture_output=True)
