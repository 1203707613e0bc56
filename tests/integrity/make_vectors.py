"""Writes ``vectors/log`` and ``vectors/envelope`` again: ``python tests/integrity/make_vectors.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from integrity import envelope_vectors, epoch_vectors, log_vectors
from integrity.vector_format import VECTORS


def main() -> None:
    """Write every file; older files of the two folders are removed."""
    log = log_vectors.everything() | epoch_vectors.everything()
    made = {"log": log, "envelope": envelope_vectors.everything()}
    for folder, files in made.items():
        place = VECTORS / folder
        place.mkdir(parents=True, exist_ok=True)
        for path in place.iterdir():
            path.unlink()
        for name, data in files.items():
            (place / f"{name}.txt").write_bytes(data)


if __name__ == "__main__":
    main()
