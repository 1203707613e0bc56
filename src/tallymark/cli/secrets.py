"""How a command is given a passphrase: asked for without echo, from a file, or from a descriptor.

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
"""The longest passphrase that is read from a file or descriptor, in bytes."""

TRIES = 3


def passphrase_options(command: _Command) -> _Command:
    """Add ``--passphrase-file`` and ``--passphrase-fd`` to a click command.

    The command then takes ``passphrase_file: Path | None`` and ``passphrase_fd: int | None``
    and hands both to ``read_passphrase``.
    """
    from_fd = click.option(
        "--passphrase-fd",
        type=int,
        metavar="N",
        help="Read the passphrase from this open file descriptor.",
    )
    from_file = click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Read the passphrase from the first line of this file.",
    )
    return from_file(from_fd(command))


def read_passphrase(
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    *,
    confirm: bool = False,
    prompt: str = "Passphrase: ",
) -> str:
    """The passphrase, from the file or descriptor if one is given, else asked for without echo.

    A file or descriptor gives its first line without the line end (at most 4,096 bytes of UTF-8).
    ``confirm`` asks a person twice, three times over; what comes from a file is taken as it is.
    Raises ``UsageProblem`` when both are given, none can be read, or it is empty.
    """
    if passphrase_file is not None and passphrase_fd is not None:
        message = "Give the passphrase by --passphrase-file or by --passphrase-fd, not both."
        raise UsageProblem(message)
    if passphrase_file is not None:
        return _first_line(lambda: os.open(passphrase_file, os.O_RDONLY), "file")
    if passphrase_fd is not None:
        return _first_line(lambda: os.dup(passphrase_fd), "descriptor")
    return _asked(prompt, confirm=confirm)


def _first_line(opened: Callable[[], int], what: str) -> str:
    try:
        with os.fdopen(opened(), "rb") as source:
            line = source.readline(MAX_BYTES + 1)
    except OSError:
        message = f"The passphrase {what} could not be read."
        raise UsageProblem(message) from None
    if len(line) > MAX_BYTES:
        message = f"The passphrase {what} holds too long a line."
        raise UsageProblem(message)
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        message = f"The passphrase {what} is not text in UTF-8."
        raise UsageProblem(message) from None
    return _not_empty(text)


def _asked(prompt: str, *, confirm: bool) -> str:
    for _ in range(TRIES):
        first = _not_empty(_hidden(prompt))
        if not confirm or _hidden("The same again: ") == first:
            return first
        click.echo("The two are not the same. Nothing was changed.", err=True)
    message = "The two passphrases were not the same."
    raise UsageProblem(message)


def _hidden(prompt: str) -> str:
    """Ask on the terminal; refuse where what is typed would show or nobody can answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (getpass.GetPassWarning, EOFError, OSError):
        message = "There is no terminal to ask for the passphrase."
        raise UsageProblem(
            message, next_step="Give it with --passphrase-file FILE or --passphrase-fd N."
        ) from None


def _not_empty(text: str) -> str:
    if not text:
        message = "The passphrase is empty."
        raise UsageProblem(message)
    return text
