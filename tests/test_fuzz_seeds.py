"""Every seed of the fuzzers goes through its target: what was found once stays mended."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
SEEDS = sorted(path for path in (FUZZ / "seeds").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def targets():
    """The targets, which are no part of the package."""
    sys.path.insert(0, str(FUZZ))
    try:
        import targets
    finally:
        sys.path.remove(str(FUZZ))
    return targets


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_seed_breaks_nothing(targets, seed: Path) -> None:
    """It is read, or refused with an error of ours."""
    targets.allowed(targets.targets()[seed.parent.name])(seed.read_bytes())


def test_every_reader_has_seeds(targets) -> None:
    """A new format brings some."""
    assert set(targets.targets()) == {path.parent.name for path in SEEDS}
    assert (FUZZ / "seeds" / "email" / "01-from").read_bytes() == b"from:.:="
