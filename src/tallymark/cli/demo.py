"""``tallymark demo``: the whole chain on a fictitious case, from export to desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
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

    Nobody in it exists, and its clock is the story's own. Nothing is asked and nothing leaves this
    computer.
    """
    if folder.exists() and any(folder.iterdir()):
        raise OutputExists("There is already something in this folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with _case() as (case, story):
        pack = _main_vault(folder, case, story)
        others = [_small_vault(folder, case, story, part) for part in ("second", "third")]
    ok, verdict = _verify(pack.zip)
    link = _desk(folder, [pack.zip, *others], _Calendar(story["made"]))
    _close(pack, ok=ok, verdict=verdict, link=link)
    if not ok:
        raise click.exceptions.Exit(1)


class _Calendar:
    """The clock of the case: stands at the minute that its story says, one second on at each look."""

    def __init__(self, at: str) -> None:
        self.set(at)

    def set(self, at: str) -> None:
        """Go to a minute of the story, never back."""
        self._at = datetime.fromisoformat(at).replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """The next second of the story."""
        self._at += timedelta(seconds=1)
        return self._at


@contextmanager
def _case() -> Iterator[tuple[Path, dict[str, Any]]]:
    with as_file(files("tallymark.cli") / "demo_case") as folder:
        yield folder, json.loads((folder / "case.json").read_text("utf-8"))


def _main_vault(folder: Path, case: Path, story: dict[str, Any]) -> Any:
    """Typed entries, chat, photos and letter into an encrypted vault; the picture; the pack."""
    from tallymark.diary import Diary

    clock = _Calendar(story["main"][0]["written"])
    with Diary.create(folder / "vault", passphrase=PASSPHRASE, now=clock) as diary:
        click.echo("1  An encrypted vault was made.")
        _write(diary, case, story["main"], clock)
        click.echo(
            f"2  {len(diary.entries())} entries typed: told to stop, an order, what happened."
        )
        clock.set(story["files"])
        found = diary.import_file(case / CHAT, answers={"owner": OWNER})
        counts = found.summary["counts"]
        click.echo(
            f"3  The chat export: {counts['message']} messages, {counts['events']} lines with a time."
        )
        kept = [diary.attach(path) for path in sorted(case.glob("*.jpg"))]
        click.echo(f"4  {len(kept)} pictures kept byte for byte, among them a letter.")
        _look(diary)
        clock.set(story["made"])
        return diary.pack(folder / "pack-for-police")


def _write(diary: Diary, case: Path, items: list[dict[str, Any]], clock: _Calendar) -> None:
    """Write the records in order; ``@key`` stands for the id of an earlier one."""
    import msgspec

    from tallymark.model.record import Body

    known: dict[str, str] = {}
    for item in items:
        clock.set(item["written"])
        stated = _resolved(
            {k: v for k, v in item.items() if k not in {"key", "photo", "written"}}, known
        )
        if "photo" in item:
            stated["exhibits"] = [diary.attach(case / item["photo"]).record.id]
        body = msgspec.convert(stated, Body)
        known[item["key"]] = diary.record(body).record.id


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


def _small_vault(folder: Path, case: Path, story: dict[str, Any], part: str) -> Path:
    from tallymark.diary import Diary

    clock = _Calendar(story[part][0]["written"])
    with Diary.create(folder / f"vault-{part}", passphrase=PASSPHRASE, now=clock) as diary:
        _write(diary, case, story[part], clock)
        clock.set(story["made"])
        diary.pack(folder / f"pack-{part}")
    return folder / f"pack-{part}.zip"


def _verify(pack: Path) -> tuple[bool, str]:
    from tallymark.verify import verify

    verdict = verify(pack)
    return verdict.ok, verdict.text()


def _desk(folder: Path, packs: list[Path], clock: _Calendar) -> str:
    """Take three packs in at a desk and say the one link that it proposes."""
    from tallymark.desk import Desk

    with Desk.create(folder / "desk", passphrase=PASSPHRASE, now=clock) as desk:
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
