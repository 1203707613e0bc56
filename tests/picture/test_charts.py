"""Charts: well formed, named, linked, the same every time, and no two words on top of each other."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from picture.bell_case import bell_case
from picture.casefiles import IN, Ev, casefile, record, secs, typed
from tallymark import picture
from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import Order, ToldToStop
from tallymark.picture import _plot, _svg, charts

SVG = "{http://www.w3.org/2000/svg}"
FONTS = Path(__file__).parents[2] / "src/tallymark/pack/typeset/fonts"


def crowded() -> Casefile:
    """Many lanes, long names, nine anchors within days of each other, and hostile text."""
    at = secs("2026-03-01T10:00")
    records = [
        typed(f"t{n}", f"2026-03-{n:02}T10:00", channel=channel)
        for n, channel in enumerate(
            (
                "voice",
                "email",
                "letter",
                "a very long name of a channel " * 4,
                "<b>&\x00\ud800",
                "",
            ),
            1,
        )
    ]
    for n in range(9):
        body = ToldToStop(at=Moment(f"2026-03-{3 + n // 3:02}T1{n % 3}:00"))
        records.append(record(f"told {n}", body))
    records.append(record("order", Order(kind="<x>" * 60, served=Moment("2026-03-04"))))
    return casefile(
        records, [Ev(at + n * 7200, party="<&>" * 50, direction=IN) for n in range(400)]
    )


def long_case() -> Casefile:
    """Thirteen years of contact: far more episodes than dots fit on a page."""
    at = secs("2013-03-01T10:00")
    return casefile([typed("t", "2020-01-01")], [Ev(at + n * 90_000) for n in range(4_500)])


def short_case() -> Casefile:
    """Two days only."""
    return casefile([typed("a", "2026-12-31T23:00"), typed("b", "2027-01-01T01:00")])


CASES = {
    "bell": bell_case,
    "crowded": crowded,
    "long": long_case,
    "short": short_case,
    "empty": lambda: Casefile(records=()),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Casefile:
    """Each of the cases, built once."""
    return CASES[request.param]()


def parse(svg: str) -> ET.Element:
    """The chart as a tree; a strict reader refuses anything that is not well formed."""
    return ET.fromstring(svg.encode())  # noqa: S314 - reads only what was just drawn


def box(text: ET.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line of words."""
    size, x, y = (float(text.get(key)) for key in ("font-size", "x", "y"))
    width = _svg.text_width(text.text, size)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
    return left, y - 0.75 * size, left + width, y + 0.22 * size


@pytest.mark.parametrize("name", picture.names())
def test_no_words_touch_other_words_or_the_edge(name: str, case: Casefile) -> None:
    """The boxes of all lines of text lie apart and on the sheet, in the fullest and emptiest case."""
    root = parse(picture.build(name, case).svg)
    height = float(root.get("height"))
    boxes = [(box(text), text.text) for text in root.iter(f"{SVG}text")]
    for (left, top, right, bottom), words in boxes:
        assert left >= 0, words
        assert top >= 0, words
        assert right <= _svg.WIDTH, words
        assert bottom <= height, words
    for (one, words), (two, others) in itertools.combinations(boxes, 2):
        apart = one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
        assert apart, (words, others)


@pytest.mark.parametrize("name", picture.names())
def test_a_chart_is_named_described_and_holds_nothing_that_acts(name: str, case: Casefile) -> None:
    """role, title and description are there; no script, style sheet, font file or outside address."""
    svg = picture.build(name, case).svg
    root = parse(svg)
    assert root.get("role") == "img"
    labelled = root.get("aria-labelledby").split()
    by_id = {e.get("id"): e for e in root.iter() if e.get("id")}
    assert [by_id[one].tag for one in labelled] == [f"{SVG}title", f"{SVG}desc"]
    assert all(by_id[one].text.strip() for one in labelled)
    assert all(one.startswith(f"{name}-") for one in by_id)
    tags = {e.tag.removeprefix(SVG) for e in root.iter()}
    allowed = "svg title desc defs pattern path rect circle line text g a"
    assert tags <= set(allowed.split())
    outside = svg.replace('xmlns="http://www.w3.org/2000/svg"', "").replace(
        f"url(#{name}-stripes)", ""
    )
    assert not re.search(r"https?:|@import|url\(|\son\w+=|style=", outside)


