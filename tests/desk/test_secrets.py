"""How a command is given a passphrase: by file, by descriptor or asked for; never as an argument."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tallymark.cli.secrets import MAX_BYTES, passphrase_options, read_passphrase
from tallymark.errors import UsageProblem


@click.command()
@passphrase_options
def show(passphrase_file: Path | None, passphrase_fd: int | None) -> None:
    """Says how long the passphrase is."""
    click.echo(len(read_passphrase(passphrase_file, passphrase_fd)))


def test_the_options_take_a_file_or_a_descriptor(tmp_path: Path) -> None:
    """Both options stand on the command and reach the reader."""
    secret = tmp_path / "s"
    secret.write_text("four\n")
    assert CliRunner().invoke(show, ["--passphrase-file", str(secret)]).stdout == "4\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("one two", "one two"),
        ("one two\n", "one two"),
        ("one two\r\nthree", "one two"),
        (" spaces stay ", " spaces stay "),
        ("pâté ☕", "pâté ☕"),
    ],
)
def test_a_file_gives_its_first_line_as_it_is(tmp_path: Path, content: str, expected: str) -> None:
    """Only the line end is taken away."""
    secret = tmp_path / "s"
    secret.write_bytes(content.encode())
    assert read_passphrase(secret, None) == expected


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * (MAX_BYTES + 1)])
def test_what_is_no_passphrase_is_refused(tmp_path: Path, content: bytes) -> None:
    """Nothing, no text, or far too much of it."""
    secret = tmp_path / "s"
    secret.write_bytes(content)
    with pytest.raises(UsageProblem):
        read_passphrase(secret, None)


def test_two_sources_a_missing_file_and_a_closed_descriptor_are_refused(tmp_path: Path) -> None:
    """Each is a usage problem that names no content."""
    readable, writable = os.pipe()
    os.close(writable)
    os.close(readable)
    for file, descriptor in (
        (tmp_path, 0),
        (tmp_path / "none", None),
        (None, readable),
        (None, -1),
    ):
        with pytest.raises(UsageProblem):
            read_passphrase(file, descriptor)


def test_a_descriptor_is_read_and_left_open() -> None:
    """The caller's descriptor is the caller's to close."""
    readable, writable = os.pipe()
    os.write(writable, b"through a pipe\n")
    os.close(writable)
    assert read_passphrase(None, readable) == "through a pipe"
    os.close(readable)


def test_asking_twice_wants_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three chances to type the same thing twice."""
    typed = iter(["a", "b", "c", "c"])
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(typed))
    assert read_passphrase(None, None, confirm=True) == "c"
    never = iter("abcdef")
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(never))
    with pytest.raises(UsageProblem):
        read_passphrase(None, None, confirm=True)


def test_without_a_terminal_nothing_is_read_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the typing would show, it is refused and the options are named."""

    def shows(_prompt: str) -> str:
        import warnings

        warnings.warn("echo", getpass.GetPassWarning, stacklevel=1)
        return "typed in the open"

    monkeypatch.setattr(getpass, "getpass", shows)
    with pytest.raises(UsageProblem) as refusal:
        read_passphrase(None, None)
    assert "--passphrase-file" in refusal.value.next_step
