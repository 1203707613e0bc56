"""The views as others call them: names, options, pages, words, and what stands in each table."""

from __future__ import annotations

import json
import re

import pytest

from picture.bell_case import bell_case
from picture.casefiles import OUT, Ev, casefile, record, rid, secs, typed
from tallymark import picture
from tallymark.errors import UsageProblem
from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Attribution,
    Condition,
    EvidenceRequest,
    Order,
    Person,
    QuietPeriod,
    SafetyAction,
    ToldToStop,
    Trigger,
    Witness,
)
from tallymark.picture.summary import summarise

EXPECTED = {
    "anchors", "breaches", "calendar", "completeness", "contacts_after", "gaps", "impact",
    "knowledge", "lanes", "overlap", "people", "phrases", "proxies", "rhythm", "sources", "spread", "timeline",
}  # fmt: skip
FORBIDDEN = re.compile(
    r"\b(prove[sdn]?|proof|guarantee\w*|admissible|100 ?%|safe|low risk|high risk|risk score"
    r"|corroborat\w*|escalat\w*|victim|perpetrator|abuser|stalker|offender|guilty|alleged"
    r"|trend|likely|worse|severe)\b",
    re.IGNORECASE,
)


def texts(view: picture.View) -> list[str]:
    """Words of a view that are ours: not what the person typed."""
    spec = [view.title, view.sentence, view.caution, *view.table.columns]
    return spec + re.findall(r"<(?:title|desc)[^>]*>([^<]*)<", view.svg)


def test_views_are_found_by_scanning() -> None:
    """Each module with a VIEW is a view; charts, episodes and the summary are not."""
    assert set(picture.names()) == EXPECTED
    assert all(picture.title(name) for name in picture.names())


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("case", [bell_case(), Casefile(records=())], ids=["bell", "empty"])
def test_words_count_and_do_not_judge(name: str, case: Casefile) -> None:
    """No title, sentence, caution or label claims, weighs, names a type of person or a direction."""
    view = picture.build(name, case)
    assert view.caution.endswith(".")
    assert view.sentence.endswith(".")
    assert [t for t in texts(view) if FORBIDDEN.search(t)] == []


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_view_becomes_json(name: str) -> None:
    """Everything but the picture goes through a JSON writer unchanged."""
    view = picture.build(name, bell_case())
    plain = json.loads(json.dumps(view.to_json()))
    assert plain["name"] == name
    assert len(plain["table"]["rows"]) == len(view.table.rows)
    assert plain == view.to_json()


def test_an_unknown_view_or_option_says_so() -> None:
    """The message names the views there are; a wrong option is refused, not ignored."""
    with pytest.raises(UsageProblem, match="There is no view called heat"):
        picture.build("heat", Casefile(records=()))
    with pytest.raises(UsageProblem, match="cannot be made with these options"):
        picture.build("lanes", Casefile(records=()), colour="red")
    with pytest.raises(UsageProblem, match="cannot be made with these options"):
        picture.build("timeline", Casefile(records=()), order="random")
    with pytest.raises(UsageProblem):
        picture.title("heat")


@pytest.mark.parametrize("name", ["timeline", "contacts_after", "completeness"])
def test_pages_put_together_are_the_whole(name: str) -> None:
    """Rows of all pages, in order, are the rows of one long page, and the total says how many."""
    case = bell_case()
    heads = 4 if name == "completeness" else 0
    whole = picture.build(name, case, limit=1000).table.rows[heads:]
    pages = []
    for offset in range(0, len(whole), 7):
        pages += picture.build(name, case, limit=7, offset=offset).table.rows[heads:]
    assert tuple(pages) == whole
    assert picture.build(name, case, limit=7).data["total"] == len(whole)


def test_pages_of_breaches_put_together_are_the_whole() -> None:
    """The same where linked entries and further episodes share the pages."""
    case = bell_case()
    whole = picture.build("breaches", case, limit=1000).table.rows
    pages = []
    for offset in range(0, len(whole), 3):
        pages += picture.build("breaches", case, limit=3, offset=offset).table.rows
    assert tuple(pages) == whole
    assert len(whole) == 12


