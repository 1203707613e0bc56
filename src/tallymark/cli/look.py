"""The bigger picture in the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, table


@click.command()
@click.argument("view", default="timeline")
@click.option("--from", "since", help="First day, YYYY-MM-DD.")
@click.option("--to", "until", help="Last day, YYYY-MM-DD.")
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Write the chart here."
)
@json_option
@passphrase_options
@click.pass_context
def look(
    ctx: click.Context,
    view: str,
    since: str | None,
    until: str | None,
    svg: Path | None,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Show one VIEW of the bigger picture: timeline, lanes, rhythm, anchors, gaps and more."""
    from tallymark import picture
    from tallymark.errors import OutputExists

    if view not in picture.names():
        raise click.BadParameter(f"choose one of: {', '.join(picture.names())}", param_hint="VIEW")
    if svg is not None and svg.exists():
        raise OutputExists
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        shown = picture.build(view, diary.casefile(since=since, until=until))
    if svg is not None:
        svg.write_text(shown.svg, encoding="utf-8")
    if as_json:
        emit(shown.to_json())
        return
    click.echo(f"{shown.title}. {shown.sentence}")
    table(shown.table.columns, ([cell.text for cell in row] for row in shown.table.rows))
    click.echo(shown.caution)


COMMANDS = (look,)
