"""One tree of errors. Each class carries its exit code and the next step for the person.

::

    TallymarkError
    ├── UsageProblem            64
    ├── VerificationError        1   NotABundle 2
    ├── VaultError              10   VaultNotFound VaultExists WrongPassphrase VaultInUse
    │                                VaultDamaged VaultTooNew DiskFull UnsafePlace WeakPassphrase
    │                                DiskReadOnly DiskFailing KeysLost SameDisk NoCopyHere
    │                                CopyDamaged CopyMismatch LastWayIn WrongWords UnknownSlot
    │                                PracticeFailed
    ├── RecordError             30   UnknownRecord
    ├── EvidenceError           40   SourceMissing SourceChanged UnknownFormat AmbiguousFormat
    │                                QuestionNeeded LimitExceeded ReaderFailed DamagedArchive
    │                                TooManyFailures ImportStopped ReadingMissing
    ├── EnvelopeError           50   WrongKey EnvelopeDamaged
    ├── IntegrityError          55   NotAHead ForeignHead StampRefused
    ├── PackError               60   OutputExists NothingChosen TypesetFailed
    ├── DeskError               70   PackRefused UnknownReport
    ├── OnlineError             80   NotAsked NotReached AnswerRefused
    └── PostBoxError            85   NoPostBox NoteDamaged NoteChanged UnknownBox

A message never holds what a person wrote, a passphrase, or a name from evidence.
"""

from __future__ import annotations

from typing import ClassVar


class TallymarkError(Exception):
    """Anything that tallymark refuses or cannot do, said in plain words.

    ``exit_code`` is what the command line returns; ``next_step`` is one sentence that tells the
    person what to do now. Nothing that was saved before is lost when one of these is raised.
    """

    exit_code: ClassVar[int] = 9
    next_step: str = "Try again. Nothing that was saved before has been lost."

    def __init__(self, message: str = "", *, next_step: str | None = None) -> None:
        """Say what happened in one sentence; ``next_step`` overrides the class's own."""
        super().__init__(message or (self.__doc__ or "").split("\n")[0])
        if next_step is not None:
            self.next_step = next_step


class UsageProblem(TallymarkError):
    """The command was not understood."""

    exit_code = 64
    next_step = "Add --help to the command to see how it is used."


class VerificationError(TallymarkError):
    """A check of a bundle failed."""

    exit_code = 1
    next_step = (
        "Do not rely on this copy. Ask the sender for a fresh one and keep this one as it is."
    )


class NotABundle(VerificationError):
    """This is not a tallymark bundle."""

    exit_code = 2
    next_step = "Choose the pack's .zip file, or the folder that holds bagit.txt."


class VaultError(TallymarkError):
    """The vault could not be used."""

    exit_code = 10


class VaultNotFound(VaultError):
    """There is no vault in this place."""

    exit_code = 11
    next_step = "Check the place, or make a vault with: tallymark new"


class VaultExists(VaultError):
    """There is already something in this place."""

    exit_code = 12
    next_step = "Choose an empty or new folder. Nothing was changed."


class WrongPassphrase(VaultError):
    """The passphrase did not open it."""

    exit_code = 13
    next_step = (
        "Try again, and check capital letters and the keyboard language. Nothing was changed."
    )


class VaultInUse(VaultError):
    """The vault is open in another window."""

    exit_code = 14
    next_step = "Lock it there or close that window, then try again."


class VaultDamaged(VaultError):
    """Part of the vault does not hold what was written."""

    exit_code = 15
    next_step = (
        "Do not write to it. Copy the whole folder to another disk, then run: tallymark check"
    )


class VaultTooNew(VaultError):
    """The vault was written by a newer version of tallymark."""

    exit_code = 16
    next_step = "Install the newer version. Nothing was changed."


class DiskFull(VaultError):
    """The disk is full."""

    exit_code = 17
    next_step = (
        "Make room on this disk and do it again. Everything confirmed as saved is still there."
    )


class UnsafePlace(VaultError):
    """This folder looks as if it is copied to an online account."""

    exit_code = 18
    next_step = (
        "Choose a folder that is not synced, or confirm the place with --allow-synced-folder."
    )


class WeakPassphrase(VaultError):
    """The passphrase is too easy to guess."""

    exit_code = 19
    next_step = "Use five random words, or at least 15 characters."


