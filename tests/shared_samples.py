"""Where the published samples and vectors lie that are used in tests and never copied here."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def samples(name: str) -> Path:
    """The folder or file ``name`` among the samples; skips by that name where it is absent."""
    return _at("samples", name)


def vectors(name: str) -> Path:
    """The folder or file ``name`` among the published vectors; skips by that name."""
    return _at("vectors", name)


def _at(kind: str, name: str) -> Path:
    path = SHARED / kind / name
    if not path.exists():
        pytest.skip(f"shared {kind} {name} are not beside this checkout")
    return path
