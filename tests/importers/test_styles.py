"""Header styles: every one is read, to the right half of the day, as a whole file and alone."""

from __future__ import annotations

import pytest

from tallymark.importers._whatsapp_header import read_header, read_time

NBSP, NNBSP, LRM, RLM = "\u00a0", "\u202f", "\u200e", "\u200f"

STYLES = {
    "android day first": ("20/01/2019, 20:49 - ", "20:49"),
    "android short year": ("20/01/19, 20:49 - ", "20:49"),
    "android no comma": ("20-01-19 20:49 - ", "20:49"),
    "dutch android": ("20-01-2019 20:49 - ", "20:49"),
    "german android": ("20.01.19, 20:49 - ", "20:49"),
    "german Uhr": ("20.1.2019 20:49 Uhr - ", "20:49"),
    "finnish": ("20.1.2019 klo 20.49 - ", "20:49"),
    "finnish iphone": ("[20.1.2019 klo 20.49.05] ", "20:49:05"),
    "danish": ("20.01.2019 kl. 20.49 - ", "20:49"),
    "spaces in date": ("20. 1. 2019. 20:49 - ", "20:49"),
    "spaces in date, comma": ("20. 1. 2019., 20:49 - ", "20:49"),
    "french": ("20/01/2019 à 20:49 - ", "20:49"),
    "french iphone": ("[20/01/2019 à 20:49:05] ", "20:49:05"),
    "french h": ("20/01/2019 20h49 - ", "20:49"),
    "portuguese": ("20/01/2019 às 20:49 - ", "20:49"),
    "italian": ("20/01/19, 20:49 - ", "20:49"),
    "polish": ("20.01.2019, 20:49 - ", "20:49"),
    "us android": ("1/20/19, 8:49 PM - ", "20:49"),
    "us android narrow space": (f"1/20/19, 8:49{NNBSP}PM - ", "20:49"),
    "us android hard space": (f"1/20/19, 8:49{NBSP}PM - ", "20:49"),
    "us iphone": ("[1/20/19, 8:49:05 PM] ", "20:49:05"),
    "us iphone narrow space": (f"[1/20/19, 8:49:05{NNBSP}PM] ", "20:49:05"),
    "indian": ("20/01/2019, 8:49 pm - ", "20:49"),
    "spanish p.m.": ("20/1/2019 8:49 p.m. - ", "20:49"),
    "spanish p. m.": ("20/1/2019 8:49 p. m. - ", "20:49"),
    "spanish hard space": (f"20/1/2019 8:49 p.{NBSP}m. - ", "20:49"),
    "spanish both spaces": (f"20/1/2019, 8:49{NNBSP}p.{NBSP}m. - ", "20:49"),
    "midnight": ("20/01/2019, 12:05 am - ", "00:05"),
    "noon": ("20/01/2019, 12:05 pm - ", "12:05"),
    "greek": ("20/1/2019, 8:49 μ.μ. - ", "20:49"),
    "turkish": ("20.01.2019 20:49 - ", "20:49"),
    "turkish half": ("20.01.2019 ÖS 8:49 - ", "20:49"),
    "bulgarian": ("20.01.2019 г., 20:49 - ", "20:49"),
    "hungarian": ("2019. 01. 20. 20:49 - ", "20:49"),
    "iso": ("2019-01-20 20:49 - ", "20:49"),
    "iso iphone": ("[2019-01-20 20:49:05] ", "20:49:05"),
    "canadian iphone": ("[2019-01-20, 8:49:05 PM] ", "20:49:05"),
    "year first": ("2019/01/20, 20:49 - ", "20:49"),
    "japanese": ("2019/01/20 20:49 - ", "20:49"),
    "chinese": ("2019/1/20 下午8:49 - ", "20:49"),
    "chinese iphone": ("[2019/1/20 下午8:49:05] ", "20:49:05"),
    "chinese long": ("2019年1月20日 下午8:49 - ", "20:49"),
    "chinese evening": ("2019/1/20 晚上8:49 - ", "20:49"),
    "chinese small hours": ("2019/1/20 凌晨12:49 - ", "00:49"),
    "chinese midday": ("2019/1/20 中午12:49 - ", "12:49"),
    "korean": ("2019년 1월 20일 오후 8:49 - ", "20:49"),
    "korean iphone": ("[2019. 1. 20. 오후 8:49:05] ", "20:49:05"),
    "arabic digits": (f"٢٠{RLM}/١{RLM}/٢٠١٩، ٨:٤٩ م - ", "20:49"),
    "arabic digits iphone": (f"[٢٠{RLM}/١{RLM}/٢٠١٩، ٨:٤٩:٠٥ م] ", "20:49:05"),
    "arabic marks": (f"20{RLM}/1{RLM}/2019, 20:49 - {RLM}", "20:49"),
    "thai era": ("20/1/2562 20:49 น. - ", "20:49"),
    "en dash": ("20/01/2019, 20:49 – ", "20:49"),
    "brackets no seconds": ("[20/01/19 20:49] ", "20:49"),
    "old iphone": ("20/01/19 20:49:05: ", "20:49:05"),
    "mark first": (f"{LRM}[20/01/2019, 20:49:05] ", "20:49:05"),
    "year and day first": ("19/20/01, 20:49 - ", "20:49"),
    "year and day first, four digits": ("2019-20-01 20:49 - ", "20:49"),
    "us with dashes": ("01-20-2019, 8:49 PM - ", "20:49"),
    "canadian android": ("2019-01-20, 8:49 p.m. - ", "20:49"),
    "german iphone": ("[20.01.19, 20:49:05] ", "20:49:05"),
    "dutch iphone": ("[20-01-2019 20:49:05] ", "20:49:05"),
    "indonesian": ("20/01/19 20.49 - ", "20:49"),
    "persian digits": ("۲۰۱۹/۰۱/۲۰، ۲۰:۴۹ - ", "20:49"),
    "old iphone, comma": ("20/01/2019, 20:49:05: ", "20:49:05"),
    "australian": (f"20/1/19, 8:49{NNBSP}pm - ", "20:49"),
    "brazilian iphone": ("[20/01/19 20:49:05] ", "20:49:05"),
    "hebrew": ("20.1.2019, 20:49 - ", "20:49"),
    "swedish iphone": ("[2019-01-20 kl. 20:49:05] ", "20:49:05"),
    "czech": ("20.01.19 20:49 - ", "20:49"),
}
NOT_HEADERS = (
    "20/01/2019: meeting", "2 eggs", "10/10 would do", "12:30 - call", "Hello", "[20/01/2019] A: x",
    "20/01/2019, 25:00 - A: x", "20/01/2019, 20:49 foo - A: x", "2026-01-02 10:00:00,123 - root - INFO - x",
    "192.168.0.1 - - [10/Oct/2000:13:55:36]", "", "[", "1/1/1", "20/01/2019, 20:49: no seconds",
)  # fmt: skip


