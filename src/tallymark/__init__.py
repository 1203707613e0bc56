"""tallymark: an encrypted diary and evidence vault, and a sealed pack that anyone can verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tallymark.errors import (
    DeskError,
    EnvelopeError,
    EvidenceError,
    IntegrityError,
    PackError,
    RecordError,
    TallymarkError,
    VaultError,
    VerificationError,
)

if TYPE_CHECKING:
    from tallymark.diary import Diary
    from tallymark.model.moment import Moment
    from tallymark.model.record import Exhibit, Incident
    from tallymark.verify import verify

__version__ = "0.1.0"

__all__ = [
    "DeskError",
    "Diary",
    "EnvelopeError",
    "EvidenceError",
    "Exhibit",
    "Incident",
    "IntegrityError",
    "Moment",
    "PackError",
    "RecordError",
    "TallymarkError",
    "VaultError",
    "VerificationError",
    "verify",
]

_HOMES = {
    "Diary": "tallymark.diary",
    "Exhibit": "tallymark.model.record",
    "Incident": "tallymark.model.record",
    "Moment": "tallymark.model.moment",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command line starts quickly."""
    from importlib import import_module

    if name == "verify":
        # The function and its package share a name; the function is what the public face offers.
        return import_module("tallymark.verify").verify
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'tallymark' has no attribute '{name}'")
