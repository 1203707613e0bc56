"""A small bundle on disk, as a zip and unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.bundle_maker import small


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The small bundle as a zip."""
    path = tmp_path / "bundle.zip"
    path.write_bytes(small().zip())
    return path


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """The small bundle as a folder."""
    folder = tmp_path / "unpacked"
    for path, data in small().files().items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder
