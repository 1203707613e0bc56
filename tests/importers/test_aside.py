"""The second process of a large mailbox: as confined as the first, and nothing depends on it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.importers.aside_child import WAYS

from tallymark import importers
from tallymark.importers import _aside, _jail
from tallymark.model.event import EventBatch

from .mail import FROM, mail

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2,
    reason="a second process needs Linux and two processors",
)


def box(path: Path, *, megabytes: int) -> Path:
    """Mails of many sizes, some odd, from several senders."""
    with path.open("wb") as file:
        number = 0
        while file.tell() < megabytes << 20:
            number += 1
            body = b"\n" + b"words and words\n" * (number % 7 * 900)
            one = mail(
                body, From=f"s{number % 9}@example.org", Date="x" if number % 11 == 0 else ""
            )
            file.write(FROM + one + b"\n")
    return path


def looked_at(path: Path, **options: str) -> tuple[dict[str, Any], list[EventBatch]]:
    """The summary without what the jail says, and the batches."""
    batches: list[EventBatch] = []
    summary = importers.inspect(path, options=options, on_batch=batches.append)
    return {key: value for key, value in summary.items() if key != "jail"}, batches


def test_a_large_mailbox_gives_the_same_with_it_and_without(tmp_path: Path, monkeypatch) -> None:
    """Summary, lines, columns and how they are cut, with the size from which there is one."""
    path = box(tmp_path / "box.mbox", megabytes=(_aside.WORTH >> 20) + 1)
    beside = looked_at(path, owner="s1@example.org")
    monkeypatch.setattr(_jail, "_CHILD", "tests.importers.lone_child")
    assert looked_at(path, owner="s1@example.org") == beside
    assert beside[0]["counts"]["message"] == path.read_bytes().count(FROM)


@pytest.mark.parametrize("way", WAYS)
def test_whatever_it_does_not_do_the_reader_does(way: str, tmp_path: Path, monkeypatch) -> None:
    """It ends, crashes, hangs or answers wrongly: every mail is there, once, as it would be."""
    path = box(tmp_path / "box.mbox", megabytes=10)
    monkeypatch.setattr(_jail, "_CHILD", "tests.importers.lone_child")
    alone = looked_at(path, provider=way)
    monkeypatch.setattr(_jail, "_CHILD", "tests.importers.aside_child")
    assert looked_at(path, provider=way) == alone


def test_it_is_confined_and_has_no_file(tmp_path: Path, monkeypatch) -> None:
    """No network, no process, no writing; of descriptors only the two pipes to the reader."""
    path = box(tmp_path / "box.mbox", megabytes=10)
    monkeypatch.setattr(_jail, "_CHILD", "tests.importers.aside_child")
    senders = looked_at(path, provider="tells")[0]["senders"]
    assert set(senders) - {f"s{n}@example.org" for n in range(9)} == {"[0, 0, 0, 2]"}
