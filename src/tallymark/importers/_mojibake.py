"""Text whose UTF-8 bytes an export wrote as if each were a character of its own.

Meta's ordinary downloads do that to every string: an e with an acute accent comes as two characters.
A string is repaired only as a whole, and only when it can be: none of its characters is above
U+00FF, and its bytes are UTF-8. Anything else stays as it is.
"""

from __future__ import annotations

from typing import NamedTuple

REPAIR = "mojibake"
REPAIRED = "MOJIBAKE_REPAIRED"
DOUBTFUL = "MOJIBAKE_UNSURE"


class Mended(NamedTuple):
    """The text; ``raw`` as exported where it was repaired; the code of what was done or is doubtful."""

    text: str
    raw: str | None = None
    issue: str = ""


def mended(text: str) -> Mended:
    """A string of an ordinary download, repaired where that is beyond doubt."""
    if text.isascii():
        return Mended(text)
    try:
        made = text.encode("latin-1").decode("utf-8")
    except UnicodeEncodeError:
        return Mended(text)
    except UnicodeDecodeError:
        return Mended(text, issue=DOUBTFUL)
    return Mended(made, text, REPAIRED)
