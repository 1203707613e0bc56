"""Fuzzes one target in this process: ``python fuzz/one.py TARGET [arguments of libFuzzer]``."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["tallymark"]):
    import targets


def main() -> None:
    """Run until libFuzzer says stop; what a target may not raise ends it."""
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, targets.allowed(targets.targets()[name]))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
