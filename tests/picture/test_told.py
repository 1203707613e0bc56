"""What came after they were told: each date by itself, blocks and what they end at, new accounts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from picture.casefiles import Ev, casefile, record, rid, secs, typed
from picture.quill_case import quill_case
from tallymark import picture
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Attribution,
    Exhibit,
    Identifier,
    Order,
    Person,
    PoliceContact,
    SafetyAction,
    ToldToStop,
    Trigger,
)


def block(name: str, at: str, code: str = "blocked", account: str = "07700 900222"):
    """A block or the end of one."""
    return record(name, SafetyAction(at=Moment(at), code=code, account=account))


def test_a_block_counts_until_the_account_was_let_in_again() -> None:
    """Contact between the two is after the block; later contact is not; another account's end is not."""
    case = casefile(
        [
            block("b", "2026-05-01T10:00"),
            block("other", "2026-05-02T10:00", "unblocked", "someone else"),
            block("u", "2026-05-10T10:00", "unblocked", "07700900222"),
        ],
        [Ev(secs(f"2026-05-{day:02}T12:00")) for day in (1, 5, 12)],
    )
    (told,) = picture.build("knowledge", case).data["told"]
    assert (told["kind"], told["episodes"], told["items"]) == ("blocked", 2, 2)
    text = picture.build("knowledge", case).table.rows[0][0].text
    assert text == "07700 900222 was blocked (until it was let in again)"


def test_an_account_is_new_when_it_was_first_seen_after_the_date() -> None:
    """In an export or in an entry, in any spelling; one that was there before is not new."""
    told = record("told", ToldToStop(at=Moment("2026-05-03T12:00"), acknowledged="yes"))
    seen = (Identifier("phone", "07700 900333"),)
    case = casefile(
        [
            told,
            typed("a", "2026-05-06T10:00", identifiers_seen=seen),
            typed("b", "2026-05-08T10:00", identifiers_seen=(Identifier("handle", "@new"),),
                  attribution=Attribution(("new_account_same_content",))),
        ],
        [
            Ev(secs("2026-05-01T10:00"), party="07700900333"),
            Ev(secs("2026-05-04T10:00"), party="Second"),
        ],
    )  # fmt: skip
    view = picture.build("knowledge", case)
    assert view.data["told"][0]["new_accounts"] == ["Second", "@new"]
    assert view.data["new_by_entry"] == [rid("b")]
    assert "1 entry says that the account was new." in view.sentence
    assert [c.text for c in view.table.rows[0]][3:] == ["yes", "3", "3", "3", "Second, @new"]


def test_a_warning_and_an_order_name_what_shows_them() -> None:
    """Proof of service and papers stand beside each date; a call to police is no warning."""
    paper = Exhibit(number="AB/9", sha256="00" * 32, size=1, name="x")
    case = casefile(
        [
            record("paper", paper),
            record("order", Order(kind="spo", served=Moment("2026-05-01T09:00"),
                                  proof_of_service=rid("paper"))),
            record("warned", PoliceContact(at=Moment("2026-05-02"), how="visit", warning_given="yes")),
            record("called", PoliceContact(at=Moment("2026-05-03"), how="101")),
        ],
        [Ev(secs("2026-05-02T12:00")), Ev(secs("2026-05-03T12:00"))],
    )  # fmt: skip
    rows = [[c.text for c in row][:6] for row in picture.build("knowledge", case).table.rows]
    assert rows == [
        [
            "The stalking protection order was served",
            "1 May 2026",
            "AB/9",
            "not recorded",
            "2",
            "2",
        ],
        ["Police warned them", "2 May 2026", "not recorded", "not recorded", "1", "1"],
    ]


@given(
    days=st.lists(st.integers(1, 28), min_size=1, max_size=12), extra=st.integers(0, 28 * 1440 - 1)
)
def test_one_more_entry_never_lowers_what_came_after(days: list[int], extra: int) -> None:
    """Episodes, items and days after the date stay or grow, wherever the entry stands."""
    told = record("told", ToldToStop(at=Moment("2026-05-14T12:00")))
    held = [typed(f"e{n}", f"2026-05-{day:02}T{n + 6:02}:00") for n, day in enumerate(days)]
    at = f"2026-05-{1 + extra // 1440:02}T{extra % 1440 // 60:02}:{extra % 60:02}"
    keys = ("episodes", "items", "days_with_contact")
    before, after = (
        picture.build("knowledge", casefile([told, *held, *more])).data["told"][0]
        for more in ([], [typed("extra", at)])
    )
    assert all(after[key] >= before[key] for key in keys)


def test_every_date_has_its_windows_and_only_told_and_orders_cut_the_whole() -> None:
    """A separation and a call to police are counted around; the phases stay those of the page."""
    view = picture.build("anchors", quill_case())
    labels = [row[0].text for row in view.table.rows]
    assert [label for label in labels if label.startswith(("before", "after"))] == [
        "before they were told to stop on 10 Apr 2026",
        "after they were told to stop on 10 Apr 2026, before the bail conditions were served on "
        "1 Jun 2026",
        "after the bail conditions were served on 1 Jun 2026, before the non-molestation order was "
        "served on 1 Sep 2026",
        "after the non-molestation order was served on 1 Sep 2026",
    ]
    around = [label for label in labels if label.startswith("28 days before")]
    assert around == [
        "28 days before the separation on 20 Mar 2026",
        "28 days before they were told to stop on 10 Apr 2026",
        "28 days before 07700 900444 was blocked on 5 May 2026",
        "28 days before the bail conditions were served on 1 Jun 2026",
        "28 days before contact with police on 2 Jun 2026",
        "28 days before the non-molestation order was served on 1 Sep 2026",
    ]


def test_days_on_which_the_diary_was_not_kept_stand_beside_the_days() -> None:
    """Counting days holds those of a recorded pause in writing, and says how many they are."""
    rows = {
        r[0].text: [c.text for c in r] for r in picture.build("anchors", quill_case()).table.rows
    }
    row = rows["90 days after the bail conditions were served on 1 Jun 2026"]
    assert row[2:4] == ["90", "47"]


def test_turning_points_without_contact_after_them_are_counted_as_nothing() -> None:
    """A person with a role and a trigger make no episode."""
    case = casefile(
        [
            record("p", Person(label="x", roles=("suspect",))),
            record("t", Trigger(at=Moment("2026-05-03"), kind="court_date")),
        ]
    )
    view = picture.build("knowledge", case)
    assert view.table.rows == ()
    assert view.sentence.startswith("No date is recorded yet")