@pytest.mark.parametrize("name", STYLES)
def test_a_style_alone(name: str) -> None:
    """The grammar finds the header, its length and its time."""
    header, time = STYLES[name]
    found = read_header(header + "Anna: words")
    assert found is not None
    assert read_time(found.time).shown == time
    assert found.length == len(header.rstrip(RLM))


@pytest.mark.parametrize("name", STYLES)
def test_a_style_as_a_file(read, name: str) -> None:
    """Four lines of one style are four messages of one sender on the right day, with no byte over."""
    header, time = STYLES[name]
    data = "\n".join(f"{header}Anna: words {n}" for n in range(4)).encode()
    got = read(data)
    assert got.figures["senders"] == {"Anna": 4}
    assert [event.text for event in got.events] == [f"words {n}" for n in range(4)]
    assert got.values == [f"2019-01-20T{time}"] * 4
    assert got.coverage["unparsed"] == got.coverage["skipped"] == 0
    assert "STYLE_CHANGED" not in got.issues


@pytest.mark.parametrize("name", STYLES)
def test_windows_line_ends_change_nothing(read, name: str) -> None:
    """CR LF between records is framing; the words stay as they were."""
    header, _ = STYLES[name]
    got = read("\r\n".join(f"{header}Anna: words {n}" for n in range(3)).encode() + b"\r\n")
    assert [event.text for event in got.events] == ["words 0", "words 1", "words 2"]
    assert got.coverage["framing"] == 6


@pytest.mark.parametrize("line", NOT_HEADERS)
def test_lines_that_are_no_headers(line: str) -> None:
    """A line that only begins like a date is not the start of a message."""
    assert read_header(line) is None


def test_hour_zero_with_a_half_is_noted(read) -> None:
    """00:08 a. m. is eight minutes past midnight, and is said to be odd."""
    got = read(b"20/06/2020, 00:08 a. m. - Anna: x\n20/06/2020, 08:49 p. m. - Anna: y")
    assert got.values == ["2020-06-20T00:08", "2020-06-20T20:49"]
    assert got.issues == {"HOUR_ZERO": 1}


def test_hour_above_twelve_with_a_half_is_noted(read) -> None:
    """20:49 PM stays 20:49, and is said to be odd."""
    got = read(b"20/06/2020, 20:49 PM - Anna: x\n20/06/2020, 21:49 PM - Anna: y")
    assert got.values == ["2020-06-20T20:49", "2020-06-20T21:49"]
    assert got.issues == {"HOUR_OVER_12": 2}


def test_twelve_hour_spanish_export_keeps_all_six(read) -> None:
    """Six messages before and after noon, with three kinds of space, all in the right half of the day."""
    halves = [
        "9:05 a. m.",
        f"9:05{NBSP}a.{NBSP}m.",
        f"11:59{NNBSP}a.{NBSP}m.",
        "12:01 p. m.",
        f"9:05{NBSP}p. m.",
        f"11:30{NNBSP}p.{NNBSP}m.",
    ]
    got = read("\n".join(f"20/1/2019 {half} - Anna: x" for half in halves).encode())
    assert [v[11:] for v in got.values] == ["09:05", "09:05", "11:59", "12:01", "21:05", "23:30"]
    assert got.counts["message"] == 6
