"""Runs the verifier over a stream instead of a path, so that a sealed copy is checked unopened.

``tallymark.verify.verify`` takes a path. A pack in quarantine exists only sealed, so this file
hands the verifier's own parts a seekable stream. It is the one place that reaches into them; it
goes when ``verify`` takes a stream itself (docs/decisions/009-desk-database.md).
"""

from __future__ import annotations

from typing import Any

from tallymark.verify import Limits, Policy, Verdict, bundle, source

LIMITS = Limits(files=60_000, data=4 << 30, kept=256 << 20)
"""Packs come from strangers: at most 60,000 files and 4 GiB, as many records as a vault shows."""


def verify_stream(file: Any, *, policy: Policy) -> Verdict:
    """The verdict of every numbered check on the zip in ``file`` (binary, seekable).

    Raises ``NotABundle`` and nothing else of its own.
    """
    contents = source._read_zip(file, LIMITS, None)  # noqa: SLF001 - see above
    case = bundle._Case(contents, policy)  # noqa: SLF001
    checks = tuple(
        bundle._made(number, name, check, case)  # noqa: SLF001
        for number, (name, check) in enumerate(bundle._CHECKS, start=1)  # noqa: SLF001
    )
    return Verdict(
        ok=all(check.ok for check in checks),
        checks=checks,
        signer=case.signer.fingerprint if case.signer else None,
        signer_trusted=case.trusted,
        public=case.signer.public if case.signer else None,
        statement=case.statement,
        counts=bundle._counts(case),  # noqa: SLF001
    )
