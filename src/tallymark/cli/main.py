"""``tallymark``: gathers the commands, and turns every error into a sentence and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import click

from tallymark import __version__, plugins
from tallymark.errors import DiskFull, TallymarkError, UsageProblem

EMERGENCY = "In danger now, call 999. If you cannot speak, press 55 when asked (mobile)."


class Group(click.Group):
    """Commands found by scanning this package; a module is imported when its command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of their names."""
        del ctx
        return sorted(_commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or ``None`` for an unknown name."""
        del ctx
        return _commands().get(cmd_name)


def _commands() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name in plugins.names("tallymark.cli"):
        try:
            commands: tuple[click.Command, ...] = plugins.load("tallymark.cli", name, "COMMANDS")
        except LookupError:
            continue
        found.update({str(command.name): command for command in commands})
    return found


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EMERGENCY)
@click.option(
    "--vault",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="TALLYMARK_VAULT",
    help="The vault's folder (or TALLYMARK_VAULT). Left out: the usual place on this computer.",
)
@click.version_option(__version__, prog_name="tallymark")
@click.pass_context
def cli(ctx: click.Context, vault: Path | None) -> None:
    """An encrypted diary and evidence vault. Each small incident is one mark.

    Nothing leaves this computer unless you make a pack and hand it over yourself.
    """
    ctx.obj = vault


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code; no traceback reaches the person."""
    from tallymark.jail.hardening import harden

    harden()
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """The exit code of one command. Codes are those of ``tallymark.errors``; 64 is usage."""
    try:
        code = cli.main(args=arguments, prog_name="tallymark", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as problem:
        if os.environ.get("TALLYMARK_DEBUG") == "1":
            raise
        message, next_step, failed = explain(problem)
        click.echo(message, err=True)
        if next_step:
            click.echo(f"Next: {next_step}", err=True)
        return failed
    return code if isinstance(code, int) else 0


def explain(problem: BaseException) -> tuple[str, str, int]:
    """What to say about an error: the sentence, the next step and the exit code."""
    if isinstance(problem, TallymarkError):
        return str(problem), problem.next_step, problem.exit_code
    if isinstance(problem, click.Abort | KeyboardInterrupt):
        return "Stopped. Everything confirmed as saved is still there.", "", 130
    if isinstance(problem, click.ClickException):
        return problem.format_message(), UsageProblem.next_step, UsageProblem.exit_code
    if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
        return str(DiskFull()), DiskFull.next_step, DiskFull.exit_code
    if isinstance(problem, PermissionError | FileNotFoundError | IsADirectoryError):
        return "A file or folder could not be used.", "Check the place and its permissions.", 41
    kind = type(problem).__name__
    return f"Something went wrong inside tallymark ({kind}).", TallymarkError.next_step, 9
