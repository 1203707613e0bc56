"""A small act looks nothing through: one record by id, number, type, digest, or what came after it."""

from __future__ import annotations

import io
import random

import pytest
from msgspec.structs import replace

from tallymark.diary import Diary
from tallymark.errors import RecordError, UnknownRecord
from tallymark.integrity.keyslot import CHEAP
from tallymark.model.record import Correction, Exhibit, Person
from vault.making import PASSPHRASE, Ticking, attach, incident


@pytest.fixture
def diary(tmp_path):
    """An empty diary."""
    made = Diary.create(tmp_path / "v", passphrase=PASSPHRASE, cost=CHEAP, now=Ticking())
    with made:
        yield made


def _after(stored, ident):
    """As ``Vault.after`` says it, by looking at all of them."""
    found = [
        one
        for one in stored
        if one.record.supersedes == ident
        or (isinstance(one.record.body, Correction) and one.record.body.target == ident)
    ]
    return found[-1] if found else None


def _something(diary, draw, number) -> None:
    """One act of many kinds, on an entry that is there."""
    vault = diary.vault
    chosen = draw.choice([None, *(s for s in vault.records() if s.record.type == "incident")])
    act = draw.choice(("write", "write", "amend", "withdraw", "erase", "attach", "person"))
    if act == "attach":
        attach(vault, b"%d" % (number % 7))
    elif act == "person":
        vault.append(Person(label=f"p{number}"))
    elif chosen is None or act == "write":
        vault.append(incident(f"entry {number}"))
    elif act == "amend":
        vault.append(incident(f"anew {number}"), supersedes=chosen.record.id)
    elif act == "erase":
        diary.erase(chosen.record.id, reason="my wish")
    elif vault.after(chosen.record.id) is None:
        diary.withdraw(chosen.record.id, why="a slip")


def test_what_is_looked_up_is_what_a_look_at_all_finds(diary) -> None:
    """For every record of a vault in which things were replaced, withdrawn and erased."""
    vault = diary.vault
    for number in range(60):
        _something(diary, random.Random(number), number)
    stored = vault.records()
    assert vault.erased() != []
    for one in stored:
        assert vault.record(one.record.id) == vault.numbered(one.index) == one
        assert vault.after(one.record.id) == _after(stored, one.record.id)
    for kinds in (("person",), ("incident", "correction"), ("place",)):
        assert vault.records_of(*kinds) == [s for s in stored if s.record.type in kinds]
    for one in vault.records_of("exhibit"):
        assert isinstance(one.record.body, Exhibit)
        same = [s for s in stored if getattr(s.record.body, "sha256", "") == one.record.body.sha256]
        assert vault.exhibit_of(one.record.body.sha256) == same[0]
    assert vault.exhibit_of("0" * 64) is None
    for index in vault.erased():
        with pytest.raises(UnknownRecord):
            vault.numbered(index)
    assert vault.check() == []


def test_the_newest_version_is_found_through_a_long_chain(diary) -> None:
    """From any version; a withdrawn one says by which number."""
    first = diary.record(incident("one"))
    for number in range(2, 30):
        diary.amend(first.record.id, {"what_happened": f"version {number}"})
    assert diary.newest("#1").record.body.what_happened == "version 29"
    diary.withdraw(diary.newest("#1").record.id, why="not mine to tell")
    with pytest.raises(RecordError, match="withdrawn by #30"):
        diary.newest(first.record.id)


def _steps(diary, act) -> int:
    """How many tens of steps of SQLite's machine an act takes."""
    count = 0

    def step() -> bool:
        nonlocal count
        count += 1
        return False

    connection = diary.vault._database._connection
    connection.set_progress_handler(step, 10)
    try:
        act()
    finally:
        connection.set_progress_handler(None)
    return count


def _acts(diary, number: int) -> list[int]:
    """What each small act takes, in a vault that nobody has looked through yet."""
    kept = attach(diary.vault, b"file %d" % number).record.id
    entry = diary.record(incident("an entry"))
    acts = (
        lambda: diary.record(incident("and one more")),
        lambda: diary.record(replace(incident("a file"), exhibits=(kept,))),
        lambda: diary.amend(f"#{entry.index}", {"what_happened": "said anew"}),
        lambda: diary.withdraw(entry.record.id, why="a slip"),
        lambda: diary.attach(io.BytesIO(b"new %d" % number), name="a.jpg"),
        lambda: diary.attach(io.BytesIO(b"file %d" % number), name="again.jpg"),
        lambda: diary.vault.save_draft("k", "half a sentence"),
    )
    return [_steps(diary, act) for act in acts]


def test_the_work_of_a_small_act_does_not_grow(diary) -> None:
    """As many steps with 1,000 records as with a few, and no record is loaded for it."""
    diary.record(Person(label="me", roles=("victim",)))
    few = _acts(diary, 0)
    for number in range(1000):
        diary.vault.append(incident(f"entry {number}"))
    many = _acts(diary, 1)
    assert diary.vault._stored is None
    for before, after in zip(few, many, strict=True):
        # Looking at each record once would be more than a thousand; the index of words may merge.
        assert after <= before * 2 + 100
