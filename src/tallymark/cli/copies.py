"""Commands for copies elsewhere, and for reading all again: backup, restore, check, remove."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.heads import clock_lines, unsure_of
from tallymark.cli.secrets import (
    passphrase_options,
    read_given,
    read_passphrase,
    words_options,
)
from tallymark.cli.terminal import bytes_done, emit, json_option, open_diary, vault_path
from tallymark.errors import UsageProblem, VaultDamaged

if TYPE_CHECKING:
    from tallymark.diary import Diary
    from tallymark.vault import Finding

_TYPED = "remove it here"
FOLDER = click.Path(path_type=Path, file_okay=False)
number_option = click.option(
    "--number", type=click.IntRange(min=1), help="Which copy; left out: the newest."
)
synced_option = click.option(
    "--allow-synced-folder", is_flag=True, help="Use a folder that is copied to an account."
)


@click.command()
@click.argument("to", type=FOLDER)
@click.option(
    "--keep", type=click.IntRange(min=1), help="Keep only so many copies there, the newest."
)
@synced_option
@json_option
@passphrase_options
@click.pass_context
def backup(
    ctx: click.Context,
    to: Path,
    keep: int | None,
    allow_synced_folder: bool,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Make a sealed copy of everything in another place, and read it back.

    TO is a folder or a USB stick. The first copy holds everything; the next ones add what is new.
    Your passphrase opens it. Only the notebook is not in it.
    """
    with (
        open_diary(ctx, passphrase_file, passphrase_fd) as diary,
        bytes_done("Copying and reading back") as moved,
    ):
        copy = diary.back_up(to, keep=keep, allow_synced=allow_synced_folder, progress=moved)
    if as_json:
        emit({**asdict(copy), "folder": str(copy.folder), "findings": _rows(copy.findings)})
    else:
        click.echo(f"Copy {copy.number} is in {copy.folder}")
        click.echo(
            f"{copy.size:,} bytes in all, {copy.new_bytes:,} of them new."
            f" {copy.originals} files. Every byte was read back from there."
        )
        if copy.dropped:
            click.echo(f"Taken away: {len(copy.dropped)} older copies.")
        _say(copy.findings, good="The copy is good.")
        if copy.same_disk:
            click.echo("It is on the same disk as your notes. Make one on a stick too.", err=True)
    _leave(copy.findings)


