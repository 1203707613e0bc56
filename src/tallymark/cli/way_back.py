"""One question at the terminal: what if the passphrase is forgotten. Words, a helper, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tallymark.errors import PracticeFailed, TallymarkError, UsageProblem

if TYPE_CHECKING:
    from tallymark.diary import Diary, NewWords

_TRIES = 3
_QUESTION = """\
What if you forget the passphrase? No one can open the vault without it, unless you choose now.

  1  Words: 24 words that you write on paper. They open it too.
  2  A helper: a copy that only your helper's key can open.
  3  Nothing: if you forget the passphrase, everything in here is gone.
"""
_BEFORE = """\
These 24 words open the vault if you forget the passphrase. Write them on paper, with the numbers.
Whoever has the paper can read everything. Keep it where only you can get it, or with someone you
trust. Do not take a photo of it. The words are shown this one time.
"""
_AFTER = "Now look at the paper. Type what stands there."


def choose(diary: Diary) -> None:
    """Ask until one of the three is done. Raises ``click.Abort`` when the person stops."""
    click.echo(_QUESTION, err=True)
    while True:
        number = click.prompt("1, 2 or 3", type=click.Choice(["1", "2", "3"]), err=True)
        try:
            {"1": write_down, "2": _helper, "3": _nothing}[number](diary)
        except TallymarkError as problem:
            click.echo(f"{problem} {problem.next_step}", err=True)
            continue
        return


def write_down(diary: Diary) -> None:
    """Show new words, have three of them typed back, and let them open the vault."""
    words, typed = practised()
    diary.keys.add_words(words, typed=typed)
    click.echo("Good. These words open the vault from now on.", err=True)


def practised() -> tuple[NewWords, list[str]]:
    """New words that a person wrote down, and the three that were typed back.

    They open nothing yet. Raises PracticeFailed after three tries.
    """
    from tallymark.diary import NewWords

    words = NewWords.draw()
    click.echo(_BEFORE, err=True)
    click.echo(in_columns(words.words))
    _out_of_sight()
    click.echo(_AFTER, err=True)
    return words, _with_tries(lambda: _typed_back(words))


def _typed_back(words: NewWords) -> list[str]:
    typed = [str(click.prompt(f"Word {number}", err=True)) for number in words.asked]
    words.must_fit(typed)
    return typed


def _with_tries(ask: Callable[[], list[str]]) -> list[str]:
    for left in range(_TRIES - 1, -1, -1):
        try:
            return ask()
        except PracticeFailed as problem:
            if not left:
                raise
            click.echo(f"{problem} Look again.", err=True)
    raise PracticeFailed


def in_columns(words: Sequence[str]) -> str:
    """24 numbered words in three columns, to be read down."""
    rows = len(words) // 3
    lines = (
        "".join(f"{at + 1:>4}  {words[at]:<12}" for at in range(row, len(words), rows)).rstrip()
        for row in range(rows)
    )
    return "\n".join(lines) + "\n"


def _out_of_sight() -> None:
    """On a terminal, wait until the paper is written and clear what is on the screen."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        click.prompt("Press Enter when you have written them down", default="", show_default=False)
        click.clear()
        click.echo("Close this window when you are done: it may still hold them further up.")


def _helper(diary: Diary) -> None:
    key = click.prompt("The helper's key (it begins with age1)", err=True)
    out = Path(click.prompt("Where to put the copy for the helper (a new file)", err=True))
    seal_for(diary, key, out)


def seal_for(diary: Diary, key: str, out: Path) -> None:
    """A copy for a helper's key, written to a new file. Raises EnvelopeError, OutputExists."""
    from tallymark.errors import OutputExists

    if out.exists():
        raise OutputExists("There is already something in this place.")
    diary.keys.add_helper(key)
    number = diary.keys.all()[-1].number
    diary.keys.write_copy(number, out)
    click.echo(f"The copy is at {out}", err=True)
    click.echo(
        "Give it to your helper. With their key they see 24 words. When they have them, try it"
        " together: tallymark slots try",
        err=True,
    )


def _nothing(diary: Diary) -> None:
    from tallymark.diary.keys import CONSENT

    typed = click.prompt(f"To choose this, type: {CONSENT}", err=True)
    try:
        diary.keys.refuse(typed)
    except UsageProblem:
        click.echo("Nothing was chosen.", err=True)
        raise
