"""The verifier: the numbered checks of docs/spec/bundle.md on the standard library alone.

A bundle sealed by any release verifies with every later release. ``python -m tallymark.verify``
runs it; ``tallymark.verify.zipapp`` makes it one file that needs only Python 3.9 or later.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tallymark.errors import NotABundle, VerificationError
from tallymark.verify import bundle
from tallymark.verify.container import Limits
from tallymark.verify.policy import (
    AllOf,
    AnyOf,
    KnownSigner,
    Policy,
    Signer,
    UnsafeAcceptAnySigner,
)
from tallymark.verify.report import Check, Counts, Verdict

__all__ = [
    "AllOf",
    "AnyOf",
    "Check",
    "Counts",
    "KnownSigner",
    "Limits",
    "NotABundle",
    "Policy",
    "Signer",
    "UnsafeAcceptAnySigner",
    "Verdict",
    "VerificationError",
    "verify",
]

_ANYBODY = UnsafeAcceptAnySigner()
_USUAL = Limits()


def verify(
    path: Path | str,
    *,
    policy: Policy = _ANYBODY,
    limits: Limits = _USUAL,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Check the bundle at ``path``, a zip or the folder unpacked from it.

    Every failure is in the verdict; the one exception is ``NotABundle``. Without a ``policy`` any
    key is accepted and ``signer_trusted`` is False. ``progress`` is called with bytes read so far.
    """
    return bundle.verify(path, policy=policy, limits=limits, progress=progress)
