"""What a person can do with heads of the log: read one out, compare one, note one, have it stamped.

A head is a short text that stands for the log as it was. Whoever holds one can tell later whether
this log is still that log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tallymark.errors import IntegrityError, NotAHead, SourceMissing
from tallymark.integrity import checkpoint
from tallymark.integrity.checkpoint import Checkpoint
from tallymark.model.outside import OutsideHead, earliest
from tallymark.vault import heads

if TYPE_CHECKING:
    from tallymark.integrity.heads import History, Standing
    from tallymark.integrity.timestamp import Stamp
    from tallymark.vault import Vault
    from tallymark.vault.heads import Held
    from tallymark.vault.stamps import Kept

_LARGEST = 1 << 20
_CODE = 6
_KINDS = {
    "words": "six words read to {holder}",
    "receipt": "receipt from {holder}",
    "pack": "pack for {holder}",
    "backup": "backup, {holder}",
    "stamp": "time stamp by {holder}",
}
_NO_MATCH = (
    "No match. Either a word was misheard, or this log is not the one: it may be another vault, an "
    "older copy that was put back, or a log that was written anew."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """How a head that somebody holds stands to this log.

    ``standing`` is one of ``same``, ``older``, ``ahead``, ``branch``, ``equivocation``, ``foreign``,
    or ``no match`` for words that fit nowhere and ``misheard`` for those of which one does not fit.
    ``said`` is that in a sentence. ``head`` is None where there is none.
    """

    standing: Standing | str
    said: str
    head: Checkpoint | None

    @property
    def fits(self) -> bool:
        """Whether the head is this log's, of now or of before."""
        return self.standing in heads.HELD


def words(vault: Vault, *, holder: str = "") -> tuple[Held, tuple[str, ...]]:
    """The six words of the head of now, noted as given to ``holder``."""
    held = vault.heads.give("words", holder=holder)
    return held, heads.six_words(held.head)


def compare(vault: Vault, shown: Sequence[str]) -> Compared:
    """How what somebody shows stands to this log: six words, or one file.

    A file is a pack (folder or zip), a signed checkpoint, or any text that holds the three lines of
    one, such as a receipt. Raises NotAHead, SourceMissing.
    """
    past = vault.heads.history()
    pieces = " ".join(shown).split()
    if len(shown) == 1 and len(pieces) != _CODE:
        return _of_file(past, Path(shown[0]))
    return _of_words(past, pieces)


def note_receipt(vault: Vault, path: Path, *, holder: str) -> Held:
    """Note a receipt that somebody gave back. Raises NotAHead, ForeignHead, SourceMissing."""
    head, _ = _in_file(vault.heads.history(), path)
    return vault.heads.note(head, kind="receipt", holder=holder)


def covering(vault: Vault, index: int) -> OutsideHead | None:
    """The earliest outside head that covers the record at ``index``."""
    return earliest(vault.heads.covering(), index)


def said(head: OutsideHead) -> str:
    """Which head it is, in a few words: "six words read to Anna"."""
    return _KINDS[head.kind].format(holder=head.holder or "somebody")


def ask(vault: Vault, authorities: Sequence[str]) -> list[Kept]:
    """Have the head of now wait for these authorities; gives every question that waits."""
    for authority in authorities:
        vault.stamps.ask(authority)
    return [kept for kept in vault.stamps.all() if kept.waits]


def send(
    vault: Vault, kept: Kept, *, post: Callable[[bytes], bytes], roots: bytes | None = None
) -> Stamp:
    """Send one question by ``post``, the only thing here that reaches another computer.

    Raises what ``post`` raises, and StampRefused; then the question goes on waiting.
    """
    return vault.stamps.answer(kept.number, post(kept.request), roots=roots)


def _of_words(past: History, said_words: Sequence[str]) -> Compared:
    try:
        found = past.find(said_words)
    except IntegrityError as problem:
        raise NotAHead(str(problem)) from problem
    if found is None:
        return Compared("no match", _NO_MATCH, None)
    if found.wrong:
        sentence = (
            f"Five of the six words are of this log with {found.head.size} entries. Word "
            f"{found.wrong[0]} is not: was it misheard? It would be "
            f"{heads.six_words(found.head)[found.wrong[0] - 1]}."
        )
        return Compared("misheard", sentence, found.head)
    standing = past.standing(found.head)
    return Compared(standing, heads.said(standing, found.head, size=past.size), found.head)


def _of_file(past: History, path: Path) -> Compared:
    head, public = _in_file(past, path)
    standing = past.standing(head, public=public)
    return Compared(standing, heads.said(standing, head, size=past.size), head)


def _in_file(past: History, path: Path) -> tuple[Checkpoint, bytes | None]:
    """The head in a file and who signed it: None where nobody did, empty for a key not of this log."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        return _of_pack(path)
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as problem:
        raise SourceMissing from problem
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise NotAHead from problem
    if len(data) > _LARGEST:
        raise NotAHead
    return _of_note(past, text) or _of_text(text)


def _of_note(past: History, text: str) -> tuple[Checkpoint, bytes] | None:
    try:
        head, ids = checkpoint.parse_note(text)
    except IntegrityError:
        return None
    for line in past.lines:
        if line.origin == head.origin and checkpoint.key_id(line.origin, line.public) in ids:
            try:
                return checkpoint.open_note(text, public=line.public, name=line.origin), line.public
            except IntegrityError as problem:
                raise NotAHead("The signature of this head does not hold.") from problem
    return head, b""


def _of_text(text: str) -> tuple[Checkpoint, None]:
    lines = [line.strip() for line in text.splitlines()]
    for at in range(len(lines) - 2):
        try:
            return checkpoint.parse("\n".join(lines[at : at + 3]) + "\n"), None
        except IntegrityError:
            continue
    raise NotAHead


def _of_pack(path: Path) -> tuple[Checkpoint, bytes]:
    from tallymark.verify import verify

    verdict = verify(path)
    stated, public = verdict.statement, verdict.public
    if stated is None or public is None or not set(verdict.failed).isdisjoint({4, 5, 6}):
        raise NotAHead("This pack does not hold together, so its head says nothing.")
    head = Checkpoint(stated["origin"], stated["size"], bytes.fromhex(stated["root"]))
    return head, public
