"""Imports: seen whole or not at all, the same again from the same bytes, and found by words."""

from __future__ import annotations

import hashlib
import threading
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tallymark.errors import LimitExceeded, ReaderFailed, UnknownRecord, VaultError
from tallymark.model.event import NO_TIME, EventBatch, Locator, canonical_line, event_id
from tallymark.vault.columns import Disorder
from vault.making import START, attach, batch, bring_in, event, imported, incident


def _tables(vault) -> dict[str, int]:
    with vault._database.read() as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE name GLOB 'event_words_[0-9]*'"
        ).fetchall()
        counted = {
            table: connection.execute(f"SELECT count(*) FROM {table}").get  # noqa: S608 - three fixed names
            for table in ("generations", "event_blocks", "event_columns")
        }
    return {**counted, "words": len({name.split("_")[2] for (name,) in names})}


def test_an_import_is_one_record_and_its_events(vault, reopen) -> None:
    """Columns, texts and digest of what came in are there, also after opening again."""
    held = attach(vault)
    events = [event(n, sender=("Alex", "Sam", None)[n % 3]) for n in range(700)]
    stored = bring_in(vault, held, events, options={"owner": "Sam"}, size=300)
    digest = hashlib.sha256(b"".join(canonical_line(e) + b"\n" for e in events)).hexdigest()
    assert stored.record.body.events_digest == digest
    vault.close()
    with reopen() as again:
        casefile = again.casefile()
        columns = casefile.events
        assert list(columns.seconds) == [START + 60 * n for n in range(700)]
        assert columns.parties == ("", "Alex", "Sam")
        assert list(columns.party[:4]) == [1, 2, 0, 1]
        assert list(columns.direction[:4]) == [1, 2, 0, 1]
        assert columns.channels == ("whatsapp",)
        assert set(columns.channel) == {0}
        (source,) = casefile.sources
        assert (source.count, source.first_row, source.events_digest) == (700, 0, digest)
        assert (source.exhibit_id, source.import_id) == (held.record.id, stored.record.id)
        last, first = casefile.texts([columns.row[-1], columns.row[0]])
        assert (last.text, first.text) == ("message number 699", "message number 0")
        assert (first.start, first.end, first.sender, first.zone) == (
            0,
            10,
            "Alex",
            "Europe/London",
        )
        assert again.check() == []


def test_without_an_owner_no_direction_is_claimed(vault) -> None:
    """Nobody's side is guessed from an export."""
    bring_in(vault, attach(vault), [event(n) for n in range(5)])
    assert set(vault.casefile().events.direction) == {0}
    bring_in(vault, attach(vault, b"2"), [event(0)], options={"owner": "Nobody here"})
    assert set(vault.casefile().events.direction) == {0}


def test_nothing_is_seen_before_the_last_transaction(vault, reopen) -> None:
    """While events come in, readers see none; without finish they are swept at opening."""
    held = attach(vault)
    writer = vault.begin_events(exhibit_id=held.record.id, channel="whatsapp", zone="UTC")
    writer.add(batch([event(n, "kumquat") for n in range(500)], seconds=range(500), senders=[""]))
    assert len(vault.casefile().events) == 0
    assert vault.search("kumquat") == []
    assert _tables(vault)["event_blocks"] > 0
    vault.close()
    with reopen() as again:
        assert _tables(again) == {
            "generations": 0,
            "event_blocks": 0,
            "event_columns": 0,
            "words": 0,
        }
        assert len(again.casefile().events) == 0
        assert [one.record.type for one in again.records()] == ["epoch", "exhibit"]
        again_held = again.record(held.record.id)
        bring_in(again, again_held, [event(n, "kumquat") for n in range(500)])
        assert len(again.search("kumquat", limit=1000)) == 500


def test_an_abandoned_import_leaves_no_row(vault) -> None:
    """Abandoning drops everything at once, twice is harmless, and nothing can be added after."""
    held = attach(vault)
    senders = [""]
    with vault.begin_events(exhibit_id=held.record.id, channel="c", zone="UTC") as writer:
        writer.add(batch([event(0)], seconds=[0], senders=senders))
    writer.abandon()
    assert set(_tables(vault).values()) == {0}
    with pytest.raises(VaultError):
        writer.add(batch([event(1)], seconds=[0], senders=senders))
    with pytest.raises(VaultError):
        writer.finish(lambda digest, count: imported(held, digest, count))


def test_the_same_events_have_the_same_digest_and_take_the_old_ones_place(vault) -> None:
    """Importing again replaces the visible events, keeps both records, and changes no digest."""
    held = attach(vault)
    events = [event(n) for n in range(300)]
    one = bring_in(vault, held, events, size=300)
    two = bring_in(vault, held, events, size=7)
    assert one.record.body.events_digest == two.record.body.events_digest
    casefile = vault.casefile()
    assert len(casefile.events) == 300
    assert [source.import_id for source in casefile.sources] == [two.record.id]
    assert [record.type for record in casefile.records].count("import") == 2
    assert _tables(vault)["words"] == 1
    assert vault.check() == []


