"""``tallymark demo``: the whole chain on a fictitious case, from export to desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tallymark.cli.terminal import table
from tallymark.errors import OutputExists

if TYPE_CHECKING:
    from tallymark.diary import Diary

PASSPHRASE = "a fictitious case and nothing else"  # noqa: S105 - printed in the guide on purpose
CHAT = "WhatsApp Chat with Neil G.txt"
OWNER = "Maya"


@click.command()
@click.argument("folder", default="demo", type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    """Run the whole chain on a made-up case in FOLDER: vault, picture, pack, check, desk.

    Nobody in it exists. Nothing is asked and nothing leaves this computer.
    """
    if folder.exists() and any(folder.iterdir()):
        raise OutputExists("There is already something in this folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with _case() as case:
        pack = _main_vault(case, folder)
        others = [_small_vault(case, folder, part) for part in ("second", "third")]
    ok, verdict = _verify(pack.zip)
    link = _desk(folder, [pack.zip, *others])
    _close(pack, ok=ok, verdict=verdict, link=link)
    if not ok:
        raise click.exceptions.Exit(1)


@contextmanager
def _case() -> Iterator[Path]:
    with as_file(files("tallymark.cli") / "demo_case") as folder:
        yield folder


def _records(case: Path, part: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((case / "case.json").read_text("utf-8"))[part]
    return loaded


def _main_vault(case: Path, folder: Path) -> Any:
    """Chat, photos, letter and typed entries into an encrypted vault; the picture; the pack."""
    from tallymark.diary import Diary

    with Diary.create(folder / "vault", passphrase=PASSPHRASE) as diary:
        click.echo("1  An encrypted vault was made.")
        first = [item for item in _records(case, "main") if item["type"] in {"person", "place"}]
        known = _write(diary, case, first, {})
        found = diary.import_file(case / CHAT, answers={"owner": OWNER})
        counts = found.summary["counts"]
        click.echo(
            f"2  The chat export: {counts['message']} messages, {counts['events']} lines with a time."
        )
        kept = [diary.attach(path) for path in sorted(case.glob("*.jpg"))]
        click.echo(f"3  {len(kept)} pictures kept byte for byte, among them a letter.")
        rest = [item for item in _records(case, "main") if item["type"] not in {"person", "place"}]
        _write(diary, case, rest, known)
        click.echo(
            f"4  {len(diary.entries())} entries typed: told to stop, an order, what happened."
        )
        _look(diary)
        return diary.pack(folder / "pack-for-police")


def _write(
    diary: Diary, case: Path, items: list[dict[str, Any]], known: dict[str, str]
) -> dict[str, str]:
    """Write the records in order; ``@key`` stands for the id of an earlier one."""
    import msgspec

    from tallymark.model.record import Body

    for item in items:
        stated = _resolved({k: v for k, v in item.items() if k not in {"key", "photo"}}, known)
        if "photo" in item:
            stated["exhibits"] = [diary.attach(case / item["photo"]).record.id]
        body = msgspec.convert(stated, Body)
        known[item["key"]] = diary.record(body).record.id
    return known


def _resolved(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, known) for inner in value]
    if isinstance(value, str) and value.startswith("@"):
        return known[value[1:]]
    return value


def _look(diary: Diary) -> None:
    """Two views, cut to what fits a screen; the whole of each is one command away."""
    from tallymark import picture

    casefile = diary.casefile()
    for name, most in (("lanes", 12), ("anchors", 3)):
        view = picture.build(name, casefile)
        click.echo(f"\n{view.title}. {view.sentence}")
        table(view.table.columns, ([cell.text for cell in row] for row in view.table.rows[:most]))
        if len(view.table.rows) > most:
            click.echo(f"… and {len(view.table.rows) - most} more rows: tallymark look {name}")
        click.echo(view.caution)
    click.echo("")


def _small_vault(case: Path, folder: Path, part: str) -> Path:
    from tallymark.diary import Diary

    with Diary.create(folder / f"vault-{part}", passphrase=PASSPHRASE) as diary:
        _write(diary, case, _records(case, part), {})
        diary.pack(folder / f"pack-{part}")
    return folder / f"pack-{part}.zip"


def _verify(pack: Path) -> tuple[bool, str]:
    from tallymark.verify import verify

    verdict = verify(pack)
    return verdict.ok, verdict.text()


def _desk(folder: Path, packs: list[Path]) -> str:
    """Take three packs in at a desk and say the one link that it proposes."""
    from tallymark.desk import Desk

    def now() -> datetime:
        return datetime.now(UTC)

    with Desk.create(folder / "desk", passphrase=PASSPHRASE, now=now) as desk:
        for pack in packs:
            desk.add(pack)
        return "; ".join(str(link) for link in desk.links()) or "none"


def _close(pack: Any, *, ok: bool, verdict: str, link: str) -> None:
    click.echo(verdict)
    click.echo("")
    click.echo(f"The pack:        {pack.zip}")
    click.echo(f"Its first page:  {pack.first_page}")
    click.echo(f"Verify said:     {'all checks hold' if ok else 'A CHECK FAILED'}")
    click.echo(f"Six words:       {' '.join(pack.words)}")
    click.echo(f"The desk proposes one link for a person to decide: {link}")


COMMANDS = (demo,)
