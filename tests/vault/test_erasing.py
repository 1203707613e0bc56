"""What a person asks to be erased is gone, and every proof still holds."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tallymark.errors import RecordError, UnknownRecord
from tallymark.integrity import checkpoint
from tallymark.integrity.merkle import Tree
from tallymark.model.record import Correction, Exhibit
from tallymark.vault import blobs
from vault.making import attach, bring_in, event, incident

MARKER = "zebrafinch"


def _files(folder: Path) -> list[str]:
    """The names of the sealed files."""
    return [path.name for path in (folder / "blobs").iterdir()]


def _holds(vault) -> bool:
    """Whether the log's signed head fits its leaves and the check finds nothing."""
    note = vault.checkpoint()
    head = checkpoint.open_note(note, public=vault.public_key, name=vault.origin)
    tree = Tree(vault.leaf_hashes())
    return (head.size, head.root) == (tree.size, tree.root()) and vault.check() == []


def test_an_erased_entry_is_gone_and_its_leaf_stays(vault, reopen) -> None:
    """Bytes, salt and words go; the leaf, every other record and the signed head stay."""
    kept = vault.append(incident("kept"))
    gone = vault.append(incident(MARKER))
    leaves = vault.leaf_hashes()
    (stone,) = vault.erase(gone.record.id, reason="names my sister")
    assert stone.record.body.index == gone.index
    assert stone.record.body.reason == "names my sister"
    assert vault.leaf_hashes()[: len(leaves)] == leaves
    assert vault.erased() == [gone.index]
    assert vault.search(MARKER) == []
    assert [hit.id for hit in vault.search("kept")] == [kept.record.id]
    with pytest.raises(UnknownRecord):
        vault.record(gone.record.id)
    assert _holds(vault)
    assert [act.detail for act in vault.acts() if act.what == "erased"] == [f"#{gone.index}"]
    vault.close()
    with reopen() as again:
        assert again.erased() == [gone.index]
        assert MARKER not in str(again.records())
        assert _holds(again)


def test_all_versions_go_together(vault) -> None:
    """An older or newer version would still tell what was erased."""
    first = vault.append(incident(f"{MARKER} one"))
    second = vault.append(incident(f"{MARKER} two"), supersedes=first.record.id)
    away = vault.append(Correction(target=second.record.id, why=MARKER))
    vault.erase(second.record.id, reason="r")
    assert vault.erased() == [first.index, second.index, away.index]
    assert MARKER not in str(vault.records())
    assert vault.search(MARKER) == []


def test_an_erased_exhibit_takes_its_file_and_its_messages_along(vault, folder: Path) -> None:
    """The sealed file, its key and digest, the import and every event are gone."""
    data = f"chat {MARKER}".encode()
    stored = attach(vault, data)
    bring_in(vault, stored, [event(n, f"{MARKER} {n}") for n in range(3)])
    assert len(vault.search(MARKER)) == 3
    vault.erase(stored.record.id, reason="r")
    assert _files(folder) == []
    assert vault.search(MARKER) == []
    assert len(vault.casefile().events) == 0
    with vault._database.read() as connection:
        row = blobs.row_of(connection, stored.record.id)
    assert (row.identity, row.sha256, row.size) == (None, "", 0)
    with pytest.raises(UnknownRecord):
        vault.open_exhibit(stored.record.id)
    assert _holds(vault)


def test_the_same_file_can_be_kept_again_under_a_new_number(vault) -> None:
    """A number of an exhibit is never given twice, and erasing forbids nothing later."""
    stored = attach(vault, b"letter")
    vault.erase(stored.record.id, reason="r")
    again = vault.attach(
        io.BytesIO(b"letter"),
        describe=lambda sha256, size, number: Exhibit(
            number=f"AB/{number}", sha256=sha256, size=size, name="letter"
        ),
    )
    assert again.record.body.number == "AB/2"
    assert vault.check() == []


def test_a_kill_before_the_file_is_unlinked_is_made_good(
    vault, reopen, folder, monkeypatch
) -> None:
    """Once the tombstone is on disk, the sealed file goes at the next opening at the latest."""
    stored = attach(vault, b"letter")

    def killed(*_: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(blobs, "file_of", killed)
    with pytest.raises(KeyboardInterrupt):
        vault.erase(stored.record.id, reason="r")
    monkeypatch.undo()
    assert len(_files(folder)) == 1
    vault.close()
    with reopen() as again:
        assert _files(folder) == []
        assert again.erased() == [stored.index]
        assert again.check() == []


def test_what_holds_the_log_together_cannot_be_erased(vault) -> None:
    """The beginning and a tombstone stay; a withdrawal or import goes only with what it is about."""
    entry = vault.append(incident())
    away = vault.append(Correction(target=entry.record.id, why="wrong"))
    read = bring_in(vault, attach(vault), [event(0)])
    (stone,) = vault.erase(vault.append(incident("x")).record.id, reason="r")
    for ident in (vault.records()[0].record.id, away.record.id, read.record.id, stone.record.id):
        with pytest.raises(RecordError):
            vault.erase(ident, reason="r")
    with pytest.raises(RecordError):
        vault.append(stone.record.body)


def test_nothing_new_hangs_on_what_was_erased(vault) -> None:
    """A version of an erased entry would stand on nothing."""
    entry = vault.append(incident())
    vault.erase(entry.record.id, reason="r")
    with pytest.raises(UnknownRecord):
        vault.append(incident("y"), supersedes=entry.record.id)
