"""Makes ``tallymark-verify.pyz``: the verifier as one file for a bare Python 3.9 or later.

``python -m tallymark.verify.zipapp OUT.pyz`` writes the same bytes each time and prints their
SHA-256, which is published beside the release: a checker is compared before it is trusted.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

_MAIN = """import sys

if sys.version_info < (3, 9):
    sys.exit("This checker needs Python 3.9 or later.")
from tallymark.verify.__main__ import main

sys.exit(main())
"""
_FACE = '"""The verifier of tallymark, alone."""\n'
_DATE = (1980, 1, 1, 0, 0, 0)


def build() -> bytes:
    """The whole file: a line that names the interpreter, then a stored zip."""
    package = files("tallymark")
    parts = {"__main__.py": _MAIN, "tallymark/__init__.py": _FACE}
    parts["tallymark/errors.py"] = (package / "errors.py").read_text(encoding="utf-8")
    for module in (package / "verify").iterdir():
        if module.name.endswith(".py") and module.name != "zipapp.py":
            parts[f"tallymark/verify/{module.name}"] = module.read_text(encoding="utf-8")
    buffer = io.BytesIO(b"#!/usr/bin/env python3\n")
    buffer.seek(0, io.SEEK_END)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name in sorted(parts):
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = 3  # else the bytes would tell on which system it was made
            info.external_attr = 0o100644 << 16
            archive.writestr(info, parts[name])
    return buffer.getvalue()


def main(arguments: Sequence[str]) -> int:
    """Write it and print its SHA-256 as ``sha256sum`` does."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tallymark.verify.zipapp OUT.pyz\n")
        return 64
    target, data = Path(arguments[0]), build()
    target.write_bytes(data)
    target.chmod(0o755)
    sys.stdout.write(f"{hashlib.sha256(data).hexdigest()}  {target.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
