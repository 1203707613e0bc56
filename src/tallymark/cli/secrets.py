"""How a command is given a secret: asked for without echo, from a file, or from a descriptor.

Never as an argument: arguments show in the list of processes and stay in the shell's history.
"""

from __future__ import annotations

import getpass
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tallymark.errors import UsageProblem

_Command = TypeVar("_Command", bound=Callable[..., Any])

MAX_BYTES = 4096
"""The longest secret that is read from a file or descriptor, in bytes."""

TRIES = 3


def secret_options(name: str, what: str) -> Callable[[_Command], _Command]:
    """Add ``--NAME-file`` and ``--NAME-fd`` to a click command, for ``what`` in its help.

    The command then takes ``NAME_file: Path | None`` and ``NAME_fd: int | None``.
    """
    from_fd = click.option(
        f"--{name}-fd", type=int, metavar="N", help=f"Read {what} from this open file descriptor."
    )
    from_file = click.option(
        f"--{name}-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"Read {what} from this file.",
    )
    return lambda command: from_file(from_fd(command))


passphrase_options = secret_options("passphrase", "the passphrase (its first line)")
new_passphrase_options = secret_options("new-passphrase", "the new passphrase (its first line)")
words_options = secret_options("words", "the 24 words")
identity_options = secret_options("identity", "a helper's age key")


def read_passphrase(
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    *,
    confirm: bool = False,
    prompt: str = "Passphrase: ",
    name: str = "passphrase",
) -> str:
    """The passphrase, from the file or descriptor if one is given, else asked for without echo.

    A file or descriptor gives its first line without the line end (at most 4,096 bytes of UTF-8).
    ``confirm`` asks a person twice, three times over; what comes from a file is taken as it is.
    Raises ``UsageProblem`` when both are given, none can be read, or it is empty.
    """
    given = read_given(passphrase_file, passphrase_fd, name=name, whole=False)
    return _asked(prompt, name, confirm=confirm) if given is None else _not_empty(given)


def read_given(
    file: Path | None, descriptor: int | None, *, name: str, whole: bool = True
) -> str | None:
    """The text of the file or descriptor, at most 4,096 bytes of UTF-8; None when none is given.

    ``name`` is that of the options. Not ``whole`` is its first line, without the line end, for
    which nobody has to close a descriptor. Raises ``UsageProblem`` when both are given or it cannot be
    read.
    """
    if file is not None and descriptor is not None:
        message = f"Give it by --{name}-file or by --{name}-fd, not both."
        raise UsageProblem(message)
    if file is not None:
        return _text(lambda: os.open(file, os.O_RDONLY), f"file of --{name}-file", whole=whole)
    if descriptor is not None:
        return _text(lambda: os.dup(descriptor), f"descriptor of --{name}-fd", whole=whole)
    return None


def read_words(file: Path | None, descriptor: int | None) -> str:
    """24 words from a file or descriptor if one is given, else asked for without echo."""
    given = read_given(file, descriptor, name="words")
    return _not_empty(_hidden("The 24 words: ", "words") if given is None else given.strip())


def _text(opened: Callable[[], int], what: str, *, whole: bool) -> str:
    try:
        with os.fdopen(opened(), "rb") as source:
            data = (source.read if whole else source.readline)(MAX_BYTES + 1)
    except OSError:
        message = f"The {what} could not be read."
        raise UsageProblem(message) from None
    if len(data) > MAX_BYTES:
        message = f"The {what} holds too much."
        raise UsageProblem(message)
    try:
        return data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        message = f"The {what} is not text in UTF-8."
        raise UsageProblem(message) from None


def _asked(prompt: str, name: str, *, confirm: bool) -> str:
    for _ in range(TRIES):
        first = _not_empty(_hidden(prompt, name))
        if not confirm or _hidden("The same again: ", name) == first:
            return first
        click.echo("The two are not the same. Nothing was changed.", err=True)
    message = "The two passphrases were not the same."
    raise UsageProblem(message)


def _hidden(prompt: str, name: str) -> str:
    """Ask on the terminal; refuse where what is typed would show or nobody can answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (getpass.GetPassWarning, EOFError, OSError):
        message = f"There is no terminal to ask for the {name.replace('-', ' ')}."
        raise UsageProblem(
            message, next_step=f"Give it with --{name}-file FILE or --{name}-fd N."
        ) from None


def _not_empty(text: str) -> str:
    if not text:
        message = "Nothing was given: it is empty."
        raise UsageProblem(message)
    return text
