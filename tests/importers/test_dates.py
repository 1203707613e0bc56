"""Which number is the day: what decides it, and what does not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.importers._whatsapp_dates import Dates, question, reading

FORM = (False, 2, 4, "/")


def decide(dates: list[str], *, form=FORM, answer=None):
    """The decision on dates with slashes, all of one form."""
    gathered = Dates()
    gathered.add(form, [tuple(d.split("/")) for d in dates])
    return gathered.decide(answer)[form]


def test_a_number_above_twelve_decides() -> None:
    """One such number anywhere in the file is enough."""
    assert decide(["01/02/2020", "03/04/2020", "13/04/2020"]).order == "dmy"
    assert decide(["01/02/2020", "03/04/2020", "04/13/2020"]).order == "mdy"


def test_order_of_time_decides() -> None:
    """Time that falls back under one reading only speaks for the other."""
    found = decide(["01/02/2020", "02/02/2020", "09/02/2020", "01/03/2020", "02/03/2020"])
    assert (found.order, found.how, found.other) == ("dmy", "order", None)


def test_one_pasted_date_decides_nothing() -> None:
    """A single line out of order may be pasted text: it is no evidence."""
    found = decide(["01/02/2020", "02/01/2020", "03/02/2020", "04/02/2020"])
    assert found.how == "open"


def test_nothing_decides_a_short_chat() -> None:
    """Both readings run forward: open, with the other reading kept."""
    found = decide(["01/02/2020", "03/04/2020"])
    assert (found.how, found.other) == ("open", "mdy")


def test_equal_numbers_need_no_decision() -> None:
    """The third of March is the third of March in both."""
    assert decide(["03/03/2020"]).how == "same"


def test_year_first_is_followed_by_the_month() -> None:
    """No question for ISO dates."""
    found = decide(["2020/01/02", "2020/03/04"], form=(False, 4, 2, "/"))
    assert (found.order, found.how) == ("ymd", "form")


def test_year_and_day_first_when_only_that_fits() -> None:
    """The rare order is taken when there is a number above 12 in its day."""
    assert decide(["2020/13/02"], form=(False, 4, 2, "/")).order == "ydm"


def test_two_orders_in_one_form_are_said() -> None:
    """Day and month that change places within a file: each date by what it can be, the rest in doubt."""
    found = decide(["13/04/2020", "14/04/2020", "04/15/2020"])
    assert found.how == "mixed"
    assert found.read(("04", "15", "2020")) == (date(2020, 4, 15), None)
    assert found.read(("03", "04", "2020")) == (date(2020, 4, 3), date(2020, 3, 4))


def test_an_answer_that_the_file_contradicts_is_not_taken() -> None:
    """A number above 12 is stronger than an answer."""
    assert decide(["13/04/2020"], answer="mdy").order == "dmy"


@pytest.mark.parametrize(
    "parts",
    [
        ("31", "02", "2020"),
        ("1", "1", "1985"),
        ("0", "1", "2020"),
        ("1", "1", "123"),
        ("1", "1", "3609"),
    ],
)
def test_no_such_day(parts) -> None:
    """Days that are on no calendar, and years before 1990 or after 2099, are not dates."""
    assert reading(parts, "dmy") is None


def test_the_question_shows_both_readings() -> None:
    """The person sees what each answer makes of a date of theirs."""
    gathered = Dates()
    gathered.add(FORM, [("03", "04", "2020")])
    found = question(gathered.decide(None), ("03", "04", "2020"))[0]
    assert [(c.value, c.text) for c in found.choices] == [
        ("dmy", "3 April 2020"),
        ("mdy", "4 March 2020"),
    ]


@given(
    st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    st.lists(st.integers(0, 40), min_size=1, max_size=60),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]),
)
def test_a_chat_in_order_is_never_read_the_wrong_way_round(
    start: date, steps: list[int], style: str
) -> None:
    """Whatever decides, it never decides for the wrong order; at worst the question is asked."""
    days = [start + timedelta(days=sum(steps[:n])) for n in range(len(steps) + 1)]
    found = decide([d.strftime(style) for d in days])
    right = "dmy" if style.startswith("%d") else "mdy"
    assert found.order == right or found.how in {"open", "same"}
