"""What a person does with the ways into an open diary: choose, practise, add, change, take away."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tallymark.diary import passphrase as rules
from tallymark.errors import OutputExists, PracticeFailed, UsageProblem
from tallymark.integrity import recovery_words
from tallymark.vault import Decision, Rotated, Vault, WayIn, place

CONSENT: Final = "no way back"
"""What is typed by somebody who wants neither words nor a helper."""
_ASKED: Final = 3
_TELLING: Final = 4


@dataclass(frozen=True, slots=True)
class NewWords:
    """24 words that open nothing yet, and the three of them (from 1) that are asked for first."""

    secret: bytes = field(repr=False)
    asked: tuple[int, ...]

    @classmethod
    def draw(cls) -> NewWords:
        """New ones, from the system's randomness."""
        places = range(1, recovery_words.COUNT + 1)
        asked = secrets.SystemRandom().sample(places, _ASKED)
        return cls(os.urandom(recovery_words.SECRET_SIZE), tuple(sorted(asked)))

    @property
    def words(self) -> tuple[str, ...]:
        """The words, in their order."""
        return recovery_words.words_of(self.secret)

    def must_fit(self, typed: Sequence[str]) -> None:
        """Raises PracticeFailed unless these are the words asked for, or their first four letters."""
        if len(typed) != len(self.asked):
            raise PracticeFailed
        for number, found in zip(self.asked, typed, strict=True):
            word = self.words[number - 1]
            if found.strip().casefold() not in {word, word[:_TELLING]}:
                raise PracticeFailed(f"Word {number} is another one.")


class Keys:
    """The ways into one open diary. What a method that changes something has returned is on disk."""

    def __init__(self, vault: Vault) -> None:
        self._ways = vault.ways

    def all(self) -> list[WayIn]:
        """Every way in, by number."""
        return self._ways.all()

    @property
    def decision(self) -> Decision | None:
        """What was chosen for the day on which the passphrase is forgotten; None while nothing is."""
        return self._ways.decision

    @property
    def is_undecided(self) -> bool:
        """Whether nothing is chosen yet and a choice could be kept on this disk."""
        return self._ways.is_undecided

    @property
    def is_due(self) -> bool:
        """Whether that choice has to be made before anything else."""
        return self._ways.is_due

    def fits(self, passphrase: str) -> bool:
        """Whether this passphrase opens the diary. Takes about a second."""
        return self._ways.fits(passphrase)

    def add_words(self, words: NewWords, *, typed: Sequence[str]) -> None:
        """Let ``words`` open the diary, once the three asked for were typed back.

        Raises ``PracticeFailed``; then nothing was changed.
        """
        words.must_fit(typed)
        self._ways.add_words(words.secret)

    def add_helper(self, recipient: str) -> bytes:
        """A copy for a helper's age key (``age1…``); gives the file to hand over.

        Raises ``EnvelopeError`` for a key that is none.
        """
        return self._ways.add_helper(recipient.strip())

    def write_copy(self, number: int, out: Path) -> None:
        """The file for the helper whose way in has this number. UnknownSlot, OutputExists."""
        data = self._ways.helper_copy(number)
        if out.exists():
            raise OutputExists("There is already something in this place.")
        place.write_file(out, lambda file: file.write(data))

    def practise(self, *, words: str | None = None, identity: str | None = None) -> None:
        """Try words, or the text of a helper's key, and note that they open it.

        Raises ``WrongWords``, ``WrongKey``.
        """
        self._ways.practise(words=words, identity=identity)

    def refuse(self, consent: str) -> None:
        """Choose to have no way back. Raises UsageProblem unless ``consent`` is ``CONSENT``."""
        if " ".join(consent.casefold().split()) != CONSENT:
            raise UsageProblem(
                "That is not what was asked for.", next_step=f"Type these words: {CONSENT}."
            )
        self._ways.refuse()

    def add_passphrase(self, passphrase: str) -> None:
        """One more passphrase. Raises ``WeakPassphrase``."""
        self._ways.add_passphrase(rules.check(passphrase))

    def change_passphrase(self, passphrase: str) -> None:
        """Another passphrase in place of the one that opened the diary, or of all after recovery.

        Raises ``WeakPassphrase``.
        """
        self._ways.change_passphrase(rules.check(passphrase))

    def remove(self, number: int) -> None:
        """Take a way in away. Raises ``UnknownSlot``, ``LastWayIn``."""
        self._ways.remove(number)

    def rotate(
        self,
        *,
        passphrase: str,
        words: NewWords | None = None,
        typed: Sequence[str] = (),
        files: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """New keys for everything but the files; with ``files`` those wait for ``seal_files``.

        Afterwards the diary opens by ``passphrase``, by ``words`` and by each helper's copy, made
        anew; by nothing else. ``progress`` gets pages done and in all. Raises ``WrongPassphrase``,
        ``PracticeFailed``, ``DiskFull``; the diary may be locked then, and opens as before or after.
        """
        if words is not None:
            words.must_fit(typed)
        self._ways.rotate(
            passphrase=passphrase,
            words=None if words is None else words.secret,
            files=files,
            progress=progress,
        )

    def waiting_files(self) -> int:
        """How many files are still under keys of before."""
        return self._ways.waiting_files()

    def seal_files(self, progress: Callable[[int, int], None] | None = None) -> Rotated:
        """Seal them anew; goes on where it stopped. ``progress`` gets bytes done and in all."""
        return self._ways.seal_files(progress)
