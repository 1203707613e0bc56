"""A folder of screenshots in the order of their own clocks, offered as runs of one conversation.

Only offered: a person looks through them and says what belongs together. Nothing is read from the
words in a picture here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tallymark.diary.examination import stated_by
from tallymark.diary.intake import file_time, opened
from tallymark.errors import SourceMissing
from tallymark.examiners import Examiner, look, says_something
from tallymark.examiners.clocks import best
from tallymark.model.filetype import sniff

GAP = timedelta(minutes=15)
"""Between two screenshots of one run there is at most this."""

ALIKE = 10
"""Two tops of pictures look alike when at most this many of 64 bits differ."""

MOST = 5_000
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture. ``at`` is the instant in UTC by ``clock``, the name of the clock it was put in order by."""

    path: Path
    clock: str
    at: datetime
    size: tuple[str, str]
    app: str
    top: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Pictures that may be of one conversation, the earliest first."""

    shots: tuple[Shot, ...]

    @property
    def by_file_time(self) -> bool:
        """Whether some are put in order by the file's time alone, which copying may have changed."""
        return any(shot.clock == "file_time" for shot in self.shots)


def runs(
    folder: Path, *, zone: str, progress: Callable[[int, int], None] | None = None
) -> tuple[list[Offer], list[Path]]:
    """The runs of a folder of pictures by time, and the files that are no picture or have no time.

    ``zone`` (IANA) is that of clocks that state none. Raises SourceMissing for another than a folder
    or one without files.
    """
    paths = list(_files(folder))
    shots, left = [], []
    with Examiner() as examiner:
        for done, path in enumerate(paths, 1):
            shot = _shot(path, zone=zone, examiner=examiner)
            if shot is None:
                left.append(path)
            else:
                shots.append(shot)
            if progress is not None:
                progress(done, len(paths))
    shots.sort(key=lambda shot: (shot.at, shot.path.name))
    return [Offer(tuple(run)) for run in _grouped(shots)], left


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise SourceMissing("This is not a folder.")
    names = sorted(
        entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)
    )
    if not names:
        raise SourceMissing("There is no file in this folder.")
    yield from (folder / name for name in names[:MOST])


def _shot(path: Path, *, zone: str, examiner: Examiner) -> Shot | None:
    with opened(path) as source:
        mime, _ = sniff(source.read(_HEAD))
        if not mime.startswith("image/") or not says_something(mime):
            return None
        source.seek(0)
        stated = stated_by(look(source, examiner=examiner), name=path.name)
        chosen = best(stated["clocks"], modified=file_time(source), zone=zone)
    if chosen is None:
        return None
    facts = stated["examined"]
    size = (facts.get("width", ""), facts.get("height", ""))
    return Shot(path, *chosen, size, facts.get("app", ""), facts.get("header_hash", ""))


def _grouped(shots: Sequence[Shot]) -> list[list[Shot]]:
    groups: list[list[Shot]] = []
    for shot in shots:
        if groups and _continues(groups[-1][-1], shot):
            groups[-1].append(shot)
        else:
            groups.append([shot])
    return groups


def _continues(before: Shot, after: Shot) -> bool:
    """Whether two pictures, one right after the other, may be of one conversation."""
    same = (before.size, before.app) == (after.size, after.app)
    return same and after.at - before.at <= GAP and _alike(before.top, after.top)


def _alike(one: str, other: str) -> bool:
    if not (one and other):
        return one == other
    return (int(one, 16) ^ int(other, 16)).bit_count() <= ALIKE
