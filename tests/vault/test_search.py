"""Words are found in any script, with or without accents, as words and as phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.model.moment import Moment
from tallymark.model.record import Incident, Person
from tallymark.vault import words
from vault.making import attach, bring_in, event, incident

TEXTS = (
    "I know where you live, Zoë",
    "łódź i kawa o świcie",
    "wait for me😡😡 outside",
    "我会找到你的,别想逃",
    "ฉันรู้ว่าคุณอยู่ที่ไหน",
    "お前の家を知っている",
    "널 찾을 거야",
    "ਮੈਨੂੰ ਪਤਾ ਹੈ ਤੁਸੀਂ ਕਿੱਥੇ ਹੋ",
    "call 07700 900123 now",
    "👍🏽 see you ❤️ there",
    "http://example.org/x?y=1",
    "انا اعرف اين تسكن",
)

ASKED = [
    ("zoe", 0),
    ("ZOË live", 0),
    ('"where you live"', 0),
    ("świcie", 1),
    ("swicie", 1),
    ("😡", 2),
    ("me outside", 2),
    ("找到", 3),
    ("逃", 3),
    ("找到你的", 3),
    ("คุณ", 4),
    ("家", 5),
    ("知っている", 5),
    ("찾을", 6),
    ("찾", 6),
    ("ਕਿੱਥੇ", 7),
    ("900123", 8),
    ('"07700 900123"', 8),
    ("👍", 9),
    ("❤️", 9),
    ("example", 10),
    ("exam*", 10),
    ("تسكن", 11),
]


@pytest.fixture
def filled(vault):
    """The texts as events, in order of time."""
    bring_in(vault, attach(vault), [event(n, text) for n, text in enumerate(TEXTS)])
    return vault


@pytest.mark.parametrize(("asked", "row"), ASKED)
def test_words_are_found_in_every_script(filled, asked, row) -> None:
    """Each search finds its one text and no other."""
    assert [hit.row for hit in filled.search(asked)] == [row]


@pytest.mark.parametrize(("asked", "row"), ASKED)
def test_words_are_found_in_entries_alike(vault, asked, row) -> None:
    """Entries are indexed by the same rules as events."""
    ids = [vault.append(incident(text)).record.id for text in TEXTS]
    assert [hit.id for hit in vault.search(asked)] == [ids[row]]


@pytest.mark.parametrize(
    "asked", ["", " ", "!!!", '""', "*", "nowhere", "zoe nowhere", '"live you"', "我找", "\0", "-"]
)
def test_nothing_is_found_where_nothing_is(filled, asked) -> None:
    """Signs alone, absent words and broken phrases find nothing and break nothing."""
    assert filled.search(asked) == []


@given(st.text(max_size=60))
def test_any_words_can_be_asked_for(any_vault, asked: str) -> None:
    """No text is a syntax error."""
    any_vault.search(asked)


@pytest.fixture(scope="module")
def any_vault(tmp_path_factory):
    """One vault for many questions."""
    from tallymark.integrity.keyslot import CHEAP
    from tallymark.vault import Vault
    from vault.making import PASSPHRASE, Ticking

    folder = tmp_path_factory.mktemp("v") / "v"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as made:
        bring_in(made, attach(made), [event(n, text) for n, text in enumerate(TEXTS)])
        made.append(incident("something"))
        yield made


@given(st.text(max_size=80).filter(lambda text: words.terms(f'"{text}"')))
def test_what_was_written_is_found_again(text: str) -> None:
    """A text asked for as a phrase finds the row it was written in."""
    import apsw

    asked = words.terms(f'"{text}"')
    connection = apsw.Connection(":memory:")
    connection.execute(f'CREATE VIRTUAL TABLE w USING fts5(t, tokenize = "{words.TOKENIZER}")')
    connection.execute("INSERT INTO w VALUES (?)", (words.indexable(text),))
    rows = connection.execute("SELECT 1 FROM w WHERE w MATCH ?", (words.match(asked),))
    assert rows.fetchall() == [(1,)]
    connection.close()


def test_the_newest_come_first_among_entries_and_events(vault) -> None:
    """Entries stand at the time they tell of, events at theirs; the limit keeps the newest."""
    bring_in(vault, attach(vault), [event(n, "fig") for n in range(3)])
    old = vault.append(incident("fig", on="2025-01-01"))
    new = vault.append(incident("fig", on="2026-02-01"))
    person = vault.append(Person(label="fig seller"))
    hits = vault.search("fig")
    assert [hit.kind for hit in hits] == ["person", "incident", *["event"] * 3, "incident"]
    assert [hit.id for hit in (hits[0], hits[1], hits[-1])] == [
        person.record.id,
        new.record.id,
        old.record.id,
    ]
    assert [hit.row for hit in vault.search("fig", limit=3)] == [None, None, 2]
    assert vault.search("fig", limit=0) == []


def test_a_hit_says_enough_to_be_recognised(vault) -> None:
    """Sender, stated time and the words around; codes and zones of an entry are not words."""
    text = "a " * 200 + "quince" + " b" * 200
    bring_in(vault, attach(vault), [event(0, text)])
    vault.append(Incident(happened=Moment("2026-05-03T21:10", basis="clock"), effect="quince"))
    entry, found = vault.search("quince")
    assert (found.sender, found.at, len(found.id)) == ("Alex", "2026-01-02T03:04", 64)
    assert "quince" in found.snippet
    assert len(found.snippet) <= 122
    assert found.snippet.startswith("…")
    assert (entry.at, entry.snippet) == ("2026-05-03T21:10", "quince")
    assert vault.search("London") == []
    assert vault.search("clock") == []
    assert len(vault.search("2026-05-03T21:10")) == 1