class LastWayIn(VaultError):
    """This is the last passphrase, so it stays."""

    exit_code = 20
    next_step = "Add another one first with: tallymark slots add-passphrase. Or change this one."


class WrongWords(VaultError):
    """These words did not open it."""

    exit_code = 22
    next_step = "Compare each word with the paper, from the first to the last. Nothing was changed."


class UnknownSlot(VaultError):
    """There is no way in with that number."""

    exit_code = 28
    next_step = "See the numbers with tallymark slots. Nothing was changed."


class PracticeFailed(VaultError):
    """What was typed is not what was written down."""

    exit_code = 29
    next_step = "Look at the paper and type it again. Nothing was changed."


class DiskReadOnly(VaultError):
    """The disk or the folder does not let anything be written."""

    exit_code = 32
    next_step = (
        "Check that the disk is not locked and that the folder is yours, then do it again."
        " Everything confirmed as saved is still there."
    )


class DiskFailing(VaultError):
    """The disk could not be read or written."""

    exit_code = 33
    next_step = (
        "Copy the whole folder to another disk, then do it again there."
        " Everything confirmed as saved should still be in it."
    )


class KeysLost(VaultError):
    """The file that holds the locked keys is gone. The rest of the vault is still there."""

    exit_code = 23
    next_step = (
        "Keep this folder as it is. If you have a copy: tallymark restore COPY --vault NEW-FOLDER."
    )


class SameDisk(VaultError):
    """The copy would lie on the same disk as the vault that it is to outlive."""

    exit_code = 24
    next_step = (
        "Put the copy on a USB stick or another computer. If you are sure that this is another"
        " disk, add --same-disk. Nothing was changed."
    )


class NoCopyHere(VaultError):
    """There is no copy of a vault in this place."""

    exit_code = 25
    next_step = "Check that the disk is in, and name the folder that holds the copies."


class CopyDamaged(VaultError):
    """A part of the copy is not what was written."""

    exit_code = 26
    next_step = (
        "Keep this copy and use another disk for the next one. An older copy here may be whole:"
        " add --number to the command."
    )


class CopyMismatch(VaultError):
    """The copies in this place are of another vault."""

    exit_code = 27
    next_step = "Name another folder for the copies of this vault. Nothing was changed."


class RecordError(TallymarkError):
    """The entry could not be understood."""

    exit_code = 30
    next_step = (
        "Correct the part that is named and save again. What you typed has not been changed."
    )


class UnknownRecord(RecordError):
    """There is no entry with that number or id."""

    exit_code = 31
    next_step = "Run: tallymark list"


class EvidenceError(TallymarkError):
    """The file could not be brought in."""

    exit_code = 40


class SourceMissing(EvidenceError):
    """The file is not there or cannot be read."""

    exit_code = 41
    next_step = "Check the name and the place of the file."


class SourceChanged(EvidenceError):
    """The file changed while it was being read."""

    exit_code = 42
    next_step = "Close the program that writes to it, or copy the file first, then try again."


class UnknownFormat(EvidenceError):
    """No reader knows this kind of file."""

    exit_code = 43
    next_step = "Keep it as a plain file with: tallymark attach"


class AmbiguousFormat(EvidenceError):
    """More than one reader could read this file."""

    exit_code = 44
    next_step = "Say which one with --format NAME."


class QuestionNeeded(EvidenceError):
    """One thing about this file cannot be told from the file itself."""

    exit_code = 45
    next_step = (
        "Answer the question that is named, for example with --day-order dmy or --day-order mdy."
    )


class LimitExceeded(EvidenceError):
    """The file is larger or deeper than is safe to open."""

    exit_code = 46
    next_step = "Keep it as a plain file with: tallymark attach"


class ReaderFailed(EvidenceError):
    """The reader stopped before the end of the file."""

    exit_code = 47
    next_step = "The original can still be kept with: tallymark attach. Report the format with: tallymark inspect --shape"


class TooManyFailures(EvidenceError):
    """Too many parts of this file stop the reader."""

    exit_code = 49
    next_step = "Keep it as a plain file with: tallymark attach"


