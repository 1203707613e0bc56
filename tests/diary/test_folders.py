"""A folder brought in: one exhibit, read from its sealed bytes, nothing twice."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tallymark.diary import Diary
from tallymark.errors import SourceChanged, UnknownFormat
from tallymark.integrity.keyslot import CHEAP

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    """An open, empty diary."""
    secret = "another quiet lantern on the quay"
    with Diary.create(tmp_path / "d", passphrase=secret, cost=CHEAP, now=lambda: NOW) as made:
        yield made


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """A small Maildir with a link in it."""
    root = tmp_path / "Mail of June"
    for box in ("cur", "new", "tmp"):
        (root / box).mkdir(parents=True)
    for n in range(30):
        (root / ("new" if n % 3 else "cur") / f"17{n:02}.M1P1.host:2,S").write_bytes(
            b"From: him@example.org\nTo: me@example.org\nMessage-ID: <%d@x>\n"
            b"Date: Sat, 02 May 2026 10:%02d:00 +0100\nSubject: s\n\nhello %d\n" % (n, n, n)
        )
    (root / "link").symlink_to("/etc/passwd")
    return root


def test_a_maildir_is_one_exhibit_with_all_its_mails(diary: Diary, maildir: Path) -> None:
    """Each mail is an event that names its file; the exhibit opens as a zip of the folder."""
    found = diary.import_file(maildir)
    body = found.exhibit.record.body
    assert (body.number, body.name) == ("EX/1", "Mail of June.zip")
    assert found.summary["counts"]["events"] == 30
    assert found.summary["coverage"]["members"] == 31
    assert len(diary.casefile().events) == 30
    with (
        diary.open_exhibit(found.exhibit.record.id) as stream,
        zipfile.ZipFile(stream) as archive,  # type: ignore[arg-type]
    ):
        assert len(archive.namelist()) == 31
        assert archive.testzip() is None
    assert diary.check() == []


def test_the_same_folder_again_adds_nothing(diary: Diary, maildir: Path) -> None:
    """Same files, same times, same exhibit."""
    diary.import_file(maildir)
    assert diary.import_file(maildir).already
    kinds = [stored.record.type for stored in diary.vault.records()]
    assert (kinds.count("exhibit"), kinds.count("import")) == (1, 1)


def test_one_mail_more_is_another_exhibit_that_counts_once(diary: Diary, maildir: Path) -> None:
    """The mails that were there before are repeats, by their own ids."""
    diary.import_file(maildir)
    (maildir / "new" / "1799.M1P1.host").write_bytes(
        b"From: him@example.org\nDate: Sat, 02 May 2026 12:00:00 +0100\nMessage-ID: <z@x>\n\nmore\n"
    )
    found = diary.import_file(maildir)
    assert found.summary["duplicates"] == 30
    assert len(diary.casefile().events) == 31


def test_a_folder_that_changes_while_it_is_kept(diary: Diary, maildir: Path) -> None:
    """Refused by name."""

    def told(_step: object) -> None:
        (maildir / "cur" / "1700.M1P1.host:2,S").write_bytes(b"changed")

    with pytest.raises(SourceChanged):
        diary.import_file(maildir, progress=told)


def test_a_folder_without_an_export_is_refused(diary: Diary, tmp_path: Path) -> None:
    """Loudly, and nothing is kept."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(UnknownFormat):
        diary.import_file(tmp_path / "photos")
    assert [stored.record.type for stored in diary.vault.records()] == ["epoch"]
