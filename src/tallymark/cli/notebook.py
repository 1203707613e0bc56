"""Commands for the safety notebook: what must never leave, under a passphrase of its own."""

from __future__ import annotations

from pathlib import Path

import click

from tallymark.cli.secrets import passphrase_options, read_passphrase
from tallymark.cli.terminal import emit, json_option, plain, table, vault_path


@click.group()
def notebook() -> None:
    """Keep safety plans, a new address or who helps you. It is in no pack, ever.

    It has its own passphrase. Choose another one than for your diary.
    """


@notebook.command(name="add")
@click.argument("words", required=False)
@passphrase_options
@click.pass_context
def add_note(
    ctx: click.Context, words: str | None, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """Write a note. Leave WORDS out to type them unseen by the shell history."""
    from tallymark.diary.notebook import Notebook, beside, exists

    folder = beside(vault_path(ctx))
    is_new = not exists(folder)
    if is_new:
        click.echo("This makes your notebook. Give it a passphrase of its own.", err=True)
    asked = passphrase_file is None and passphrase_fd is None
    secret = read_passphrase(passphrase_file, passphrase_fd, confirm=is_new and asked)
    said = words or click.prompt("Note", err=True)
    opened = Notebook.create if is_new else Notebook.open
    with opened(folder, passphrase=secret) as book:
        note = book.add(said)
    click.echo(f"Saved as note {note.number}.")
    click.echo("You can stop here. It is saved.", err=True)


@notebook.command(name="list")
@json_option
@passphrase_options
@click.pass_context
def list_notes(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """List the notes, the newest first."""
    from tallymark.diary.notebook import Notebook, beside

    secret = read_passphrase(passphrase_file, passphrase_fd)
    with Notebook.open(beside(vault_path(ctx)), passphrase=secret) as book:
        notes = book.notes()[::-1]
    if as_json:
        emit([{"number": n.number, "written": n.written, "words": n.words} for n in notes])
        return
    table(("note", "written", "words"), ((str(n.number), n.written, n.words) for n in notes))


@notebook.command(name="show")
@click.argument("number", type=int)
@passphrase_options
@click.pass_context
def show_note(
    ctx: click.Context, number: int, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """Show one note whole."""
    from tallymark.diary.notebook import Notebook, beside

    secret = read_passphrase(passphrase_file, passphrase_fd)
    with Notebook.open(beside(vault_path(ctx)), passphrase=secret) as book:
        note = book.note(number)
    click.echo(f"Note {note.number}, written {note.written}")
    click.echo(plain(note.words))


COMMANDS = (notebook,)