def test_a_named_import_is_replaced_on_another_channel_too(vault) -> None:
    """``replaces`` drops that import's events; a snapshot taken before says they are gone."""
    held = attach(vault)
    old = bring_in(vault, held, [event(0, "early")], channel="sms")
    before = vault.casefile()
    bring_in(vault, held, [event(0, "late")], channel="whatsapp", replaces=old.record.id)
    assert [hit.snippet for hit in vault.search("early")] == []
    assert len(vault.casefile().events) == 1
    with pytest.raises(UnknownRecord):
        before.texts([0])


def test_a_new_version_of_the_exhibit_is_the_same_bytes(vault) -> None:
    """Importing under an amended exhibit record replaces what was found in the same bytes."""
    held = attach(vault)
    bring_in(vault, held, [event(n) for n in range(3)])
    amended = vault.append(
        structs.replace(held.record.body, title="the chat"), supersedes=held.record.id
    )
    bring_in(vault, amended, [event(n) for n in range(3)])
    casefile = vault.casefile()
    assert len(casefile.events) == 3
    assert [source.exhibit_id for source in casefile.sources] == [amended.record.id]
    assert casefile.texts([3])[0].id == event_id(held.record.body.sha256, Locator(start=0, end=10))


def test_the_record_has_to_state_what_was_read(vault) -> None:
    """A digest or count of something else is refused and nothing becomes visible."""
    held = attach(vault)
    writer = vault.begin_events(exhibit_id=held.record.id, channel="c", zone="UTC")
    writer.add(batch([event(0)], seconds=[0], senders=[""]))
    for digest, count in (("0" * 64, 1), (None, 2)):
        with pytest.raises(ReaderFailed):
            writer.finish(lambda d, _n, w=digest, c=count: imported(held, w or d, c))
    writer.abandon()
    assert len(vault.casefile().events) == 0
    with pytest.raises(UnknownRecord):
        vault.begin_events(exhibit_id=vault.records()[0].record.id, channel="c", zone="UTC")


def _broken() -> dict[str, EventBatch]:
    good = batch([event(0), event(1)], seconds=[0, 1], senders=[""])
    joined = good.lines.replace(b"\n", b" ", 1)
    return {
        "short column": with_changed(good, kinds=b"\0"),
        "odd bytes": with_changed(good, seconds=b"123"),
        "unknown kind": with_changed(good, kinds=b"\0\xff"),
        "unknown sender": with_changed(good, senders=array("H", [1, 9]).tobytes()),
        "offsets": with_changed(good, offsets=array("I", [0, 5, 9]).tobytes()),
        "no offsets": with_changed(good, offsets=b""),
        "line without end": with_changed(good, lines=joined),
        "one text": with_changed(good, texts=("x",)),
    }


def with_changed(given_batch: EventBatch, **changed: object) -> EventBatch:
    """A batch with one part changed."""
    fields = {name: getattr(given_batch, name) for name in given_batch.__struct_fields__}
    return EventBatch(**{**fields, **changed})


@pytest.mark.parametrize("fault", sorted(_broken()))
def test_a_batch_that_does_not_add_up_is_refused(vault, fault) -> None:
    """What comes out of the jail is not trusted, and a failed import cannot be finished."""
    held = attach(vault)
    writer = vault.begin_events(exhibit_id=held.record.id, channel="c", zone="UTC")
    with pytest.raises(ReaderFailed):
        writer.add(_broken()[fault])
    with pytest.raises(VaultError):
        writer.finish(lambda digest, count: imported(held, digest, count))
    writer.abandon()
    assert set(_tables(vault).values()) == {0}


def test_more_senders_than_fit_are_refused(vault) -> None:
    """The limit is said, not overrun."""
    held = attach(vault)
    crowd = tuple(f"n{n}" for n in range(65_535))
    good = batch([event(0)], seconds=[0], senders=[""])
    with (
        vault.begin_events(exhibit_id=held.record.id, channel="c", zone="UTC") as writer,
        pytest.raises(LimitExceeded),
    ):
        writer.add(with_changed(good, new_senders=crowd))


def test_many_chunks_and_blocks_join_without_a_seam(vault) -> None:
    """70,000 events over two chunks keep their order, and any row is found."""
    held = attach(vault)
    events = [event(n, f"w{n % 1000}") for n in range(70_000)]
    bring_in(vault, held, events, size=8192)
    casefile = vault.casefile()
    assert list(casefile.events.row) == list(range(70_000))
    rows = [0, 127, 128, 4095, 4096, 65_535, 65_536, 69_999]
    assert [one.text for one in casefile.texts(rows)] == [f"w{n % 1000}" for n in rows]
    assert [hit.row for hit in vault.search("w7", limit=3)] == [69_007, 68_007, 67_007]
    assert vault.check() == []


