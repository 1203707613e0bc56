"""The law: where entries stand for a rule, and each order with its conditions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.secrets import passphrase_options
from tallymark.cli.terminal import emit, json_option, open_diary, table

if TYPE_CHECKING:
    from tallymark.law import Jurisdiction, Rule
    from tallymark.model.casefile import Casefile
    from tallymark.picture.breach_sheet import Sheet
    from tallymark.picture.elements import Collection

NOT_NEEDED = "You need none of this to call police."
MOST_NUMBERS = 12

jurisdiction_option = click.option(
    "--jurisdiction", "place", default="england_wales", show_default=True, help="Whose law."
)


@click.command()
@click.argument("rule", required=False)
@jurisdiction_option
@json_option
@passphrase_options
@click.pass_context
def law(
    ctx: click.Context,
    rule: str | None,
    place: str,
    as_json: bool,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Show where your entries stand for one RULE; without it, list the rules.

    RULE is an id such as EW-PHA-2A; "orders" for each order with its conditions; or "dates" for
    the days by which to raise it. The diary is opened only when a RULE is named. Entries are
    collected; nothing is concluded.
    """
    from tallymark import law as data

    if rule is None:
        _rules(data.jurisdiction(place), as_json=as_json)
    elif rule.casefold() == "orders":
        with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
            _orders(diary.casefile(), as_json=as_json)
    elif rule.casefold() == "dates":
        with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
            _dates(data.jurisdiction(place), diary.casefile(), as_json=as_json)
    else:
        here, chosen = data.rule(rule)
        with open_diary(ctx, passphrase_file, passphrase_fd) as diary:
            _one_rule(here, chosen, diary.casefile(), as_json=as_json)


def _rules(here: Jurisdiction, *, as_json: bool) -> None:
    if as_json:
        emit({"jurisdiction": here.name, "code": here.code, "rules": [*map(_plain, here.rules)]})
        return
    from tallymark.law import DRAFT

    rows = ((r.id, r.title, r.provision, "draft" if r.draft else "checked") for r in here.rules)
    table(("Rule", "What it is about", "Where it stands", ""), rows, title=here.title)
    click.echo(f'"draft" means: {DRAFT[0].lower()}{DRAFT[1:]} {NOT_NEEDED}')


def _plain(rule: Rule) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(rule)
    return {**found, "draft": rule.draft, "state": rule.state}


def _one_rule(here: Jurisdiction, rule: Rule, casefile: Casefile, *, as_json: bool) -> None:
    from tallymark.picture.elements import by_themselves, collect

    found = collect(casefile, rule)
    singles = by_themselves(casefile, here.rules) if rule.kind != "single" else ()
    if as_json:
        others = [{"rule": one.id, "title": one.title, "entries": ids} for one, ids in singles]
        emit(
            {"rule": _plain(rule), "collection": found.to_json(), "by_themselves": others}
            | {"numbers": {ref: leaf.index for ref, leaf in casefile.leaves.items()}}
        )
        return
    _head(rule)
    _elements(found, casefile)
    _how_often(found, casefile)
    if singles:
        rows = ((one.id, one.title, numbers(ids, casefile)) for one, ids in singles)
        click.echo("\nMay also be a crime by itself; ask police:")
        table(("Rule", "What it is about", "Entries"), rows)
    _foot(rule, found)


def _head(rule: Rule) -> None:
    from tallymark.law import DRAFT

    click.echo(f"{rule.title}. {rule.provision}.")
    if rule.draft:
        click.echo(DRAFT)
    lines = (rule.mode, f"At most {rule.most}." if rule.most else "", *_order_lines(rule))
    click.echo(" ".join(line for line in lines if line))
    click.echo("What somebody who looks at this law would look for, and where it stands here:\n")


def _order_lines(rule: Rule) -> tuple[str, ...]:
    from tallymark.law import Order

    return (rule.who_applies, rule.lasts, rule.breach) if isinstance(rule, Order) else ()


def _elements(found: Collection, casefile: Casefile) -> None:
    rows = []
    for one in found.elements:
        items = f", {one.imported:,} items in exports" if one.imported else ""
        count = f"{len(one.entries)}{items}" if one.entries or items else "nothing yet"
        words = f"{one.words}\n{one.note}" if one.note else one.words
        rows.append((words, count, numbers(one.entries, casefile)))
    table(("What", "How many", "Entries"), rows)
    lines = [line for line in found.acts if line.entries]
    if lines:
        click.echo("\nBy the lines of the statute:")
        table(
            ("", "Act", "How many", "Entries"),
            (
                (line.key, line.words, str(len(line.entries)), numbers(line.entries, casefile))
                for line in lines
            ),
        )