def test_the_timeline_is_in_order_and_keeps_both_times() -> None:
    """By happening an old entry comes first; by writing it comes last and says how late it is."""
    old = typed("old", "2026-01-05T10:00", written="2026-03-01T10:00:00Z")
    new = typed("new", "2026-02-01T10:00", written="2026-02-01T11:00:00Z")
    case = casefile([new, old])
    happened = [row[3].text for row in picture.build("timeline", case).table.rows]
    assert happened == ["entry old", "entry new"]
    written = picture.build("timeline", case, order="written").table.rows
    assert [row[3].text for row in written] == ["entry new", "entry old"]
    assert written[1][1].text == "1 Mar 2026, 10:00 (55 days later)"


def test_the_timeline_folds_an_export_and_keeps_typed_entries_apart() -> None:
    """Two hundred messages in one evening are one row with their number; the entry has its own."""
    at = secs("2026-05-04T20:00")
    case = casefile(
        [typed("a", "2026-05-04T20:30", channel="whatsapp")],
        [Ev(at + n * 10) for n in range(200)],
    )
    rows = picture.build("timeline", case).table.rows
    assert [(row[3].text, row[4].text) for row in rows] == [
        ("from an import", "200"),
        ("entry a", "1"),
    ]


def test_a_stated_time_is_shown_with_no_more_than_was_stated() -> None:
    """A bare day stays a bare day; about stays about; a range keeps its end."""
    case = casefile(
        [
            typed("a", "2026-05-04"),
            typed("b", "2026-05-05T21:00", precision="about"),
        ]
    )
    rows = picture.build("timeline", case).table.rows
    assert [row[0].text for row in rows] == ["4 May 2026", "5 May 2026, about 21:00"]
    night = Moment("2026-05-06T23:00", precision="range", end="2026-05-07T07:00")
    body = typed("c", "2026-05-06T23:00").body
    ranged = casefile([record("c", type(body)(happened=night, what_happened="x"))])
    shown = picture.build("timeline", ranged).table.rows[0][0].text
    assert shown == "6 May 2026, 23:00 to 7 May 2026, 07:00"
    assert picture.build("rhythm", ranged).data["no_hour"] == [rid("c")]


def anchored(told: str, *events: Ev) -> Casefile:
    """A casefile with one told-to-stop."""
    return casefile([record("told", ToldToStop(at=Moment(told)))], events)


def test_contact_in_the_minute_itself_or_on_a_bare_day_is_not_after() -> None:
    """What cannot be told to be after is not counted as after; the next minute or day is."""
    at = secs("2026-05-03T18:05")
    minute = anchored("2026-05-03T18:05", Ev(at + 59))
    assert [p.episodes.value for p in summarise(minute).phases] == [1, 0]
    later = anchored("2026-05-03T18:05", Ev(at + 60))
    assert [p.episodes.value for p in summarise(later).phases] == [0, 1]
    day = anchored(
        "2026-05-03", Ev(at), Ev(secs("2026-05-04T00:00"), channel="email", source="two")
    )
    assert [p.episodes.value for p in summarise(day).phases] == [1, 1]


def test_an_episode_under_way_is_listed_from_the_minute_on() -> None:
    """It counts as before, and what came after is shown with its own number of items."""
    at = secs("2026-05-03T18:00")
    case = anchored("2026-05-03T18:05", *(Ev(at + 60 * n) for n in range(10)))
    view = picture.build("contacts_after", case)
    assert [row[2].text for row in view.table.rows] == ["4"]
    assert "0 episodes and 1 already under way that went on" in view.sentence
    assert view.data["anchors"][0]["items"] == 4


def test_windows_around_an_anchor_hold_their_days() -> None:
    """Fourteen days before end on the day itself, fourteen after begin on the next, none is guessed."""
    events = [Ev(secs(f"2026-{m:02}-15T12:00")) for m in range(1, 13)]
    view = picture.build("anchors", anchored("2026-06-15T18:00", *events))
    rows = {row[0].text: [c.text for c in row[2:]] for row in view.table.rows}
    assert rows["14 days before they were told to stop on 15 Jun 2026"] == [
        "14",
        "0",
        "1",
        "1",
        "1",
    ]
    assert rows["28 days after they were told to stop on 15 Jun 2026"] == ["28", "0", "0", "0", "0"]
    assert rows["90 days after they were told to stop on 15 Jun 2026"] == ["90", "0", "2", "2", "2"]
    assert rows["before they were told to stop on 15 Jun 2026"][3:] == ["6", "6"]


