"""The page of the fictitious case: every number on it comes out of the records and columns alone."""

from __future__ import annotations

from datetime import date

import pytest

from picture.bell_case import bell_case
from picture.casefiles import rid
from tallymark import picture
from tallymark.model.casefile import Casefile
from tallymark.picture._identity import Figure
from tallymark.picture.summary import Summary, summarise

COUNTED = {"Episodes", "Items", "Days with contact", "Mon", "WhatsApp", "All"}


@pytest.fixture(scope="module")
def case() -> Casefile:
    """The case, built once."""
    return bell_case()


@pytest.fixture(scope="module")
def page(case: Casefile) -> Summary:
    """Its summary."""
    return summarise(case)


def shown(figure: Figure, case: Casefile) -> list[int]:
    """The entry numbers behind a figure, in order."""
    return sorted(case.leaves[ref].index for ref in figure.refs)


def test_the_head_counts_are_those_of_the_page(page: Summary) -> None:
    """94 episodes on 61 days, 1,212 items, 14 Feb to 20 Nov; 103 at 30 minutes, 88 at 120."""
    counts = page.counts
    assert (counts.episodes.value, counts.items.value, counts.days.value) == (94, 1212, 61)
    assert counts.by_gap == {30: 103, 60: 94, 120: 88}
    assert (counts.first_day, counts.last_day) == ("14 Feb 2026", "20 Nov 2026")
    assert (counts.unknown_direction, counts.undated) == (0, 0)


def test_the_grid_is_that_of_the_page(page: Summary) -> None:
    """Channels by month, cut on 3 May and at the order, with the items beside the episodes."""
    assert page.grid is not None
    columns = [(c.label, c.days, c.phase) for c in page.grid.columns]
    assert columns == [
        ("Feb", "14-", 0), ("Mar", "", 0), ("Apr", "", 0), ("May", "1-3", 0),
        ("May", "4-", 1), ("Jun", "", 1), ("Jul", "", 1),
        ("Aug", "", 2), ("Sep", "", 2), ("Oct", "", 2), ("Nov", "-20", 2),
    ]  # fmt: skip
    rows = {r.label: [c.value for c in r.cells] for r in (*page.grid.rows, page.grid.total)}
    assert rows == {
        "WhatsApp": [6, 11, 11, 1, 7, 3, 2, 0, 0, 0, 0],
        "Calls": [1, 3, 4, 1, 4, 3, 5, 2, 1, 2, 1],
        "In person / left": [0, 1, 2, 0, 2, 3, 2, 0, 1, 1, 2],
        "E-mail": [1, 1, 2, 0, 1, 0, 1, 0, 0, 0, 0],
        "Through others": [1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0],
        "all": [9, 17, 19, 2, 15, 9, 11, 3, 2, 4, 3],
    }
    totals = [(r.episodes.value, r.items.value) for r in (*page.grid.rows, page.grid.total)]
    assert totals == [(41, 1010), (27, 160), (14, 14), (6, 20), (6, 8), (94, 1212)]


def test_the_phases_are_those_of_the_page(page: Summary) -> None:
    """47 before she told him to stop, 35 after it, 12 since the order; they add up."""
    assert [phase.episodes.value for phase in page.phases] == [47, 35, 12]
    assert sum(phase.items.value for phase in page.phases) == 1212
    assert page.told is not None
    assert page.told_exhibits == ("AB/4",)
    assert page.told.text() == "they were told to stop on 3 May 2026"


def test_who_did_it_is_that_of_the_page(page: Summary) -> None:
    """21 seen or heard, 58 known number or account, 6 told, 9 not known; since the order 3 0 2 7."""
    found = {b.key: (b.episodes.value, b.since_order and b.since_order.value) for b in page.basis}
    assert found == {
        "saw_or_heard": (21, 3),
        "known_account": (58, 0),
        "other_sign": (0, 0),
        "told_by_other": (6, 2),
        "not_known": (9, 7),
    }


def test_danger_signs_name_their_entries(page: Summary, case: Casefile) -> None:
    """Each sign that she ticked stands with its entries; none is weighed against another."""
    found = {line.label: shown(line.entries, case) for line in page.danger}
    assert found == {
        "threat to kill": [33, 76],
        "at home": [12, 40, 61, 91, 94],
        "at school": [87],
        "tracker": [66],
    }
    assert "AB/22" in page.danger[0].exhibits


def test_the_order_block_is_that_of_the_page(page: Summary, case: Casefile) -> None:
    """Service, proof, end, the entries for each condition, and which were reported."""
    (order,) = page.orders
    assert (order.label, order.court) == ("Non-molestation order", "Northby Family Court")
    assert (order.served, order.proof, order.expires) == ("1 Aug 2026", "AB/9", "28 Jul 2027")
    touching = [(words, shown(figure, case)) for words, figure in order.touching]
    assert touching == [
        ("1. no contact", [84, 90]),
        ("2. home 100 m", [91, 94]),
        ("3. school", [87]),
    ]
    assert shown(order.reported, case) == [91, 94]
    assert shown(order.not_reported, case) == [84, 87, 90]
    ((reason, entries),) = order.reasons
    assert (reason, shown(entries, case)) == ("afraid of reaction", [84, 87, 90])


