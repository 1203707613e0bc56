"""A vault stands where nobody looks and nothing copies it away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallymark.diary.place import default_place, looks_synced


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_usual_place_is_neutral(platform: str) -> None:
    """Never the Desktop or Documents, and no word in the path says what it is."""
    place = str(default_place({"HOME": "/u/x"}, platform)).casefold()
    assert not any(
        word in place for word in ("desktop", "documents", "tally", "diary", "stalk", "evidence")
    )


@pytest.mark.parametrize(
    "folder", ["OneDrive - Work/n", "Dropbox/x", "Library/Mobile Documents/x", "Nextcloud/a"]
)
def test_synced_folders_are_noticed(tmp_path: Path, folder: str) -> None:
    """A folder of a known sync program is noticed by its path."""
    assert looks_synced(tmp_path / folder)
    assert not looks_synced(tmp_path / "n")


def test_a_marker_file_above_is_noticed(tmp_path: Path) -> None:
    """A folder that a sync program has marked counts, whatever it is called."""
    (tmp_path / ".stfolder").mkdir()
    assert looks_synced(tmp_path / "deep" / "er")
    assert looks_synced(tmp_path / "Documents", platform="darwin")