@click.command()
@click.argument("copies", metavar="FROM", type=FOLDER)
@click.option("--vault", "target", type=FOLDER, help="Where to: a new or empty folder.")
@number_option
@synced_option
@json_option
@words_options
@passphrase_options
@click.pass_context
def restore(
    ctx: click.Context,
    copies: Path,
    target: Path | None,
    number: int | None,
    allow_synced_folder: bool,
    as_json: bool,
    words_file: Path | None,
    words_fd: int | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Make a vault from a copy, on this or another computer, and check all of it.

    The passphrase or the 24 words are those that the vault had when the copy was made. Nothing is ever restored
    over a vault that is there.
    """
    from tallymark.diary import Diary

    path = target or vault_path(ctx)
    words = read_given(words_file, words_fd, name="words")
    secret = None if words else read_passphrase(passphrase_file, passphrase_fd)
    with bytes_done("Restoring and checking") as moved:
        diary, restored = Diary.restore(
            copies,
            path,
            passphrase=secret,
            words=words,
            number=number,
            allow_synced=allow_synced_folder,
            progress=moved,
        )
    with diary:
        entries = len(diary.vault.records())
    if as_json:
        emit({**asdict(restored), "folder": str(path), "findings": _rows(restored.findings)})
    else:
        click.echo(f"Restored copy {restored.number} of {restored.made} to {path}")
        click.echo(f"{entries} records. They go on under a new key, and the log says so.")
        _say(restored.findings, good="Everything reads back as it was written.")
    _leave(restored.findings)


@click.command()
@click.option("--copy-to", "to", type=FOLDER, required=True, help="Where the last copy goes.")
@click.option("--same-disk", is_flag=True, help="The copy may lie on what looks like this disk.")
@click.option("--with-notebook", is_flag=True, help="Also the notebook, which is in no copy.")
@synced_option
@passphrase_options
@click.pass_context
def remove(
    ctx: click.Context,
    to: Path,
    same_disk: bool,
    with_notebook: bool,
    allow_synced_folder: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Take your notes away from this computer, after a copy elsewhere was read back.

    First a copy is made and every byte of it is read again. Only then the keys are deleted here,
    and then the files. The copy says that this was done.
    """
    from tallymark.diary import notebook

    path = vault_path(ctx)
    beside = notebook.beside(path)
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        click.echo(f"This takes {path} away, once a copy in {to} was read back.", err=True)
        if with_notebook and notebook.exists(beside):
            click.echo("It also deletes your notebook. No copy of that is kept.", err=True)
        if click.prompt(f"To go on, type {_TYPED}", err=True) != _TYPED:
            raise click.Abort
        with bytes_done("Copying and reading back") as moved:
            copy = diary.remove(
                to, same_disk=same_disk, allow_synced=allow_synced_folder, progress=moved
            )
    click.echo(f"Copy {copy.number} is in {copy.folder}. Every byte was read back from there.")
    click.echo(f"{path} is gone from this computer.")
    if notebook.exists(beside):
        if with_notebook:
            notebook.remove(beside)
            click.echo("The notebook is gone too.")
        else:
            click.echo(f"Your notebook is still here: {beside}. It is in no copy.")
    click.echo(
        "On a flash disk or SSD, deleted files may be found again for a while. Without the keys,"
        " which were deleted first, they can be read only by someone who has your passphrase and"
        " finds those too.",
        err=True,
    )


@click.command()
@click.option("--backup", "copies", type=FOLDER, help="Check a copy in this place instead.")
@click.option("--rebuild", is_flag=True, help="First read every message anew from its original.")
@number_option
@json_option
@passphrase_options
@click.pass_context
def check(
    ctx: click.Context,
    copies: Path | None,
    rebuild: bool,
    number: int | None,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Read every record, file and message again and say what does not fit.

    With --backup a copy is read where it lies; nothing is restored and nothing is written. With
    --rebuild the messages and the words to find are made anew from what you kept.
    """
    if copies is not None and rebuild:
        raise UsageProblem("A copy is only read: --backup and --rebuild do not go together.")
    if copies is not None:
        _check_copy(copies, number, as_json, read_passphrase(passphrase_file, passphrase_fd))
        return
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        findings = list(_rebuilt(diary)) if rebuild else []
        with bytes_done("Reading again") as moved:
            findings += [one for one in diary.check(progress=moved) if one not in findings]
        counts, last = diary.counts(), diary.vault.copies.last
        unsure = [] if findings else [*clock_lines(diary), unsure_of(diary)]
    if as_json:
        emit(_rows(findings))
    else:
        click.echo("Read again: " + ", ".join(f"{n:,} {what}" for what, n in counts.items()) + ".")
        _say(findings, good="Everything reads back as it was written.")
        for line in filter(None, unsure):
            click.echo(line)
        if findings and last:
            click.echo(f"Your last good copy is of {last}. It may hold what is missing here.")
            click.echo("Next: tallymark restore COPY --vault NEW-FOLDER", err=True)
        elif findings:
            click.echo(f"Next: {VaultDamaged.next_step}", err=True)
    _leave(findings)


def _rebuilt(diary: Diary) -> Sequence[Finding]:
    with bytes_done("Making messages anew") as moved:
        return diary.rebuild(progress=moved).findings


def _check_copy(copies: Path, number: int | None, as_json: bool, secret: str) -> None:
    from tallymark.diary import copies as kept

    with bytes_done("Reading the copy") as moved:
        chosen, made, findings = kept.check(
            copies, passphrase=secret, number=number, progress=moved
        )
    if as_json:
        emit({"number": chosen, "made": made, "findings": _rows(findings)})
    else:
        click.echo(f"Copy {chosen} of {made} was read, every byte.")
        _say(findings, good="The copy is good.")
    _leave(findings)


def _rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"what": finding.what, "detail": finding.detail} for finding in findings]


def _say(findings: Sequence[Finding], *, good: str) -> None:
    for finding in findings:
        click.echo(f"{finding.what}: {finding.detail}")
    click.echo(good if not findings else f"{len(findings)} problems. The rest reads back.")


def _leave(findings: Sequence[Finding]) -> None:
    if findings:
        sys.exit(VaultDamaged.exit_code)


COMMANDS = (backup, restore, check, remove)
