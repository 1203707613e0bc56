"""Content credentials (C2PA 2.1) of a picture: whether they fit its bytes. Offline; nobody is trusted."""

from __future__ import annotations

import io
import json
from contextlib import suppress

MARK = b"c2pa"
NOT_HERE = "present; not checked, because the part that reads them is not installed"
UNTRUSTED = "signingCredential.untrusted"


def stated(data: bytes, *, mime: str) -> str:
    """One line about the credentials in a picture; empty when it has none.

    No list of trusted signers is known here, so a good signature is "fits; signer not known".
    """
    if MARK not in data:
        return ""
    try:
        import c2pa
    except ImportError:
        return NOT_HERE
    with suppress(c2pa.C2paError):
        found = json.loads(c2pa.Reader(mime, io.BytesIO(data)).json())
        codes = [str(one.get("code", "")) for one in found.get("validation_status", [])]
        faults = [code for code in codes if code != UNTRUSTED]
        if faults:
            return f"do not fit: {', '.join(faults)}"
        return "fit the picture; the signer is not known here" if found.get("manifests") else ""
    return ""
