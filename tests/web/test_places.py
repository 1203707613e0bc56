"""Which files of a folder are offered to be brought in."""

from __future__ import annotations

from tallymark.importers.whatsapp_iphone import IMPORTER
from tallymark.web import places

BACKUP = ("7c7fba66680ef796b916b067077cc246adacf01d", "1b432994e958845fffe8e2f190f26d1511534088")


def test_whatsapp_in_an_iphone_backup_is_offered_by_its_name(tmp_path) -> None:
    """Files of a backup have no ending; those that hold WhatsApp are shown, the others are not."""
    for name in (*BACKUP, "0" * 40, "Manifest.db", "ChatStorage.sqlite"):
        (tmp_path / name).write_bytes(b"x")
    _, files = places.listed(tmp_path)
    assert {path.name for path in files} == {*BACKUP, "ChatStorage.sqlite"}


def test_the_names_are_those_that_the_reader_knows() -> None:
    """What is offered can be read, and nothing that can be read is left out."""
    coded = {suffix for suffix in IMPORTER.SUFFIXES if "." not in suffix}
    assert coded == places._IN_BACKUPS