def _how_often(found: Collection, casefile: Casefile) -> None:
    how = found.occasions
    click.echo(
        f"\nHow often: {how.entries.value} entries; {how.episodes.value} episodes with "
        f"{how.imported.value:,} items of exports; on {how.days} days. {how.note}".rstrip()
    )
    if how.in_window is not None:
        click.echo(f"Most days inside the rule's window: {how.in_window}.")
    if len(how.persons) > 1:
        table(("Aimed at", "Entries"), ((who, numbers(ids, casefile)) for who, ids in how.persons))
    for one in found.proxies:
        carrier, principal = one.carrier or "somebody", one.principal or "not recorded"
        click.echo(f"{numbers((one.entry,), casefile)} through {carrier}, for: {principal}.")
    if found.by_channel:
        click.echo(f"As contact, by their channel alone: {numbers(found.by_channel, casefile)}")
    if found.left_out:
        click.echo(f"Not counted, as wanted: {numbers(found.left_out, casefile)}")


def _foot(rule: Rule, found: Collection) -> None:
    if found.gaps:
        click.echo("\nStill open, if you want to add it:")
        for gap in found.gaps:
            click.echo(f"  - {gap}")
    if found.limit is not None:
        click.echo(f"\n{found.limit.words}")
    for note in rule.notes:
        click.echo(note)
    click.echo(f"\n{found.caution} {NOT_NEEDED}")
    click.echo(f"{rule.state} Sources: {'; '.join(rule.sources)}.")


def numbers(refs: tuple[str, ...], casefile: Casefile) -> str:
    """Ids as people see them; a long list is cut, and says so."""
    shown = [f"#{casefile.leaves[ref].index}" for ref in refs if ref in casefile.leaves]
    more = len(shown) - MOST_NUMBERS
    return " ".join(shown[:MOST_NUMBERS]) + (f" and {more} more" if more > 0 else "")


def _dates(here: Jurisdiction, casefile: Casefile, *, as_json: bool) -> None:
    """The days of all rules that have one. A day in the past is printed like any other."""
    from tallymark.picture.episodes import contacts
    from tallymark.picture.time_limits import NOW, limits, newest

    found = limits(here.rules, last=newest(contacts(casefile)))
    if as_json:
        days = [
            {"rule": one.rule, "day": one.day and one.day.isoformat(), "words": one.words}
            for one in found
        ]
        emit({"jurisdiction": here.name, "dates": days})
        return
    rows = ((one.rule, one.title, one.by or "no entry yet", one.note) for one in found)
    table(("Rule", "What it is about", "Day, one early", ""), rows, title=NOW)
    click.echo("Rules that are not here have no such day. A past day changes nothing: ask police.")


def _orders(casefile: Casefile, *, as_json: bool) -> None:
    from tallymark.picture.breach_sheet import CAUTION, sheets

    found = sheets(casefile)
    if as_json:
        emit({"orders": [sheet.to_json() for sheet in found], "caution": CAUTION})
        return
    if not found:
        click.echo("No order is recorded.")
    for sheet in found:
        _sheet(sheet, casefile)
    click.echo(CAUTION)


def _sheet(sheet: Sheet, casefile: Casefile) -> None:
    dates = (("made", sheet.made), ("served", sheet.served), ("ends", sheet.expires))
    known = ", ".join(f"{what} {day or 'not recorded'}" for what, day in dates)
    proof = f"Service is shown by {sheet.proof}." if sheet.proof else "No file shows the service."
    click.echo(f"{', '.join(x for x in (sheet.label, sheet.court) if x)}: {known}. {proof}")
    rows = (
        (
            line.words,
            numbers(line.entries, casefile) or "none",
            numbers(line.reported, casefile) or "none recorded",
        )
        for line in sheet.conditions
    )
    table(("Condition", "Entries", "Reported"), rows)
    if sheet.after_service:
        click.echo(f"After service, no order named: {numbers(sheet.after_service, casefile)}")
    if sheet.gaps:
        click.echo(f"Still open: {'; '.join(sheet.gaps)}.")
    click.echo("")


COMMANDS = (law,)
