"""Writes vectors/bundle anew: ``python -m verify.make_vectors`` with ``tests`` on the path."""

from __future__ import annotations

from pathlib import Path

from verify.vector_cases import cases

FOLDER = Path(__file__).parents[2] / "vectors" / "bundle"


def main() -> None:
    """One file per scenario; files of scenarios that are no more are removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = cases()
    for path in FOLDER.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, case in wanted.items():
        (FOLDER / name).write_bytes(case.to_bytes())


if __name__ == "__main__":
    main()