def test_effect_and_police_are_those_of_the_page(page: Summary, case: Casefile) -> None:
    """Fear in six entries, her words with their delay, four changes, four contacts with police."""
    assert shown(page.effect.fear, case) == [33, 61, 76, 87, 91, 94]
    (quote,) = page.effect.quotes
    assert (quote.words, quote.hours_later) == ("I stopped walking my son to school.", 2)
    assert case.leaves[quote.ref].index == 87
    changes = [(line.day, line.words) for line in page.effect.changes]
    assert changes == [
        ("10 May 2026", "shifts"),
        ("2 Aug 2026", "locks"),
        ("14 Sep 2026", "school run"),
        ("21 Sep 2026", "GP"),
    ]
    assert [line.day for line in page.police] == [
        "11 May 2026", "20 Jul 2026", "25 Oct 2026", "21 Nov 2026",
    ]  # fmt: skip
    assert shown(page.children_saw, case) == [12, 87, 91]


def test_people_and_the_latest_entry_are_those_of_the_page(page: Summary, case: Casefile) -> None:
    """Who is reporting and how to reach her, who the other is, and the newest entry."""
    assert page.reporting[0].label == "Anna BELL"
    assert page.reporting[0].safe_contact.startswith("Text only 07700 900111")
    assert [i.value for i in page.other[0].identifiers] == [
        "07700 900222",
        "colin.dray@example.org",
    ]
    assert page.latest is not None
    assert case.leaves[page.latest.id].index == 94
    assert page.latest.when == "20 Nov 2026, 21:40"
    assert (page.latest.exhibits, page.latest.witnesses) == (("LM/1",), ("L. Moss",))
    assert [line.day for line in page.latest.police] == ["21 Nov 2026"]


def test_second_sources_are_those_of_the_page(page: Summary) -> None:
    """23 of 94, each episode once: two witnesses, camera, phone bill."""
    assert page.second.total.value == 23
    lines = {label: figure.value for label, figure in page.second.lines}
    assert lines == {"L. Moss": 4, "R. Shah": 3, "camera": 5, "bill or receipt": 11}
    assert page.second.willing == (("L. Moss", "yes"), ("R. Shah", "yes"))


def test_the_other_side_is_that_of_the_page(page: Summary, case: Casefile) -> None:
    """Her 214 messages before and 2 after, the message itself apart; 42 from records, 5 from memory."""
    side = page.other_side
    assert side.at is not None
    assert side.after is not None
    assert (side.before.value, side.at.value, side.after.value) == (214, 1, 2)
    assert len(side.after.rows) == 2
    begun = page.beginning
    assert begun is not None
    assert begun.day == "3 May 2026"
    values = (begun.earlier.value, begun.from_exports.value, begun.from_memory.value)
    assert values == (47, 42, 5)
    assert shown(begun.from_memory, case) == [3, 12, 21, 28, 40]
    assert [line.day for line in page.quiet] == ["2026-06-03 to 2026-06-17"]


def test_dates_and_outside_time_are_those_of_the_page(page: Summary) -> None:
    """Six months one day early; 71 of 94 were in the log when a pack was made, 23 not."""
    assert page.six_months == "19 May 2027"
    assert page.outside is not None
    assert (page.outside.covered.value, page.outside.none.value) == (71, 23)
    assert page.outside.first == "12 May 2026"


def test_what_others_may_hold_is_that_of_the_page(page: Summary) -> None:
    """Seven calls without a number, six since the order; originals kept on her phone."""
    assert page.held.since_order is not None
    assert (page.held.no_number.value, page.held.since_order.value) == (7, 6)
    assert "her phone" in page.held.places
    (camera,) = page.requests
    assert (camera.what, camera.state, camera.entries) == (
        "Shop camera, Mill Rd", "not_asked", (rid("#91"),),
    )  # fmt: skip
    assert camera.days_since(date(2026, 11, 23)) == 29


def test_nothing_is_missing_from_the_case_and_all_is_from_an_empty_one(page: Summary) -> None:
    """A field without data is named as missing, never filled in."""
    assert page.missing == ()
    empty = summarise(Casefile(records=()))
    assert len(empty.missing) == 10
    assert (empty.grid, empty.latest, empty.six_months, empty.outside) == (None, None, "", None)
    assert empty.counts.episodes == Figure(0)


def test_every_figure_names_records_of_the_case(page: Summary, case: Casefile) -> None:
    """Each count above zero has ids behind it, and each id is a record of the casefile."""
    known = {record.id for record in case.records}
    assert page.grid is not None
    figures = [cell for row in (*page.grid.rows, page.grid.total) for cell in row.cells]
    figures += [page.counts.episodes, page.counts.items, page.counts.days, page.effect.fear]
    figures += [b.episodes for b in page.basis] + [p.episodes for p in page.phases]
    figures += [page.held.no_number, page.other_side.before, page.second.total]
    for figure in figures:
        assert bool(figure.refs) == (figure.value > 0)
        assert known.issuperset(figure.refs)


@pytest.mark.parametrize("name", picture.names())
def test_every_view_of_the_case_has_ids_behind_its_numbers(name: str, case: Casefile) -> None:
    """Rows are as wide as the header and cells point only at records of the case."""
    view = picture.build(name, case)
    known = {record.id for record in case.records}
    assert view.table.rows
    for row in view.table.rows:
        assert len(row) == len(view.table.columns)
        assert all(known.issuperset(cell.refs) for cell in row)
        counts = [c for c, head in zip(row, view.table.columns, strict=True) if head in COUNTED]
        assert all(cell.refs for cell in counts if cell.text not in {"", "0", "–"})