@pytest.mark.parametrize("name", picture.names())
def test_marks_link_to_records_and_say_what_they_are(name: str, case: Casefile) -> None:
    """Every link goes to a record of the case, and every mark has words of its own."""
    root = parse(picture.build(name, case).svg)
    known = {f"#entry-{record.id}" for record in case.records}
    known |= {f"#entry-{source.exhibit_id}" for source in case.sources}
    links = [a.get("href") for a in root.iter(f"{SVG}a")]
    assert known.issuperset(links)
    assert all(g.find(f"{SVG}title").text for g in root.iter(f"{SVG}g"))


@pytest.mark.parametrize("name", picture.names())
def test_the_same_case_gives_the_same_bytes_and_not_too_many(name: str, case: Casefile) -> None:
    """A chart is a pure function of the casefile, and small enough for a page."""
    svg = picture.build(name, case).svg
    assert svg == picture.build(name, case).svg
    assert len(svg) < 600_000


def test_the_case_of_the_page_has_links_from_its_marks() -> None:
    """Dots and bars of the fictitious case can be followed to their entries."""
    case = bell_case()
    for name in ("lanes", "timeline", "anchors", "people", "gaps"):
        assert picture.build(name, case).svg.count("<a href=") > 0


def test_shades_stay_apart_in_grey() -> None:
    """Printed without colour, each level of the grid is darker than the one before by a clear step."""
    greys = [
        0.299 * int(c[1:3], 16) + 0.587 * int(c[3:5], 16) + 0.114 * int(c[5:7], 16)
        for c in charts._LEVELS
    ]
    assert all(a - b > 20 for a, b in itertools.pairwise(greys))


@pytest.mark.parametrize("font", ["NotoSans-Regular.ttf", "NotoSans-Bold.ttf"])
def test_the_estimate_of_width_is_never_less_than_the_font_of_the_pack(font: str) -> None:
    """Words measured with the widths used here fit when set in the vendored font, bold or not."""
    path = FONTS / font
    if not path.exists():
        pytest.skip("the fonts of the pack are not in this checkout")
    face = ImageFont.truetype(str(path), 100)
    words = [
        "Everything in order of time", "week of 9 Feb 2026", "1,234,567", "WhatsApp", "MMMM WWW",
        "They were told to stop on 3 May 2026", "The non-molestation order was served",
        "15 days: diary kept, nothing recorded", "in all", "top quarter", "00", "Through others",
        "another sign (camera, car, writing)", "0123456789", "Ärger über ßcharf", "Чужой человек",
    ]  # fmt: skip
    for text in words:
        assert face.getlength(text) <= _svg.text_width(text, 100), text


@given(text=st.text(max_size=60), width=st.floats(20, 300))
def test_a_line_cut_to_fit_fits(text: str, width: float) -> None:
    """Whatever the words, the cut line is no wider than the room."""
    assert _svg.text_width(_svg.fit(text, width), _svg.BODY) <= width


@given(
    rows=st.lists(
        st.builds(
            charts.Bar,
            label=st.text(max_size=80),
            value=st.integers(0, 10**9),
            text=st.text(max_size=80),
            refs=st.lists(st.text(max_size=8), max_size=2).map(tuple),
        ),
        max_size=6,
    ),
    title=st.text(max_size=120),
)
def test_bars_of_any_words_are_well_formed(rows: list[charts.Bar], title: str) -> None:
    """Any text a person may have typed gives XML that a strict reader takes."""
    svg = charts.bars("bars", title=title, description="d", rows=rows)
    root = parse(svg)
    for one, two in itertools.combinations([box(t) for t in root.iter(f"{SVG}text") if t.text], 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]


def test_a_count_too_wide_for_its_cell_is_shortened_never_dropped() -> None:
    """1,234,567 in a narrow cell reads 1m+, and the exact number stands in its words."""
    svg = charts.grid(
        "grid",
        title="t",
        description="d",
        columns=[f"{hour:02}" for hour in range(24)],
        blocks=[("b", [charts.GridRow("Mon", [1_234_567, *[0] * 23])])],
    )
    assert ">1m+<" in svg
    assert "Mon 00: 1,234,567" in svg


def test_letters_go_on_past_z() -> None:
    """Twenty-six anchors are not the end."""
    assert [_plot.letter(n) for n in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