def test_a_quiet_spell_carries_its_reason_or_says_that_there_is_none() -> None:
    """A recorded reason stands beside the days; without one the view says so and concludes nothing."""
    events = [Ev(secs(f"2026-03-{day:02}T12:00")) for day in (1, 10, 30)]
    quiet = record(
        "q", QuietPeriod(start="2026-03-12", end="2026-03-20", diary_kept=False, reason="away")
    )
    view = picture.build("gaps", casefile([quiet], events))
    rows = [[c.text for c in row] for row in view.table.rows]
    assert rows == [
        ["2 Mar to 9 Mar 2026", "8", "reason not recorded"],
        ["11 Mar to 29 Mar 2026", "19", "diary not kept: away"],
    ]
    assert "absence of entries is not absence of conduct" in view.caution
    later = record("later", QuietPeriod(start="2026-05-01", end="2026-05-09"))
    rows = picture.build("gaps", casefile([quiet, later], events)).table.rows
    assert rows[-1][0].text == "1 May to 9 May 2026 (recorded)"


def test_a_sender_counts_as_known_only_where_the_person_recorded_it() -> None:
    """The same number in another spelling is known; a bare label in an export is not."""
    at = secs("2026-05-04T10:00")
    events = [
        Ev(at, channel="voice", party="07700 900-222", kind="call", source="a"),
        Ev(at + 90_000, channel="whatsapp", party="Alex", source="b"),
    ]
    bare = picture.build("people", casefile([], events)).data["basis"]
    assert (bare["known_account"], bare["not_known"]) == (0, 2)
    him = Person(label="C", roles=("suspect",), names=("07700900222",))
    named = picture.build("people", casefile([record("p", him)], events)).data["basis"]
    assert (named["known_account"], named["not_known"]) == (1, 1)


def test_an_episode_is_counted_under_the_best_way_of_knowing() -> None:
    """Seen at the door and heard of from a friend in one episode is one, under seen."""
    case = casefile(
        [
            typed("a", "2026-05-04T10:00", attribution=Attribution(("told_by_other",))),
            typed("b", "2026-05-04T10:20", attribution=Attribution(("saw_face", "vehicle"))),
            typed("c", "2026-05-06T10:00", attribution=Attribution(("vehicle",))),
            typed("d", "2026-05-08", attribution=None),
        ]
    )
    counts = picture.build("people", case).data["basis"]
    assert counts == {
        "saw_or_heard": 1, "known_account": 0, "other_sign": 1, "told_by_other": 0, "not_known": 1,
    }  # fmt: skip


def test_more_than_256_senders_are_counted_as_well() -> None:
    """A group of hundreds gives the same kind of table, with the rest in one row."""
    at = secs("2026-05-04T10:00")
    many = [Ev(at + n * 60, party=f"P{n:03}") for n in range(300)]
    view = picture.build("people", casefile([], many))
    assert view.data["senders_total"] == 300
    assert [c.text for c in view.table.rows[-1]][:3] == ["250 more senders", "", "250"]
    assert view.table.rows[-1][2].refs
    few = picture.build("people", casefile([], many[:50])).data["senders"]
    assert [s for s in view.data["senders"] if s["label"] < "P050"] == few


def test_breaches_name_the_condition_only_where_one_was_recorded() -> None:
    """Linked entries carry condition and report; other contact after service says none named."""
    order = Order(
        kind="nmo", court="Northby", served=Moment("2026-05-01T09:00"),
        conditions=(Condition(1, "no contact"),),
    )  # fmt: skip
    case = casefile(
        [
            record("order", order),
            typed("a", "2026-05-02T10:00", order=rid("order"), condition=1, reported="CR/1"),
            typed("b", "2026-05-03T10:00", order=rid("order")),
            typed("c", "2026-05-04T10:00"),
            typed("z", "2026-04-04T10:00"),
        ]
    )
    view = picture.build("breaches", case)
    assert [[c.text for c in row[4:]] for row in view.table.rows] == [
        ["1. no contact", "reported"],
        ["not recorded", "not recorded as reported"],
        ["none named", ""],
    ]
    assert view.data["reported"] == [rid("a")]
    assert view.sentence.startswith("3 episodes after the non-molestation order was served")


