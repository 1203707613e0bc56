"""Which number is the day: what decides it, and what does not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tallymark.importers._whatsapp_dates import FEW, Dates, Decision, question, reading

FORM = (False, 2, 4, "/")


def decide(dates: list[str], *, form=FORM, answer=None):
    """The decision on dates with slashes, all of one form."""
    gathered = Dates()
    gathered.add(form, [(tuple(d.split("/")), 1) for d in dates])
    return gathered.decide(answer)[form]


def test_a_number_above_twelve_decides() -> None:
    """Some such numbers that fit between the other lines are enough, wherever they stand."""
    days = ["01/02/2020", "03/04/2020", "13/04/2020", "14/04/2020", "15/04/2020", "16/04/2020"]
    assert decide(days) == Decision("dmy", "component")
    american = [f"{m}/{d}/{y}" for d, m, y in (day.split("/") for day in days)]
    assert decide(american) == Decision("mdy", "component")


def test_order_of_time_decides() -> None:
    """Time that falls back under one reading only speaks for the other."""
    days = [f"{day:02}/{month:02}/2020" for month in (2, 3) for day in (1, 2, 5, 6, 9, 10)]
    found = decide(days)
    assert (found.order, found.how, found.other) == ("dmy", "order", None)


@pytest.mark.parametrize("pasted", ["02/01/2020", "02/12/2020"])
@pytest.mark.parametrize("place", range(5))
def test_one_pasted_date_decides_nothing(pasted: str, place: int) -> None:
    """A single line out of order may be pasted text, from before or from later: it is no evidence."""
    days = ["01/02/2020", "02/02/2020", "03/02/2020", "04/02/2020"]
    days.insert(place, pasted)
    assert decide(days).how == "open"


PASTED = ["01/05/2026", "03/05/2026", "05/13/2026", "04/05/2026", "12/05/2026"]


def test_a_pasted_number_above_twelve_does_not_turn_the_chat_round() -> None:
    """Days of 12 and less, one line in the other order: asked, and the better reading stands meanwhile."""
    found = decide(PASTED)
    assert found == Decision("dmy", "open", "mdy")
    assert found.read(("03", "05", "2026")) == (date(2026, 5, 3), date(2026, 3, 5))
    assert found.read(("05", "13", "2026")) == (date(2026, 5, 13), None)
    assert decide(PASTED, answer="dmy") == Decision("dmy", "answer", "mdy")
    assert decide(PASTED, answer="mdy") == Decision("mdy", "answer", "dmy")


def test_a_pasted_last_line_is_asked_about_even_where_it_fits() -> None:
    """Fifth of January, February, March and then 13 March: possible, but so is the third of May."""
    found = decide(["01/05/2026", "02/05/2026", "03/05/2026", "03/13/2026"])
    assert (found.how, {found.order, found.other}) == ("open", {"dmy", "mdy"})


def test_the_night_to_the_thirteenth_keeps_both_readings() -> None:
    """One number above 12, right behind the day before it: no question, and the rest stays in doubt."""
    found = decide(["12/01/2026", "13/01/2026"])
    assert found == Decision("dmy", "few", "mdy")
    assert found.read(("12", "01", "2026")) == (date(2026, 1, 12), date(2026, 12, 1))
    assert decide(["12/01/2026", "13/01/2026"], answer="mdy").how == "answer"


def test_a_pasted_line_in_a_long_chat_puts_nothing_in_doubt() -> None:
    """Many numbers above 12 against one line: only that line is read the other way, and marked."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]
    written = [d.strftime("%d/%m/%Y") for d in days]
    found = decide([*written[:40], "05/13/2026", *written[40:]])
    assert found == Decision("dmy", "component", stray="mdy")
    assert found.is_stray(("05", "13", "2026"))
    assert found.read(("05", "13", "2026")) == (date(2026, 5, 13), None)
    assert found.read(("03", "01", "2026")) == (date(2026, 1, 3), None)
    assert not found.is_stray(("03", "01", "2026"))


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
    gathered.add(FORM, [(("03", "04", "2020"), 1)])
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


chats = st.lists(st.integers(0, 9), min_size=4, max_size=60)
STYLES = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}


@given(
    st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    chats,
    st.sampled_from(sorted(STYLES)),
    st.lists(
        st.tuples(st.integers(0, 60), st.dates(date(2010, 1, 1), date(2030, 1, 1))),
        min_size=1,
        max_size=3,
    ),
)
def test_a_few_pasted_lines_never_turn_a_chat_round_in_silence(start, steps, order, pasted) -> None:
    """Up to three dates in the other order, anywhere: the chat keeps its own reading, or both, or asks."""
    days = [start + timedelta(days=sum(steps[:n])) for n in range(len(steps) + 1)]
    written = list(dict.fromkeys(d.strftime(STYLES[order]) for d in days))
    assume(len(written) > FEW)
    other = "mdy" if order == "dmy" else "dmy"
    for place, day in pasted:
        written.insert(place % (len(written) + 1), day.strftime(STYLES[other]))
    found = decide(written)
    assert order in {found.order, found.other} or found.how == "same"
    for day in days:
        assert day in found.read(tuple(day.strftime(STYLES[order]).split("/")))


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.sampled_from(sorted(STYLES)))
def test_a_month_of_messages_is_never_asked_about(start: date, order: str) -> None:
    """Forty days without a gap settle it by themselves."""
    days = [start + timedelta(days=n) for n in range(40)]
    assert decide([d.strftime(STYLES[order]) for d in days]) == Decision(order, "component")


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["2026", "2025"])))
)
def test_any_numbers_give_some_decision(dates) -> None:
    """Nonsense is decided, asked or given up, never a crash; and what is read was written so."""
    if not dates:
        return
    written = [f"{a}/{b}/{year}" for a, b, year in dates]
    found = decide(written)
    for a, b, year in dates:
        first, other = found.read((str(a), str(b), year))
        assert {first, other} - {None} <= {reading((str(a), str(b), year), o) for o in STYLES}


def test_forty_lines_of_one_day_are_no_pasted_line() -> None:
    """One notice on a doubtful day, then a day of messages that only one order can read: no question."""
    gathered = Dates()
    gathered.add(FORM, [(("01", "03", "2026"), 1), (("13", "03", "2026"), 40)])
    assert gathered.decide(None)[FORM].how == "component"
    few = Dates()
    few.add(FORM, [(("01", "03", "2026"), 40), (("13", "03", "2026"), 2)])
    assert few.decide(None)[FORM].how in {"open", "few"}


def test_thousands_of_lines_out_of_order_still_say_which_number_is_the_day() -> None:
    """Days that run backward are no reason to ask when only one order can read nearly every line."""
    gathered = Dates()
    days = [13 + n % 15 for n in range(50)]
    parts = [((str(day), "03", "2026"), 60) for day in days]
    gathered.add(FORM, [(("01", "03", "2026"), 1), *parts])
    assert gathered.decide(None)[FORM].how == "component"
