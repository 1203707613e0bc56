"""The PDFs as another program reads them."""

from __future__ import annotations

import re

import pypdf
import pytest

from tallymark.model.moment import Moment
from tallymark.model.record import Identifier, Impact, Incident, Order, Person, PoliceContact


def _text(path):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def _flat(text):
    """Words with single spaces, so that line ends do not matter."""
    return re.sub(r"(?<=\w)- (?=\w)", "-", " ".join(text.replace("\u200b", "").split()))


def _links(reader):
    for page in reader.pages:
        for annotation in page.get("/Annots") or []:
            yield annotation.get_object()


@pytest.mark.parametrize("name", ["1-START-HERE.pdf", "2-everything.pdf"])
def test_archival_accessible_and_tagged(built, name):
    """Each PDF says that it is PDF/A-3u and PDF/UA-1, is tagged, titled, and in English."""
    reader = pypdf.PdfReader(built.folder / name)
    xmp = reader.xmp_metadata.rdf_root.toxml()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>U</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"].startswith("en")
    assert "Pack 7 of" in reader.metadata.title


@pytest.mark.parametrize("name", ["1-START-HERE.pdf", "2-everything.pdf"])
def test_only_vendored_fonts_and_all_embedded(built, name):
    """No font of the machine is used, and every font used travels in the file."""
    reader = pypdf.PdfReader(built.folder / name)
    embedded, missing = set(), set()
    for page in reader.pages:
        used, loose = page._get_fonts()
        embedded |= used
        missing |= loose
    assert not missing
    assert all(re.search(r"\+(NotoSans|NotoEmoji|DroidSans)", font) for font in embedded)


def test_the_first_page_is_one_page_with_the_key_numbers(built):
    """One A4 page that holds danger, who, last, how it went, order, police, the other side, seal."""
    reader = pypdf.PdfReader(built.folder / "1-START-HERE.pdf")
    assert len(reader.pages) == 1
    width, height = (float(x) for x in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)
    text = _flat(reader.pages[0].extract_text())
    for words in (
        "Text only 07700 900111, 09:00-12:00. No voicemail. Never the landline.",
        "Anna Bell, b. 4 Mar 1991",
        "Colin Dray, b. 19 Sep 1988 (as told)",
        "Y?68 ?KD",
        "20 Nov 2026, 21:40 #16",
        "24 episodes on 6 days · 43 items (60-min gap; 30 min: 43, 120 min: 4)",
        "22 before told to stop 3 May 2026 #11 (AB/1) · 0 between · 2 after non-molestation order served",
        "served 1 Aug 2026 (proof AB/4), ends 28 Jul 2027",
        "NOT recorded as reported: #15",
        "Feared violence in 1 entry: #16",
        "The person sent 20 before telling them to stop and 0 after",
        "1 of 24: L. Moss 1 (will speak: yes)",
        "19 May 2027",
        "Shows nothing changed after it was recorded. Cannot show it is true.",
        "No risk level is given: none is implied.",
    ):
        assert words in text


def test_the_grid_adds_up(built):
    """Channels add up to the row of all, in the plain page as printed."""
    lines = (built.folder / "summary.txt").read_text().splitlines()
    top = next(i for i, line in enumerate(lines) if line.startswith("episodes"))
    rows = []
    for line in lines[top + 1 :]:
        cells = re.split(r"\s{2,}|(?<=[\d.])\s", line.strip())
        rows.append([int(c.replace(",", "").replace(".", "0")) for c in cells[1:]])
        if line.startswith("all"):
            break
    assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]
    assert sum(rows[-1][:-2]) == rows[-1][-2] == 24


def test_bookmarks_for_sections_and_months(built):
    """The outline holds each section, with the months of the chronology under it."""
    reader = pypdf.PdfReader(built.folder / "2-everything.pdf")
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert titles == [
        "Start here",
        "Chronology",
        "Corrections and withdrawn entries",
        "The bigger picture",
        "Orders and conditions",
        "People and places",
        "Exhibits",
        "How it was obtained and kept",
        "What was read from exports",
        "About the seal",
    ]
    months = next(item for item in reader.outline if isinstance(item, list))
    assert [item.title for item in months][:2] == ["April 2026", "May 2026"]


def test_every_number_leads_to_its_entry(built):
    """Links inside the book resolve; those of the first page name destinations that the book has."""
    book = pypdf.PdfReader(built.folder / "2-everything.pdf")
    inner = [link for link in _links(book) if "/Dest" in link or link["/A"]["/S"] == "/GoTo"]
    assert len(inner) > 50
    first = pypdf.PdfReader(built.folder / "1-START-HERE.pdf")
    wanted = {link["/A"]["/URI"] for link in _links(first)}
    assert "2-everything.pdf#nameddest=e16" in wanted
    places = {f"2-everything.pdf#nameddest={name}" for name in book.named_destinations}
    assert wanted <= places
    shown = set(re.findall(r"#(\d+)\b", (built.folder / "summary.txt").read_text()))
    assert shown <= {name[1:] for name in book.named_destinations}


def test_words_of_a_diary_are_never_markup(built):
    """Typst markup, code and labels in an entry are printed as they were typed."""
    text = _flat(_text(built.folder / "2-everything.pdf"))
    assert '#panic("x") *bold* $x$ <e1>' in text