def test_completeness_lists_what_could_be_added_and_her_own_contact_needs_no_identity() -> None:
    """Who, effect, evidence and late writing; an entry with all of them is not listed."""
    whole = typed(
        "whole", "2026-11-23T10:00", effect="shaken", attribution=Attribution(("saw_face",)),
        witnesses=(Witness("w"),),
    )  # fmt: skip
    late = typed("late", "2026-11-01T10:00", direction="out")
    view = picture.build("completeness", casefile([whole, late]))
    missing = view.data["missing"]
    assert missing["identity"] == []
    assert missing["effect"] == missing["evidence"] == missing["late"] == [rid("late")]
    assert view.data["total"] == 1


def test_weeks_become_months_for_a_long_case() -> None:
    """Ten years are not five hundred bars; the unit is named in the title and the data."""
    events = [Ev(secs(f"{year}-05-04T10:00")) for year in range(2016, 2027)]
    view = picture.build("lanes", casefile([], events))
    assert view.data["unit"] == "quarter"
    assert "Contact by channel and quarter" in view.svg
    lane = view.data["lanes"][0]
    assert (sum(lane["episodes"]), sum(lane["items"])) == (11, 11)


def test_a_case_of_years_has_a_grid_of_few_columns() -> None:
    """The grid of the first page stays within a page, whatever the span, and loses nothing."""
    for years in (1, 3, 9, 40):
        events = [Ev(secs(f"{year}-05-04T10:00")) for year in range(2026 - years, 2027)]
        grid = summarise(casefile([record("t", ToldToStop(at=Moment("2026-01-05")))], events)).grid
        assert grid is not None
        assert len(grid.columns) <= 16
        assert sum(cell.value for cell in grid.total.cells) == years + 1


def test_an_order_before_told_to_stop_makes_phases_in_order_of_time() -> None:
    """Phases follow the dates, not the kind of date."""
    records = [
        record("order", Order(kind="spo", served=Moment("2026-02-01T10:00"))),
        record("told", ToldToStop(at=Moment("2026-03-01T10:00"))),
    ]
    events = [Ev(secs(f"2026-{m:02}-15T12:00")) for m in (1, 2, 3, 4)]
    page = summarise(casefile(records, events))
    assert [phase.episodes.value for phase in page.phases] == [1, 1, 2]
    assert page.phases[1].label == "after the stalking protection order was served on 1 Feb 2026"


def test_her_own_messages_are_told_without_a_date_too() -> None:
    """Without told-to-stop all of them stand in one number."""
    at = secs("2026-05-04T10:00")
    case = casefile(
        [typed("a", "2026-05-04T10:00", direction="out")], [Ev(at, direction=OUT), Ev(at)]
    )
    side = summarise(case).other_side
    assert (side.before.value, side.at, side.after) == (2, None, None)


def test_the_chart_of_writing_shows_when_it_was_written() -> None:
    """Entries written on one day stand above each other there, however far apart they happened."""
    held = [
        typed(f"e{n}", f"2026-0{n}-05T10:00", written="2026-09-01T10:00:00Z") for n in (1, 3, 5)
    ]
    later = typed("late", "2026-06-05T10:00", written="2026-09-20T10:00:00Z")
    case = casefile([*held, later])
    written = picture.build("timeline", case, order="written")
    assert "Everything in order of writing" in written.svg
    marks = re.findall(r'<title>([^<]*, written [^<]*)</title><rect x="([^"]*)"', written.svg)
    assert len(marks) == 4
    assert len({x for words, x in marks if "1 Sep" in words}) == 1
    assert written.sentence.endswith("in order of writing.")


def test_what_stands_around_the_entries_is_in_the_chronology() -> None:
    """A separation, a block and a camera that others hold are rows of their own, in their words."""
    case = casefile(
        [
            record("t", Trigger(at=Moment("2026-05-01"), kind="separation", words="I moved out")),
            record("s", SafetyAction(at=Moment("2026-05-02T10:00"), code="blocked", account="him")),
            record(
                "r", EvidenceRequest(what="bus camera", holder="bus firm", at=Moment("2026-05-03"))
            ),
        ]
    )
    rows = picture.build("timeline", case).table.rows
    assert [row[3].text for row in rows] == [
        "The separation. I moved out",
        "Step taken: blocked, him",
        "Others may hold: bus camera, bus firm (not asked)",
    ]
