"""A search can be narrowed by days, person, channel, code and place, and stays exact."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.integrity.keyslot import CHEAP
from tallymark.model.event import NO_TIME
from tallymark.model.moment import Moment
from tallymark.model.record import Identifier, Incident, Person, Place, SafetyAction, Witness
from tallymark.vault import Vault
from tallymark.vault.narrowing import Narrow
from vault.making import PASSPHRASE, START, Ticking, attach, bring_in, event, incident


def _entry(words: str, **fields: object) -> Incident:
    return Incident(happened=Moment("2026-05-03T21:10"), what_happened=words, **fields)


@pytest.fixture
def told(vault):
    """Entries about two people at two places, and an export that one of them wrote in."""
    him = vault.append(
        Person(label="him", names=("Zoë Alex",), identifiers=(Identifier("phone", "07700 900222"),))
    )
    other = vault.append(Person(label="unknown-1"))
    gate = vault.append(Place(label="my gate", address="Mill Road"))
    vault.append(
        _entry(
            "wait one",
            actor=him.record.id,
            place=gate.record.id,
            behaviours=("V01", "P03"),
            channel="in_person",
        )
    )
    vault.append(_entry("wait two", actor=other.record.id, place_text="Station", channel="voice"))
    vault.append(_entry("wait three", witnesses=(Witness("Lena Moss"),), danger_flags=("weapon",)))
    vault.append(SafetyAction(at=Moment("2026-05-04"), code="blocked", words="wait, blocked him"))
    events = [
        event(n, f"wait {n}", sender=("Zoë Alex", "07700 900222", "Anna")[n % 3]) for n in range(9)
    ]
    bring_in(vault, attach(vault), events, channel="whatsapp")
    return vault


@pytest.mark.parametrize(
    ("narrow", "entries", "events"),
    [
        (Narrow(), 4, 9),
        (Narrow(person="zoë"), 1, 6),
        (Narrow(person="him"), 1, 6),
        (Narrow(person="07700900222"), 1, 6),
        (Narrow(person="lena"), 1, 0),
        (Narrow(person="anna"), 0, 3),
        (Narrow(channel="whatsapp"), 0, 9),
        (Narrow(channel="in_person"), 1, 0),
        (Narrow(code="V01"), 1, 0),
        (Narrow(code="v"), 1, 0),
        (Narrow(code="weapon"), 1, 0),
        (Narrow(code="blocked"), 1, 0),
        (Narrow(place="mill"), 1, 0),
        (Narrow(place="station"), 1, 0),
        (Narrow(place="moon"), 0, 0),
        (Narrow(since=START + 10 * 86400), 4, 0),
        (Narrow(until=START + 10 * 86400), 0, 9),
        (Narrow(person="zoë", channel="voice"), 0, 0),
    ],
)
def test_each_filter_keeps_what_it_names(told, narrow, entries, events) -> None:
    """Filters hold for entries and messages alike, and together."""
    hits = told.search("wait", narrow=narrow)
    assert sum(h.kind != "event" for h in hits) == entries
    assert sum(h.kind == "event" for h in hits) == events


def test_a_filter_without_words_lists_entries(told) -> None:
    """Everything with a code, without thinking of a word."""
    assert [h.kind for h in told.search("", narrow=Narrow(code="V01"))] == ["incident"]
    assert told.search("") == []


def test_an_accent_is_found_and_shown(vault) -> None:
    """The words around the hit are shown, also when they were asked for without their accents."""
    vault.append(incident("x " * 200 + "then Zoë came 😡 again"))
    (hit,) = vault.search("zoe 😡")
    assert "Zoë came 😡" in hit.snippet


def test_a_search_that_stops_early_keeps_nothing_locked(vault) -> None:
    """The export can be read again at once, also before the memory of the search is cleared."""
    held = attach(vault)
    events = [event(n, "wait") for n in range(40)]
    gc.disable()
    try:
        for _ in range(3):
            bring_in(vault, held, events)
            assert len(vault.search("wait", limit=1)) == 1
    finally:
        gc.enable()


@pytest.fixture(scope="module")
def one_vault(tmp_path_factory):
    """One vault whose one export is read again and again."""
    folder = tmp_path_factory.mktemp("v") / "v"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as made:
        attach(made)
        yield made


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 300) | st.none(), min_size=1, max_size=40),
    st.integers(0, 300) | st.none(),
    st.integers(0, 300) | st.none(),
    st.sampled_from(["", "anna"]),
    st.booleans(),
)
def test_days_cut_exactly_in_any_order_of_the_file(
    one_vault, times, since, until, person, in_order
) -> None:
    """Whatever order a file has, the hits are those that looking at every event gives."""
    if in_order:
        times = sorted(times, key=lambda t: (t is None, t or 0))
    seconds = [None if t is None else START + t for t in times]
    senders = ["Alex" if n % 3 else "Anna" for n in range(len(times))]
    held = next(s for s in one_vault.records() if s.record.type == "exhibit")
    events = [event(n, "wait", sender=who) for n, who in enumerate(senders)]
    bring_in(one_vault, held, events, seconds=seconds)
    narrow = Narrow(
        since=None if since is None else START + since,
        until=None if until is None else START + until,
        person=person,
    )
    expected = sorted(
        (NO_TIME if second is None else second, n)
        for n, (second, who) in enumerate(zip(seconds, senders, strict=True))
        if narrow.holds_time(NO_TIME if second is None else second)
        and person in ("", who.casefold())
    )
    first = one_vault.casefile().sources[0].first_row
    found = [hit.row - first for hit in one_vault.search("wait", limit=5, narrow=narrow)]
    # Between equal times any may come; the times are those of the newest.
    assert len(found) == min(5, len(expected))
    times_found = [NO_TIME if seconds[n] is None else seconds[n] for n in found]
    assert times_found == [second for second, _ in reversed(expected)][: len(found)]