def test_other_scripts_emoji_and_private_use(built):
    """Urdu, Chinese and emoji are drawn; a private-use character is shown by its number."""
    text = _text(built.folder / "2-everything.pdf")
    assert "你好" in text
    assert "😀" in text
    assert "[U+E000]" in text
    assert "ﻣﺖ" in text or "مت" in text


def test_charts_are_drawn_with_words_for_those_who_cannot_see(built):
    """The charts are drawings in the page, tagged as figures with a text in their place."""
    reader = pypdf.PdfReader(built.folder / "2-everything.pdf")
    found = []

    def walk(node):
        node = node.get_object()
        if not isinstance(node, dict):
            return
        if node.get("/S") == "/Figure":
            found.append(node.get("/Alt"))
        children = node.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            walk(child)

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    assert len(found) >= 6
    assert all(found)
    assert any("Hour by weekday" in words for words in found)


def test_corrections_stand_beside_what_they_replaced(built):
    """The earlier version is printed whole, with the number that replaced it and why."""
    text = _flat(_text(built.folder / "2-everything.pdf"))
    assert "Replaced by #15: Wrong hour" in text
    assert "Silent call from a withheld number, in the evening." in text


def test_what_an_export_cannot_show_is_printed(built):
    """The ledger, its issues and the limits of each export are in the pack."""
    text = _flat(_text(built.folder / "2-everything.pdf"))
    assert "Disappearing messages are not in this export." in text
    assert "declared 58, found 49" in text
    assert "records 90" in text


def test_a_thousand_entries_fill_a_volume(empty_log, tmp_path):
    """Beyond 1,000 entries a second volume begins, and links name the right file."""
    for number in range(1_003):
        day, hour = divmod(number, 24)
        at = f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T{hour:02d}:00"
        empty_log.add(Incident(happened=Moment(value=at), what_happened="Called.", channel="voice"))
    built = empty_log.pack(tmp_path / "pack")
    second = pypdf.PdfReader(built.folder / "2-everything-volume-2.pdf")
    assert {"e1001", "e1002", "e1003"} <= set(second.named_destinations)
    first = pypdf.PdfReader(built.folder / "1-START-HERE.pdf")
    assert len(first.pages) == 1
    wanted = {link["/A"]["/URI"] for link in _links(first)}
    assert "2-everything-volume-2.pdf#nameddest=e1003" in wanted
    text = _flat(_text(built.folder / "2-everything.pdf"))
    assert "1,003 entries (1 to 1000)" in text


def _crowd(log, *, word):
    """As much as anyone could write into every field that the first page shows."""
    long = " ".join([word] * 60)
    whole = word * 300
    for _ in range(3):
        log.add(
            Person(
                label=whole,
                roles=("victim",),
                names=(whole,),
                born=long,
                safe_contact=whole,
                language=long,
                access_needs=long,
            )
        )
        log.add(
            Person(
                label=long,
                roles=("suspect",),
                names=(long,),
                relationship=long,
                identifiers=tuple(Identifier(scheme="handle", value=whole) for _ in range(9)),
                vehicle=long,
                employer=long,
                weapons=whole,
                keys_or_passwords=long,
            )
        )
    orders = [log.add(Order(kind=long, court=whole)) for _ in range(4)]
    for number in range(60):
        log.add(
            Incident(
                happened=Moment(value=f"2026-{1 + number % 12:02d}-05T{number % 24:02d}:10"),
                what_happened=whole,
                effect=long,
                channel=f"{word}{number}",
                danger_flags=tuple(f"{word}{n}" for n in range(9)),
                fear_of_violence="yes",
                order=orders[number % 4],
                condition=number % 7,
            )
        )
        log.add(PoliceContact(at=Moment(value="2026-05-05"), how=long, outcome=whole))
        log.add(Impact(at=Moment(value="2026-05-05"), words=whole))


@pytest.mark.parametrize("word", ["lorem", "威胁", "دھمکی", "W", "👩‍👧"])
def test_the_first_page_stays_one_page_whatever_is_written(empty_log, tmp_path, word):
    """With every field overfull it is one page, at most 450 words and 4,000 plain characters."""
    _crowd(empty_log, word=word)
    built = empty_log.pack(tmp_path / "pack")
    assert len(pypdf.PdfReader(built.folder / "1-START-HERE.pdf").pages) == 1
    plain = (built.folder / "summary.txt").read_text()
    assert len(plain) <= 4_000
    grid = plain[plain.index("\nepisodes") : plain.index("\n", plain.index("\nall ") + 1)]
    words = [piece for piece in plain.replace(grid, "").split() if re.search(r"\w", piece)]
    assert len(words) <= 450
    for label in ("SAFE CONTACT", "LATEST", "NOT recorded as reported", "OTHER SIDE", "SEAL"):
        assert label in plain
    assert "OTHERS MAY STILL HOLD" in plain


def test_first_page_and_order_sheet_agree_on_what_was_reported(log, tmp_path):
    """An entry that a contact with police names counts as reported on both."""
    entry = next(r.id for r in log.records if getattr(r.body, "condition", None) == 1)
    log.add(PoliceContact(at=Moment(value="2026-11-22T09:00"), how="101", incidents=(entry,)))
    built = log.pack(tmp_path / "pack")
    assert "NOT recorded as reported: none." in (built.folder / "summary.txt").read_text()
    text = _flat(_text(built.folder / "2-everything.pdf"))
    assert "in the evening. [reported #19]" in text
    assert "[NOT recorded as reported]" not in text
