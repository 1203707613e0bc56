"""What went wrong, in words for a person who sees a page and not a terminal."""

from __future__ import annotations

from tallymark import errors
from tallymark.web.uploads import UploadStopped, UploadTooBig

_SAID: tuple[tuple[type[Exception], str], ...] = (
    (
        errors.WrongPassphrase,
        "That did not open it. Check each word and the capital letters. Then try again.",
    ),
    (
        errors.VaultInUse,
        "Your notes are open in another window or program. Lock them there, then try again.",
    ),
    (
        errors.VaultDamaged,
        "A part of your notes cannot be read. Do not write more. Copy the folder to another disk.",
    ),
    (
        errors.VaultTooNew,
        "Your notes were made by a newer program. Get the newer one to open them.",
    ),
    (
        errors.DiskFull,
        "The disk is full. Make room on it, then try again. What was saved is there.",
    ),
    (
        errors.UnsafePlace,
        "This folder may be copied to an online account. Someone else may see that account.",
    ),
    (
        errors.WeakPassphrase,
        "That is too easy to guess. Use five random words, or 15 letters or more.",
    ),
    (
        errors.CopyMismatch,
        "There are copies of other notes in this place. Choose another folder.",
    ),
    (
        errors.CopyDamaged,
        "This disk did not keep what was put on it. Use another one. Older copies were left alone.",
    ),
    (errors.VaultExists, "There is something in this folder already. Nothing was changed."),
    (errors.SourceMissing, "The file is not there, or it cannot be read. Check where it is."),
    (
        errors.SourceChanged,
        "The file changed while it was read. Close what writes to it. Try again.",
    ),
    (
        errors.UnknownFormat,
        "This does not look like a chat we can read. You can still keep it as a file.",
    ),
    (
        errors.AmbiguousFormat,
        "We cannot tell what kind of chat this is. You can keep it as a file.",
    ),
    (errors.LimitExceeded, "This file is too big to read here. You can still keep it as a file."),
    (errors.ReaderFailed, "We could not read this to the end. You can still keep it as a file."),
    (errors.DamagedArchive, "This file is cut short or broken. Export it from the phone again."),
    (errors.OutputExists, "There is something with that name there already. Choose another name."),
    (
        UploadTooBig,
        "This file is bigger than 4 GB. Keep it on a disk of its own. It was not kept here.",
    ),
    (UploadStopped, "The file did not arrive whole, so it was not kept. Choose it again."),
    (errors.NothingChosen, "There is nothing to put in. Add an entry, or choose other dates."),
)


def in_words(problem: Exception) -> str:
    """One or two plain sentences for this error; never a word of what the person wrote."""
    for kind, words in _SAID:
        if isinstance(problem, kind):
            return words
    if isinstance(problem, errors.TallymarkError):
        return f"{problem} What you saved before is still there."
    return "Something went wrong. What you saved before is still there."
