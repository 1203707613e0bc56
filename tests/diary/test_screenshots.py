"""A folder of screenshots: in the order of their own clocks, offered as runs."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tallymark.diary.screenshots import runs
from tallymark.errors import SourceMissing

START = datetime(2026, 3, 1, 21, 0)


def shot(
    folder: Path, at: datetime, *, head: int = 1, app: str = "", size: tuple[int, int] = (270, 600)
) -> None:
    """A picture with the top of chat ``head`` and text that differs below it."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for n in range(9):
        shade = 40 + (n * 37 * head) % 180
        draw.rectangle((n * 30, 0, n * 30 + 29, size[1] // 8), fill=(shade, shade, shade))
    for n in range(6):
        draw.text((10, 100 + 40 * n), f"{at} line {n}", fill="black")
    picture.save(folder / f"Screenshot_{at:%Y%m%d-%H%M%S}{app}.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """300 pictures of three conversations, a photo apart, a text, written in another order."""
    times = []
    for run in range(3):
        begin = START + timedelta(days=run)
        times += [(begin + timedelta(minutes=n), run + 1) for n in range(100)]
    for at, head in sorted(times, key=lambda pair: (pair[0].minute * 7919) % 101):
        shot(tmp_path, at, head=head)
    (tmp_path / "notes.txt").write_text("x")
    return tmp_path


def test_three_hundred_in_three_runs(folder: Path) -> None:
    """Three runs of a hundred, each in the order of its clocks, whatever the file times say."""
    for n, path in enumerate(sorted(folder.glob("*.png"), reverse=True)):
        os.utime(path, (1_700_000_000 + n, 1_700_000_000 + n))
    seen: list[tuple[int, int]] = []
    offers, left = runs(folder, zone="Europe/London", progress=lambda d, t: seen.append((d, t)))
    assert [len(offer.shots) for offer in offers] == [100, 100, 100]
    names = [shot.path.name for offer in offers for shot in offer.shots]
    assert names == sorted(names)
    assert [path.name for path in left] == ["notes.txt"]
    assert not any(offer.by_file_time for offer in offers)
    assert seen[-1] == (301, 301)


def test_what_begins_a_new_run(tmp_path: Path) -> None:
    """A quarter of an hour, another app, another screen, and another chat at the top."""
    for minutes, more in (
        (0, {}),
        (1, {}),
        (17, {}),
        (18, {"app": "_Signal"}),
        (19, {"app": "_Signal", "size": (300, 640)}),
        (20, {"head": 4, "app": "_Signal", "size": (300, 640)}),
    ):
        shot(tmp_path, START + timedelta(minutes=minutes), **more)
    offers, _ = runs(tmp_path, zone="UTC")
    assert [len(offer.shots) for offer in offers] == [2, 1, 1, 1, 1]


def test_only_a_file_time_is_said(tmp_path: Path) -> None:
    """A picture without any clock of its own is put in order by the file's time, and that is said."""
    Image.new("RGB", (200, 400)).save(tmp_path / "image.png")
    offers, _ = runs(tmp_path, zone="UTC")
    assert offers[0].by_file_time


def test_bad_folders_have_names(tmp_path: Path) -> None:
    """No folder, and an empty one."""
    with pytest.raises(SourceMissing):
        runs(tmp_path / "none", zone="UTC")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceMissing):
        runs(tmp_path / "empty", zone="UTC")
