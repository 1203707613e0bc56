"""The bigger picture in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, table

if TYPE_CHECKING:
    from tallymark.model.casefile import Casefile
    from tallymark.picture import View


@click.command()
@click.argument("view", required=False)
@click.option("--from", "since", help="First day, YYYY-MM-DD.")
@click.option("--to", "until", help="Last day, YYYY-MM-DD.")
@click.option(
    "--order",
    type=click.Choice(["happened", "written"]),
    help="For timeline: by when it happened, or by when it was written down.",
)
@click.option(
    "--gap",
    type=click.Choice(["30", "60", "120"]),
    help="Minutes of silence after which an episode ends; 60 when left out.",
)
@click.option("--limit", type=click.IntRange(1), help="How many rows of a long table.")
@click.option("--offset", type=click.IntRange(0), help="How many rows to leave out before them.")
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Write the chart here."
)
@json_option
@passphrase_options
@click.pass_context
def look(
    ctx: click.Context,
    view: str | None,
    since: str | None,
    until: str | None,
    order: str | None,
    gap: str | None,
    limit: int | None,
    offset: int | None,
    svg: Path | None,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Show one VIEW of the bigger picture: timeline, lanes, rhythm, anchors, gaps and more.

    Without a VIEW all are listed, each with its one sentence. An option that the view does not
    have is refused.
    """
    from tallymark import picture
    from tallymark.errors import OutputExists

    if view is not None and view not in picture.names():
        raise click.BadParameter(f"choose one of: {', '.join(picture.names())}", param_hint="VIEW")
    if svg is not None and svg.exists():
        raise OutputExists
    with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
        casefile = diary.casefile(since=since, until=until)
        if view is None:
            _list(casefile, as_json=as_json)
            return
        shown = picture.build(view, casefile, **_options(order, gap, limit=limit, offset=offset))
    if svg is not None:
        svg.write_text(shown.svg, encoding="utf-8")
    if as_json:
        emit(shown.to_json())
        return
    click.echo(f"{shown.title}. {shown.sentence}")
    table(shown.table.columns, ([cell.text for cell in row] for row in shown.table.rows))
    _rest(shown)
    click.echo(shown.caution)


def _rest(shown: View) -> None:
    """Say how many rows there are beyond the ones shown."""
    total, limit, offset = (shown.data.get(name) for name in ("total", "limit", "offset"))
    if isinstance(total, int) and isinstance(limit, int) and isinstance(offset, int):
        left = total - offset - limit
        if left > 0:
            click.echo(f"… and {left:,} more: --offset {offset + limit}")


def _options(
    order: str | None, gap: str | None, *, limit: int | None, offset: int | None
) -> dict[str, str | int]:
    """What was asked of the view; a view that has no such option says so."""
    asked = {
        "order": order,
        "gap_minutes": int(gap) if gap else None,
        "limit": limit,
        "offset": offset,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _list(casefile: Casefile, *, as_json: bool) -> None:
    """Every view with the one sentence that it has to say about this diary."""
    from tallymark import picture

    found = [picture.build(name, casefile) for name in picture.names()]
    if as_json:
        emit([{"name": v.name, "title": v.title, "sentence": v.sentence} for v in found])
        return
    table(("view", "title", "in one sentence"), ((v.name, v.title, v.sentence) for v in found))
    click.echo("One of them: tallymark look VIEW")


COMMANDS = (look,)
