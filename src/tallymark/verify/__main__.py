"""``python -m tallymark.verify PACK [--json] [--key SHA256:…]``.

Exit 0 when all checks hold, 1 when one failed, 2 when it is not a bundle, 64 for a wrong command.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import NoReturn

from tallymark.errors import TallymarkError, UsageProblem
from tallymark.verify import KnownSigner, Limits, Policy, UnsafeAcceptAnySigner, verify


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command as one of our errors."""

    def error(self, message: str) -> NoReturn:
        """Raised, so that there is one way out."""
        raise UsageProblem(f"The command was not understood: {message}.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one pack, print the verdict, return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return _run(_parser().parse_args(arguments))
    except TallymarkError as error:
        print(error, file=sys.stderr)
        print(error.next_step, file=sys.stderr)
        return error.exit_code


def _run(options: argparse.Namespace) -> int:
    policy: Policy = KnownSigner(options.key) if options.key else UnsafeAcceptAnySigner()
    usual = Limits()
    limits = Limits(
        files=options.max_files or usual.files,
        data=options.max_bytes or usual.data,
        kept=max(usual.kept, (options.max_files or 0) << 14),
    )
    verdict = verify(options.pack, policy=policy, limits=limits)
    print(verdict.to_json() if options.json else verdict.text(), end="\n" if options.json else "")
    return 0 if verdict.ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tallymark-verify", description="Check a sealed pack without changing anything."
    )
    parser.add_argument("pack", help="the pack's .zip file, or the folder unpacked from it")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument(
        "--key", metavar="SHA256:…", help="the fingerprint that the sender gave you in another way"
    )
    parser.add_argument("--max-files", type=int, metavar="N", help="allow more than 10,000 files")
    parser.add_argument("--max-bytes", type=int, metavar="N", help="allow more than 4 GiB")
    return parser


if __name__ == "__main__":
    sys.exit(main())