def test_a_long_event_is_a_block_of_its_own(vault) -> None:
    """An event longer than a block or slice comes back whole."""
    long = "x" * 9_000_000
    held = attach(vault)
    bring_in(vault, held, [event(0), event(1, long), event(2)])
    assert [len(one.text) for one in vault.casefile().texts([0, 1, 2])] == [16, 9_000_000, 16]


def test_sources_are_merged_in_order_of_time(vault) -> None:
    """Two exports that overlap are one timeline; equal times keep the order of import."""
    one, two = attach(vault, b"1"), attach(vault, b"2")
    bring_in(vault, one, [event(n, sender="Alex") for n in range(4)], seconds=[10, 20, 20, 40])
    bring_in(
        vault,
        two,
        [event(n, sender=("Sam", "Alex")[n % 2]) for n in range(3)],
        seconds=[5, 20, 50],
        channel="sms",
        options={"owner": "Alex"},
    )
    columns = vault.casefile().events
    assert list(columns.seconds) == [5, 10, 20, 20, 20, 40, 50]
    assert list(columns.row) == [4, 0, 1, 2, 5, 3, 6]
    assert [columns.channels[c] for c in columns.channel] == [
        *("sms", "whatsapp", "whatsapp", "whatsapp", "sms", "whatsapp", "sms")
    ]
    assert [columns.parties[p] for p in columns.party] == [
        *("Sam", "Alex", "Alex", "Alex", "Alex", "Alex", "Sam")
    ]
    assert list(columns.direction) == [1, 0, 0, 0, 2, 0, 1]


def test_events_without_a_time_are_counted_and_left_out(vault) -> None:
    """Undated events are in no column, but in the count and in the search."""
    held = attach(vault)
    events = [event(n, f"pear {n}") for n in range(4)]
    bring_in(vault, held, events, seconds=[None, 30, None, 10])
    columns = vault.casefile().events
    assert (columns.undated, list(columns.seconds), list(columns.row)) == (2, [10, 30], [3, 1])
    assert [hit.row for hit in vault.search("pear")] == [1, 3, 2, 0]


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(-100, 100)), max_size=12), min_size=1, max_size=3
    ),
    st.integers(1, 8),
)
def test_search_and_columns_agree_with_a_plain_sort(
    tmp_path_factory, times: list[list[int | None]], limit: int
) -> None:
    """However the files are ordered, hits are the newest and columns are in time order."""
    from tallymark.integrity.keyslot import CHEAP
    from tallymark.vault import Vault
    from vault.making import PASSPHRASE, Ticking

    folder = tmp_path_factory.mktemp("v") / "v"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        expected: list[int] = []
        for number, seconds in enumerate(times):
            held = attach(vault, str(number).encode())
            events = [event(n, "plum") for n in range(len(seconds))]
            bring_in(vault, held, events, seconds=seconds, size=5)
            expected += [NO_TIME if second is None else second for second in seconds]
        columns = vault.casefile().events
        dated = [second for second in expected if second != NO_TIME]
        assert list(columns.seconds) == sorted(dated)
        assert columns.undated == len(expected) - len(dated)
        by_row = sorted((second, row) for row, second in enumerate(expected) if second != NO_TIME)
        assert list(columns.row) == [row for _, row in by_row]
        hits = vault.search("plum", limit=limit)
        newest = sorted(expected, reverse=True)[:limit]
        assert [expected[hit.row] for hit in hits] == newest


@given(st.lists(st.lists(st.integers(-50, 50), max_size=6), max_size=6))
def test_disorder_is_what_its_words_say(parts: list[list[int]]) -> None:
    """Given in pieces, it equals the largest step back (and forward) over the whole file."""
    measured = Disorder()
    for part in parts:
        measured.add(array("q", part))
    whole = [second for part in parts for second in part]
    pairs = [(a, b) for at, b in enumerate(whole) for a in whole[:at]]
    assert measured.rises == max((a - b for a, b in pairs), default=0) * (
        max((a - b for a, b in pairs), default=0) > 0
    )
    assert measured.falls == max(0, max((b - a for a, b in pairs), default=0))


def test_an_entry_is_saved_between_the_slices_of_an_import(vault) -> None:
    """While a long import runs, another thread's entries go in before it ends."""
    held = attach(vault)
    started, done = threading.Event(), threading.Event()
    indices: list[int] = []

    def write() -> None:
        started.wait(30)
        indices.extend(vault.append(incident(f"{n}")).index for n in range(5))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    writer = vault.begin_events(exhibit_id=held.record.id, channel="c", zone="UTC")
    senders = [""]
    for _ in range(400):
        writer.add(batch([event(n) for n in range(64)], seconds=range(64), senders=senders))
        started.set()
        if done.is_set():
            break
    assert done.is_set()
    stored = writer.finish(lambda digest, count: imported(held, digest, count))
    thread.join()
    assert stored.index > max(indices)
    assert vault.check() == []
