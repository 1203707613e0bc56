"""Names of archive members as they were stored, and how they are shown.

A zip that does not say UTF-8 says nothing: the name is in whatever the computer that packed it used.
The bytes are kept; what they most likely say is shown, and beside it what the zip standard says.
"""

from __future__ import annotations

import re

_STANDARD = "cp437"
_GUESSES = (
    ("shift_jis", re.compile("(?s:.*[\u3041-\u30fa].*)")),
    ("euc_kr", re.compile("[\x00-\x7f\uac00-\ud7a3]+")),
    ("gbk", re.compile("[\x00-\x7f\u4e00-\u9fff]+")),
    ("cp866", re.compile("(?s:.*[\u0410-\u044f]{3}.*)")),
)
_STRANGE = re.compile("[\u2500-\u259f\uff61-\uff9f]")  # boxes, half-width signs: a wrong guess


def shown(raw: bytes, *, utf8: bool) -> tuple[str, str]:
    """The name to show, and what it is by the standard where that is something else."""
    try:
        return raw.decode(), ""
    except UnicodeDecodeError:
        standard = raw.decode(_STANDARD)
    if utf8:
        return raw.decode(errors="replace"), standard
    for charset, sign in _GUESSES:
        try:
            name = raw.decode(charset)
        except UnicodeDecodeError:
            continue
        if sign.fullmatch(name) and not _STRANGE.search(name):
            return name, standard
    return standard, ""
