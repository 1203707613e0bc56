"""Clocks in names, and clocks side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallymark.examiners._frames import CLOCKS
from tallymark.examiners.clocks import MADE, WORDS, best, differences, span
from tallymark.examiners.names import named

NAMES = {
    "IMG_20230101_120000.jpg": "2023-01-01T12:00:00",
    "VID_20230101_120000.mp4": "2023-01-01T12:00:00",
    "20230101_120000.jpg": "2023-01-01T12:00:00",
    "PXL_20230101_120000123.jpg": "2023-01-01T12:00:00Z",
    "Screenshot_20230101-120000.png": "2023-01-01T12:00:00",
    "Screenshot_20230101-120000_WhatsApp.jpg": "2023-01-01T12:00:00",
    "Screenshot_2023-01-01-12-00-05-123_com.whatsapp.jpg": "2023-01-01T12:00:05",
    "Screenshot 2026-03-01 at 21.45.10.png": "2026-03-01T21:45:10",
    "Screenshot 2026-03-01 214510.png": "2026-03-01T21:45:10",
    "IMG-20230101-WA0001.jpg": "2023-01-01",
    "PTT-20230101-WA0012.opus": "2023-01-01",
    "WhatsApp Image 2023-01-01 at 12.00.09.jpeg": "2023-01-01T12:00:09",
    "signal-2023-01-01-12-00-09-123.jpg": "2023-01-01T12:00:09",
    "photo_2023-01-01_12-00-09.jpg": "2023-01-01T12:00:09",
    "FB_IMG_1672574400000.jpg": "2023-01-01T12:00:00Z",
    "RingVideo_20230101_120000.mp4": "2023-01-01T12:00:00",
    "Voice 2023-01-01 12-00.m4a": "2023-01-01T12:00:00",
    "DSCN0010.jpg": "",
    "IMG_1234.HEIC": "",
    "letter from bank.pdf": "",
    "99999999_999999.jpg": "",
    "20231345_120000.jpg": "",
}


@pytest.mark.parametrize(("name", "clock"), NAMES.items())
def test_names_of_phones_messengers_and_recorders(name: str, clock: str) -> None:
    """Each pattern by its own rule; what is no time stays none."""
    assert named(name).clock == clock


def test_a_screenshot_says_which_screen() -> None:
    """The app, where the phone writes it into the name."""
    assert named("Screenshot_20230101-120000_WhatsApp.jpg").app == "WhatsApp"
    assert named("Screenshot_2023-01-01-12-00-05-123_com.whatsapp.jpg").app == "com.whatsapp"
    assert named("Screenshot_20230101-120000.png").screenshot
    assert not named("IMG_20230101_120000.jpg").screenshot


@given(st.text(max_size=80))
def test_any_name_is_allowed(name: str) -> None:
    """No name makes a fault."""
    assert len(named(name).clock) in {0, 10, 19, 20}


def test_every_clock_has_its_words() -> None:
    """A clock that can be found can be named on a page."""
    assert set(CLOCKS) <= set(WORDS)
    assert set(MADE) <= set(WORDS)


def test_a_day_apart_is_said_and_may_not_be_the_zone() -> None:
    """The published camera: 21 hours 58 minutes from its satellites."""
    found = differences({"camera_taken": "2008-10-22T16:28:39", "gps_utc": "2008-10-23T14:27:07Z"})
    assert [(d.seconds, d.may_be_zone) for d in found] == [(79_108, False)]
    assert "21 hours 58 minutes" in found[0].told()


def test_whole_hours_may_be_the_zone() -> None:
    """A camera on summer time beside UTC: one hour, and said to be perhaps the zone."""
    found = differences({"camera_taken": "2026-05-03T21:10:09", "gps_utc": "2026-05-03T20:10:08Z"})
    assert [d.may_be_zone for d in found] == [True]
    assert found[0].told().endswith("This may be the time zone.")


@pytest.mark.parametrize(
    "clocks",
    [
        {},
        {"camera_taken": "2026-05-03T21:10:09"},
        {"camera_taken": "2026-05-03T21:10:09", "camera_digitised": "2026-05-03T21:10:09"},
        {"camera_taken": "2026-05-03T21:10:09", "name_says": "2026-05-03T21:12:00"},
        {"camera_taken": "2026-05-03T21:10:09", "file_changed": "2027-01-01T00:00:00"},
        {"camera_taken": "not a time", "gps_utc": "3609-01-01T00:00:00Z"},
    ],
)
def test_what_agrees_or_cannot_be_compared_says_nothing(clocks: dict[str, str]) -> None:
    """A later change of the file is no conflict, and neither is what is no time."""
    assert differences(clocks) == []


def test_the_order_is_by_the_files_own_clock_first() -> None:
    """The file's time serves only where nothing inside says one."""
    modified = "2027-01-01T00:00:00Z"
    assert (
        best({"camera_taken": "2026-05-03T21:10:09"}, modified=modified, zone="Europe/London")[0]
        == "camera_taken"
    )
    assert best({}, modified=modified, zone="Europe/London")[0] == "file_time"
    assert best({}, modified=None, zone="Europe/London") is None


def test_spans_in_words() -> None:
    """Two units at most."""
    assert span(79_108) == "21 hours 58 minutes"
    assert span(3 * 86_400 + 3_700) == "3 days 1 hour"
    assert span(40) == "40 seconds"
