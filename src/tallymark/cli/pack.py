"""Handing over and checking: pack, verify; and the local pages: open."""

from __future__ import annotations

from pathlib import Path

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, progress, vault_path


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["police", "court", "disclosure", "supporter"]),
    default="police",
    show_default=True,
    help="Who will read it.",
)
@click.option("--from", "since", help="First day, YYYY-MM-DD.")
@click.option("--to", "until", help="Last day, YYYY-MM-DD.")
@click.option("--to-key", "to_keys", multiple=True, help="Seal to this age1… key; may be repeated.")
@json_option
@passphrase_options
@click.pass_context
def pack(
    ctx: click.Context,
    out: Path,
    purpose: str,
    since: str | None,
    until: str | None,
    to_keys: tuple[str, ...],
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Make a sealed pack at OUT (a folder) and OUT.zip. What you hand in may be seen by the defence."""
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary, progress("Packing") as moved:
        made = diary.pack(
            out,
            purpose=purpose,
            since=since,
            until=until,
            to_keys=to_keys,
            progress=lambda done, total: moved(done, total, 0),
        )
    said = {
        "folder": str(made.folder) if made.folder else None,
        "zip": str(made.zip) if made.zip else None,
        "sealed": str(made.sealed) if made.sealed else None,
        "first_page": str(made.first_page) if made.first_page else None,
        "signer": made.fingerprint,
        "words": list(made.words),
        "records": made.records,
        "exhibits": made.exhibits,
    }
    if as_json:
        emit(said)
        return
    if made.stayed:
        numbers = " ".join(f"#{number}" for number in made.stayed)
        click.echo(f"Stayed here, because they tell of a private place: {numbers}.", err=True)
    click.echo(f"Pack: {made.sealed or made.zip}")
    if made.first_page:
        click.echo(f"First page: {made.first_page}")
    click.echo(f"Read these six words to the person who takes it: {' '.join(made.words)}")
    click.echo(f"Signed with {made.fingerprint}")


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--key", help="The signer's fingerprint (SHA256:…), learnt from outside the bundle.")
@json_option
def verify(bundle: Path, key: str | None, as_json: bool) -> None:
    """Check a pack. Exit 0: all checks hold. 1: a check failed. 2: not a bundle."""
    from tallymark.verify.__main__ import main as check_bundle

    arguments = [str(bundle), *(["--key", key] if key else []), *(["--json"] if as_json else [])]
    raise click.exceptions.Exit(check_bundle(arguments))


@click.command(name="open")
@click.option("--browser/--no-browser", default=True, help="Open a private window.")
@click.pass_context
def open_pages(ctx: click.Context, browser: bool) -> None:
    """Open your diary as pages in a private browser window on this computer."""
    from tallymark.web import launch

    raise click.exceptions.Exit(launch(vault_path(ctx), browser=browser))


COMMANDS = (pack, verify, open_pages)
