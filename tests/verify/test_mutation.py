"""No changed byte goes unnoticed, and no bytes at all end in a traceback.

``TALLYMARK_FULL=1`` turns every byte; an ordinary run turns every ninth.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallymark.verify import NotABundle, Verdict, verify
from verify.bundle_maker import frame, small

STRIDE = 1 if os.environ.get("TALLYMARK_FULL") else 9
WHOLE = small().zip()
again = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def _verdict(path: Path, data: bytes) -> Verdict | None:
    path.write_bytes(data)
    try:
        return verify(path)
    except NotABundle:
        return None


@pytest.mark.parametrize("part", range(8))
def test_every_byte_of_a_zip_counts(part: int, tmp_path: Path) -> None:
    """One bit turned anywhere: refused with a check number, or not a bundle; never ok."""
    for at in range(part * STRIDE, len(WHOLE), 8 * STRIDE):
        data = bytearray(WHOLE)
        data[at] ^= 1 << at % 8
        verdict = _verdict(tmp_path / "turned.zip", bytes(data))
        if verdict is None:
            assert at < 4, at  # only the magic number makes it something else
        else:
            assert verdict.failed, at


def test_every_byte_of_a_folder_counts(unpacked: Path) -> None:
    """Without the zip's CRC-32 the digests and signatures alone notice each turned bit."""
    count = 0
    for path in sorted(unpacked.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        for at in range(count % STRIDE, len(data), STRIDE):
            turned = bytearray(data)
            turned[at] ^= 1 << at % 8
            path.write_bytes(turned)
            assert verify(unpacked).failed, (path.name, at)
            count += 1
        if data:
            path.write_bytes(data)
    assert verify(unpacked).ok
    assert count >= 3500 // STRIDE


@given(st.data())
@again
def test_cuts_and_insertions_are_noticed(tmp_path: Path, data) -> None:
    """Bytes taken out, put in or repeated anywhere."""
    start = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(start, min(len(WHOLE), start + 400)))
    new = data.draw(st.binary(max_size=60) | st.just(WHOLE[start:end] * 2))
    if new == WHOLE[start:end]:
        return
    verdict = _verdict(tmp_path / "cut.zip", WHOLE[:start] + new + WHOLE[end:])
    assert verdict is None or verdict.failed


@given(st.binary(max_size=400), st.booleans())
@again
def test_arbitrary_bytes_never_end_in_a_traceback(
    tmp_path: Path, data: bytes, zipped: bool
) -> None:
    """Any file is a verdict or not a bundle."""
    verdict = _verdict(tmp_path / "any", b"PK\3\4" * zipped + data)
    assert verdict is None or verdict.failed


@given(st.sampled_from(sorted(small().files())), st.binary(max_size=200))
@again
def test_any_file_may_hold_any_bytes(tmp_path: Path, name: str, data: bytes) -> None:
    """Well-framed zips in which one file is something else: refused by number."""
    files = small().files()
    if files[name] == data:
        return
    members = [(f"p/{path}", data if path == name else own) for path, own in files.items()]
    verdict = _verdict(tmp_path / "other.zip", frame(members))
    assert verdict is not None
    assert verdict.failed


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.integers(-1, 9) | st.text(max_size=3) | st.lists(st.integers(0, 3))
            for name in ("v", "origin", "size", "root", "shown", "withheld", "erased")
        },
    )
)
@again
def test_signed_proofs_of_any_shape(tmp_path: Path, changes: dict[str, object]) -> None:
    """A sealed pack whose proofs have other values inside is refused, never a traceback."""
    plan = small(amend_log=lambda found: {**found, **changes})
    verdict = _verdict(tmp_path / "log.zip", plan.zip())
    assert verdict is not None
    assert verdict.ok == (plan.zip() == WHOLE)