class ReadingMissing(EvidenceError):
    """The part that reads words in pictures is not installed."""

    exit_code = 54
    next_step = 'Add it with: pipx install "tallymark[ocr]". The picture itself is kept.'


class DamagedArchive(EvidenceError):
    """The archive is cut short or damaged."""

    exit_code = 48
    next_step = "Export it again from the phone. Keep the damaged file too, with: tallymark attach"


class ImportStopped(EvidenceError):
    """The import was stopped. What was read so far is kept and not shown yet."""

    exit_code = 53
    next_step = "Give the command tallymark import --resume to go on."


class EnvelopeError(TallymarkError):
    """A sealed file could not be opened."""

    exit_code = 50
    next_step = "Check that it is the file that was sent, whole and unchanged."


class WrongKey(EnvelopeError):
    """The sealed file is not for this key."""

    exit_code = 51
    next_step = "Use the key that it was sealed for."


class EnvelopeDamaged(EnvelopeError):
    """The sealed file is damaged or was changed."""

    exit_code = 52
    next_step = "Get the file again from where it came."


class IntegrityError(TallymarkError):
    """A proof, signature or digest does not fit what it covers."""

    exit_code = 55
    next_step = "Keep everything as it is and run: tallymark check"


class NotAHead(IntegrityError):
    """This is neither six words nor a head of a log."""

    exit_code = 56
    next_step = "Give six words, or a file: a checkpoint, a receipt or a pack."


class ForeignHead(IntegrityError):
    """This head is not in this log."""

    exit_code = 57
    next_step = "Run tallymark heads compare to see how it stands to this log."


class StampRefused(IntegrityError):
    """The time stamp does not hold."""

    exit_code = 58
    next_step = "It counts for nothing. Run tallymark stamp to ask again, or ask another authority."


class OnlineError(TallymarkError):
    """Nothing could be asked of another computer."""

    exit_code = 80
    next_step = "Your diary needs no network. Try again later, or go on without it."


class NotAsked(OnlineError):
    """Nothing was sent, because nobody said yes."""

    exit_code = 81
    next_step = "Say yes when asked, or add --yes."


class NotReached(OnlineError):
    """The other computer could not be reached."""

    exit_code = 82
    next_step = "It waits. Run tallymark stamp when you are online."


class AnswerRefused(OnlineError):
    """The other computer did not answer as it should."""

    exit_code = 83
    next_step = "It waits. Run tallymark stamp again later, or name another with --authority."


class PackError(TallymarkError):
    """The pack could not be made."""

    exit_code = 60
    next_step = "Nothing was handed over. Correct what is named and make the pack again."


class OutputExists(PackError):
    """There is already something at the place for the pack."""

    exit_code = 61
    next_step = "Choose a new name. Nothing was overwritten."


class NothingChosen(PackError):
    """There is nothing to put in the pack."""

    exit_code = 62
    next_step = "Add an entry first, or widen the dates."


class TypesetFailed(PackError):
    """The printed page could not be made."""

    exit_code = 63
    next_step = (
        "Make the pack again; if it fails again, report the message. Your entries are untouched."
    )


class DeskError(TallymarkError):
    """The desk could not do that."""

    exit_code = 70


class PackRefused(DeskError):
    """The pack failed a check and was not taken in."""

    exit_code = 71
    next_step = (
        "Keep the file apart and ask the sender for a fresh pack. The refusal is in the desk's log."
    )


class UnknownReport(DeskError):
    """The desk holds no report with that number."""

    exit_code = 72
    next_step = "Run: tallymark desk list"


class PostBoxError(TallymarkError):
    """Something about a post-box."""

    exit_code = 85


class NoPostBox(PostBoxError):
    """There is no post-box at this place."""

    exit_code = 86
    next_step = "Make a set-up file on your other device with: tallymark post-box new"


class NoteDamaged(PostBoxError):
    """This is not a whole entry of a post-box."""

    exit_code = 87
    next_step = "Take the entries out again on the other device and bring them in from there."


class NoteChanged(PostBoxError):
    """This entry was changed, or was not written by this post-box."""

    exit_code = 88
    next_step = "Keep the file as it is and tell the officer or helper; it was not brought in."


class UnknownBox(PostBoxError):
    """There is no post-box of that name or number in this vault."""

    exit_code = 89
    next_step = "List them with: tallymark post-box list"
