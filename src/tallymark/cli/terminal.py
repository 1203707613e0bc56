"""How commands speak: tables for people, JSON for programs, progress on long work, open vaults."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import read_passphrase

if TYPE_CHECKING:
    from tallymark.diary import Diary

_NO_WAY_BACK = (
    "If you forget the passphrase, no one can open this. To have a way back: tallymark slots choose"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


def vault_path(ctx: click.Context) -> Path:
    """The vault that was named, or the usual place."""
    from tallymark.diary.place import default_place

    return ctx.obj or default_place()


@contextmanager
def open_diary(
    ctx: click.Context,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    *,
    deciding: bool = False,
) -> Iterator[Diary]:
    """The diary at the chosen place, unlocked with a secret that is never an argument.

    Where the choice for a forgotten passphrase is due, a person at a terminal is asked before
    anything else. A script cannot be asked and is never locked out; it is told each time.
    ``deciding`` is for commands that ask it themselves.
    """
    from tallymark.diary import Diary

    someone = sys.stdin.isatty() and sys.stderr.isatty()
    secret = read_passphrase(passphrase_file, passphrase_fd)
    with Diary.open(vault_path(ctx), passphrase=secret) as diary:
        if someone and not deciding and diary.keys.is_due:
            from tallymark.cli.way_back import choose

            choose(diary)
        telling = diary.keys.is_due or (someone and diary.keys.is_undecided)
        yield diary
        if telling and not deciding:
            click.echo(_NO_WAY_BACK, err=True)
        if diary.vault.trouble:
            click.echo(diary.vault.trouble, err=True)


def emit(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    struck: Sequence[bool] = (),
) -> None:
    """A table that fits the terminal; control characters from evidence are shown, not obeyed.

    ``struck`` says for each row whether it is struck through.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for place, row in enumerate(rows):
        style = "strike" if struck and struck[place] else ""
        grid.add_row(*(Text(plain(cell), style=style) for cell in row))
    Console(highlight=False, soft_wrap=False).print(grid)


def plain(text: str) -> str:
    """Text without control and direction characters, so that evidence cannot drive a terminal."""
    return "".join(c if c == "\n" or _harmless(c) else f"<U+{ord(c):04X}>" for c in text)


def _harmless(char: str) -> bool:
    code = ord(char)
    control = code < 0x20 or 0x7F <= code < 0xA0
    return (
        not control
        and char not in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int, int | str], None]]:
    """A moving line on standard error, only on a terminal: done, total and what was found.

    What was found is a count or words; words from evidence are shown, not obeyed.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _total, _found: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        TextColumn("{task.fields[found]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, found="")

        def moved(done: int, total: int, found: int | str) -> None:
            words = f"{found:,} found" if isinstance(found, int) and found else str(found or "")
            bar.update(task, completed=done, total=total or None, found=escape(plain(words)))

        yield moved


@contextmanager
def bytes_done(label: str) -> Iterator[Callable[[int, int], None]]:
    """A moving line on a terminal, from bytes done and bytes in all."""
    with progress(label) as moved:
        yield lambda done, total: moved(done, total, 0)
