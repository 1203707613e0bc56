"""Commands for the ways into a vault: slots and what belongs to them, recover, rotate, lock."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import (
    identity_options,
    new_passphrase_options,
    passphrase_options,
    read_given,
    read_passphrase,
    read_words,
    words_options,
)
from tallymark.cli.terminal import bytes_done, emit, json_option, open_diary, table, vault_path
from tallymark.errors import VaultInUse

if TYPE_CHECKING:
    from tallymark.diary import Diary

_PROMPT_NEW = "New passphrase: "
_LONGEST_LOCK, _LOOK_EVERY = 10.0, 0.1


@click.group(invoke_without_command=True)
@json_option
@passphrase_options
@click.pass_context
def slots(
    ctx: click.Context, as_json: bool, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """The ways into your vault. Without a further word: list them.

    To have a way back when the passphrase is forgotten: tallymark slots choose
    """
    if ctx.invoked_subcommand is not None:
        return
    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        ways, decision = diary.keys.all(), diary.keys.decision
        waiting = diary.keys.waiting_files()
    if as_json:
        chosen = None if decision is None else {"choice": decision.choice, "tried": decision.tried}
        emit({"slots": [asdict(way) for way in ways], "way_back": chosen, "files_waiting": waiting})
        return
    table(
        ("#", "kind", "for", "used now"),
        ([str(w.number), w.kind, w.recipient, "yes" if w.used else ""] for w in ways),
    )
    click.echo(_way_back(decision), err=True)
    if waiting:
        click.echo(f"{waiting} files have keys of before. Next: tallymark rotate --blobs", err=True)


def _way_back(decision: Any) -> str:
    if decision is None:
        return "No way back is chosen yet. Next: tallymark slots choose"
    if decision.choice == "none":
        return "You chose to have no way back. To have one: tallymark slots choose"
    if not decision.tried:
        return "Your helper's copy was not tried yet. Next: tallymark slots try"
    return "You have a way back if you forget the passphrase."


@slots.command()
@passphrase_options
@click.pass_context
def choose(ctx: click.Context, passphrase_file: Path | None, passphrase_fd: int | None) -> None:
    """Choose what happens if you forget the passphrase: words, a helper, or nothing."""
    from tallymark.cli.way_back import choose as ask

    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        ask(diary)


@slots.command(name="add-words")
@passphrase_options
@click.pass_context
def add_words(ctx: click.Context, passphrase_file: Path | None, passphrase_fd: int | None) -> None:
    """Show 24 new words once, and have three of them typed back."""
    from tallymark.cli.way_back import write_down

    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        write_down(diary)


@slots.command(name="add-helper")
@click.argument("key")
@click.argument("out", type=click.Path(path_type=Path))
@passphrase_options
@click.pass_context
def add_helper(
    ctx: click.Context,
    key: str,
    out: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Seal a copy to a helper's KEY (age1…) and write it to the new file OUT."""
    from tallymark.cli.way_back import seal_for

    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        seal_for(diary, key, out)


