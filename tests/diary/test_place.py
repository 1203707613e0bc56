"""A vault stands where nobody looks and nothing copies it away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallymark.diary import synced
from tallymark.diary.place import default_place, must_be_private
from tallymark.errors import UnsafePlace
from tallymark.vault import filesystem


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_usual_place_is_neutral(platform: str) -> None:
    """Never the Desktop or Documents, and no word in the path says what it is."""
    place = str(default_place({"HOME": "/u/x"}, platform)).casefold()
    assert not any(
        word in place for word in ("desktop", "documents", "tally", "diary", "stalk", "evidence")
    )


def _reason(path: Path, home: Path, **fields: object) -> str:
    return synced.reason(path, environment={"HOME": str(home)}, **fields)


@pytest.mark.parametrize(
    "folder",
    [
        *("OneDrive - Work/n", "Dropbox/x", "Library/Mobile Documents/x", "Nextcloud/a"),
        *("GoogleDrive/x", "My Drive/deep/er", "Syncthing/x", "Library/CloudStorage/Box-Box/x"),
    ],
)
def test_synced_folders_are_noticed_by_name(tmp_path: Path, folder: str) -> None:
    """A folder of a known sync program, or one in it, whether it is there yet or not."""
    assert _reason(tmp_path / folder, tmp_path)
    assert not _reason(tmp_path / "n", tmp_path)
    with pytest.raises(UnsafePlace):
        must_be_private(tmp_path / folder)
    must_be_private(tmp_path / "n")


@pytest.mark.parametrize(
    "mark", [".stfolder", ".dropbox.cache", "._sync_0815.db", ".nextcloudsync.log", ".stignore"]
)
def test_a_mark_is_noticed_in_the_folder_and_above_it(tmp_path: Path, mark: str) -> None:
    """A folder that a sync program has marked counts, whatever it is called."""
    root = tmp_path / "photos"
    (root / "deep").mkdir(parents=True)
    assert not _reason(root / "deep" / "er", tmp_path)
    (root / mark).touch()
    for path in (root, root / "deep", root / "deep" / "er" / "not yet"):
        assert _reason(path, tmp_path)
    assert not _reason(tmp_path / "other", tmp_path)


def test_a_link_is_followed_and_also_taken_as_it_is(tmp_path: Path) -> None:
    """Into a synced folder from outside, and out of one that a program may follow."""
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "plain").mkdir()
    (tmp_path / "notes").symlink_to(tmp_path / "Dropbox")
    (tmp_path / "Dropbox" / "out").symlink_to(tmp_path / "plain")
    assert _reason(tmp_path / "notes" / "v", tmp_path)
    assert _reason(tmp_path / "Dropbox" / "out" / "v", tmp_path)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (".dropbox/info.json", '{"personal": {"path": "ROOT", "host": 1}}'),
        (".config/Nextcloud/nextcloud.cfg", "[Accounts]\n0\\Folders\\1\\localPath=ROOT/\n"),
        (".config/syncthing/config.xml", '<folder id="a" label="b" path="ROOT" type="x">'),
        (".config/syncthing/config.xml", '<folder id="a" path="~/Family" type="x">'),
    ],
)
def test_a_root_that_only_the_settings_name_is_noticed(tmp_path, setting, words) -> None:
    """Whatever the person called the folder; the settings themselves mark nothing."""
    root = tmp_path / "Family"
    root.mkdir()
    file = tmp_path / setting
    file.parent.mkdir(parents=True)
    file.write_text(words.replace("ROOT", str(root)))
    assert "sync program" in _reason(root / "v", tmp_path)
    assert not _reason(tmp_path / "Families", tmp_path)


def test_odd_settings_stop_nothing(tmp_path: Path) -> None:
    """Bytes that are no text, a path that is none, and a folder where a file should be."""
    (tmp_path / ".dropbox").mkdir()
    (tmp_path / ".dropbox" / "info.json").write_bytes(b'\xff\xfe"path": "not/whole" ' * 3)
    (tmp_path / ".config" / "syncthing" / "config.xml").mkdir(parents=True)
    assert not _reason(tmp_path / "v", tmp_path)


def test_a_root_is_known_by_a_variable_that_names_it(tmp_path: Path) -> None:
    """OneDrive sets one, also for a folder under a name of its own."""
    env = {"HOME": str(tmp_path), "OneDriveConsumer": str(tmp_path / "Files")}
    assert synced.reason(tmp_path / "Files" / "v", environment=env)
    assert not synced.reason(tmp_path / "v", environment=env)


def test_what_cannot_be_told_counts_as_synced(tmp_path: Path, monkeypatch) -> None:
    """A disk of another computer, a loop of links, and redirected folders."""
    for kind, expected in (("nfs4", True), ("fuse.rclone", True), ("ext4", False), ("vfat", False)):
        with monkeypatch.context() as patched:
            patched.setattr(filesystem, "kind", lambda _, kind=kind: kind)
            patched.setattr(filesystem, "device", lambda path: len(path.parts))
            assert bool(_reason(tmp_path / "v", tmp_path)) == expected
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "cannot be told" in _reason(tmp_path / "a" / "v", tmp_path)
    assert _reason(tmp_path / "Documents", tmp_path, platform="darwin")
    assert _reason(tmp_path / "Desktop" / "v", tmp_path, platform="win32")
    assert not _reason(tmp_path / "v", tmp_path)