@slots.command(name="copy")
@click.argument("number", type=int)
@click.argument("out", type=click.Path(path_type=Path))
@passphrase_options
@click.pass_context
def copy_out(
    ctx: click.Context,
    number: int,
    out: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Write the helper's copy with this NUMBER to the new file OUT once more."""
    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        diary.keys.write_copy(number, out)
    click.echo(f"The copy is at {out}", err=True)


@slots.command(name="try")
@words_options
@identity_options
@passphrase_options
@click.pass_context
def try_out(
    ctx: click.Context,
    words_file: Path | None,
    words_fd: int | None,
    identity_file: Path | None,
    identity_fd: int | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Practise: type all 24 words, or those that a helper reads out. Nothing is changed."""
    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        identity = read_given(identity_file, identity_fd, name="identity")
        words = None if identity is not None else read_words(words_file, words_fd)
        diary.keys.practise(words=words, identity=identity)
    click.echo("Good. They open the vault.", err=True)


@slots.command(name="add-passphrase")
@new_passphrase_options
@passphrase_options
@click.pass_context
def add_passphrase(
    ctx: click.Context,
    new_passphrase_file: Path | None,
    new_passphrase_fd: int | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Let one more passphrase open the vault."""
    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        diary.keys.add_passphrase(_new_passphrase(new_passphrase_file, new_passphrase_fd))
    click.echo("Both open it from now on.", err=True)


@slots.command(name="change-passphrase")
@new_passphrase_options
@passphrase_options
@click.pass_context
def change_passphrase(
    ctx: click.Context,
    new_passphrase_file: Path | None,
    new_passphrase_fd: int | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Another passphrase in place of the one that you give first."""
    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        diary.keys.change_passphrase(_new_passphrase(new_passphrase_file, new_passphrase_fd))
    click.echo("The new passphrase opens it. The old one does not.", err=True)
    click.echo(
        "Copies made before still open with the old one. Did someone see it? tallymark rotate",
        err=True,
    )


@slots.command()
@click.argument("number", type=int)
@passphrase_options
@click.pass_context
def remove(
    ctx: click.Context, number: int, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """Take away the way in with this NUMBER."""
    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        diary.keys.remove(number)
        left = diary.keys.decision
    click.echo("It opens nothing any more.", err=True)
    if left is None:
        click.echo(_way_back(None), err=True)


@slots.command()
@click.argument("consent", nargs=-1, required=True)
@passphrase_options
@click.pass_context
def none(
    ctx: click.Context,
    consent: tuple[str, ...],
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Choose to have no way back; CONSENT is the three words: no way back."""
    with open_diary(ctx, passphrase_file, passphrase_fd, deciding=True) as diary:
        diary.keys.refuse(" ".join(consent))
        click.echo(_way_back(diary.keys.decision), err=True)


@click.command()
@words_options
@identity_options
@new_passphrase_options
@click.pass_context
def recover(
    ctx: click.Context,
    words_file: Path | None,
    words_fd: int | None,
    identity_file: Path | None,
    identity_fd: int | None,
    new_passphrase_file: Path | None,
    new_passphrase_fd: int | None,
) -> None:
    """Forgot the passphrase? Open the vault by the 24 words or a helper's key, and choose a new one.

    Everything is as it was. The new passphrase takes the place of every old one.
    """
    from tallymark.diary import Diary

    identity = read_given(identity_file, identity_fd, name="identity")
    words = None if identity is not None else read_words(words_file, words_fd)
    with Diary.open(vault_path(ctx), words=words, identity=identity) as diary:
        click.echo("It is open. Nothing is lost.", err=True)
        diary.keys.change_passphrase(_new_passphrase(new_passphrase_file, new_passphrase_fd))
    click.echo("The new passphrase opens it. Next: tallymark list", err=True)


@click.command()
@click.option("--blobs", is_flag=True, help="Seal every file under a key of its own anew, too.")
@click.option("--no-words", is_flag=True, help="Make no new words; old ones stop working.")
@passphrase_options
@click.pass_context
def rotate(
    ctx: click.Context,
    blobs: bool,
    no_words: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Change every key of the vault, when somebody may have seen a passphrase or the words.

    Your passphrase stays. Words on paper stop working and you get new ones. A stop or a power cut
    in the middle loses nothing: run it again.
    """
    from tallymark.diary import Diary

    secret = read_passphrase(passphrase_file, passphrase_fd)
    with Diary.open(vault_path(ctx), passphrase=secret) as diary:
        if blobs and diary.keys.waiting_files():
            click.echo("Going on with the files, where it stopped.", err=True)
        else:
            _change_keys(diary, secret, blobs=blobs, new_words=not no_words)
        if blobs:
            _seal(diary)


def _change_keys(diary: Diary, secret: str, *, blobs: bool, new_words: bool) -> None:
    from tallymark.cli.way_back import practised

    kinds = [way.kind for way in diary.keys.all()]
    if kinds.count("passphrase") > 1:
        click.echo("Only the passphrase that you gave will open it. Others stop.", err=True)
    words, typed = None, list[str]()
    if "words" in kinds:
        click.echo("The words on your paper will stop working.", err=True)
        if new_words:
            words, typed = practised()
    with bytes_done("Copying") as moved:
        diary.keys.rotate(passphrase=secret, words=words, typed=typed, files=blobs, progress=moved)
    click.echo("The keys are changed. The passphrase is the same.", err=True)
    if words is not None:
        click.echo("Burn the old paper. The new one opens it.", err=True)
    for way in diary.keys.all():
        if way.kind == "helper":
            click.echo(
                f"A helper needs a new copy: tallymark slots copy {way.number} FILE", err=True
            )
    click.echo(
        "Copies of the vault made before have the old keys. Next: tallymark backup, and then take"
        " the old copies away.",
        err=True,
    )


def _seal(diary: Diary) -> None:
    with bytes_done("Sealing files anew") as moved:
        found = diary.keys.seal_files(moved)
    click.echo("Every file has a new key.", err=True)
    for number in found.damaged:
        click.echo(f"File {number} could not be read and keeps its old key.", err=True)
    if found.damaged:
        click.echo("Next: tallymark check", err=True)


def _new_passphrase(file: Path | None, descriptor: int | None) -> str:
    from tallymark.diary.passphrase import check, suggest

    asked = file is None and descriptor is None
    if asked:
        click.echo(f"A passphrase you could use: {suggest()}", err=True)
    return check(
        read_passphrase(file, descriptor, confirm=asked, prompt=_PROMPT_NEW, name="new-passphrase")
    )


@click.command()
@click.pass_context
def lock(ctx: click.Context) -> None:
    """Lock the pages that are open, at once, from anywhere. Needs no passphrase."""
    from tallymark.vault import place

    path = vault_path(ctx)
    place.must_be_vault(path)
    place.ask_to_lock(path)
    until = time.monotonic() + _LONGEST_LOCK
    try:
        while not _is_locked(path):
            if time.monotonic() > until:
                raise VaultInUse("A command still works on it. It locks by itself at its end.")
            time.sleep(_LOOK_EVERY)
    finally:
        place.was_asked_to_lock(path)
    click.echo("Locked.")


def _is_locked(path: Path) -> bool:
    from tallymark.vault.place import Ownership

    try:
        Ownership(path).release()
    except VaultInUse:
        return False
    return True


COMMANDS = (slots, recover, rotate, lock)
