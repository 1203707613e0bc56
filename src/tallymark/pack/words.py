"""The two plain text files: ``READ-ME-FIRST.txt`` and ``summary.txt``."""

from __future__ import annotations

import textwrap

from tallymark.pack import say
from tallymark.pack.contents import Contents, kept_back_lines
from tallymark.pack.seal import NOTEBOOK
from tallymark.pack.sections.seal.section import COMMANDS, NOT_SHOWN, stamp_commands
from tallymark.pack.sections.summary.section import plain
from tallymark.pack.typeset.coverage import printable

MOST = 4_000
_WIDTH = 78

_HERE = (
    "1-START-HERE.pdf: one page. Read this first.",
    "2-everything.pdf: every entry, the charts, exhibits and what was read.",
    "summary.txt: the first page in plain characters, to paste.",
    (
        "data/originals: the files as they came, byte for byte. A file that a double-click would "
        "run has .evidence after its name. Open originals only on a machine meant for that."
    ),
    (
        "data/entries.csv, events.csv, exhibits.csv: tables for a spreadsheet. A cell that would "
        "act as a formula has an apostrophe before it."
    ),
    "data/records, proofs, manifests, statement.json: what the seal covers.",
)
_HOW_TO_CHECK = (
    "HOW TO CHECK IT\nUse tools of your own. Do not trust a checker that came with what it checks. "
    "In this folder, with coreutils and OpenSSH 8.1 or later (Linux, macOS, Windows with Git Bash), "
    "run:"
)
_EXPECTED = (
    'Each file must be OK, and the last line must say: Good "tallymark-bundle" signature. These '
    "commands do not notice a file that was added and is named in no manifest; a verifier written "
    "to the bundle specification does."
)
_STAMPS = (
    "TIME STAMPS\nAn outside authority signed a head of this log with the time. ROOT.pem is the root "
    "certificate of the authority; get it from the authority itself. Each must say: Verification: OK. "
    "That the stamped head is of this log, a verifier written to the bundle specification checks."
)
_WHOSE = (
    "WHOSE SEAL IT IS\nThe key came with the pack, so it says nothing by itself about who signed. "
    "Ask the person to read out the six words, or compare the fingerprint with one you were given "
    "in another way."
)


def write(contents: Contents) -> list[tuple[str, bytes]]:
    """Name and bytes of each, in the order in which they lie in the pack."""
    return [
        ("READ-ME-FIRST.txt", read_me(contents).encode()),
        ("summary.txt", summary(contents).encode()),
    ]


def summary(contents: Contents) -> str:
    """The first page in plain characters, at most 4,000, to paste into a records system."""
    text = printable(plain(contents), breaks=False)
    if len(text) > MOST:
        ending = "\n[Cut here at 4,000 characters. The rest is in 1-START-HERE.pdf.]\n"
        text = text[: MOST - len(ending)].rstrip() + ending
    return text


def read_me(contents: Contents) -> str:
    """What this is and how to check it with standard tools, as printed in the pack."""
    made = contents.local(contents.made)
    paragraphs = [
        "READ ME FIRST",
        (
            f"This is pack {contents.sequence} of one person's diary and evidence, made "
            f"{say.day(made)} at {say.clock(made)} {made.tzname()} for: {contents.purpose}."
        ),
        _list("What is here", _HERE),
        _list("What is not here", (*kept_back_lines(contents), NOTEBOOK)),
        _HOW_TO_CHECK,
        "\n".join(f"    {command}" for command in COMMANDS),
        _EXPECTED,
        *_stamps(contents),
        _WHOSE,
        (
            f"    Six words:   {' '.join(contents.seal.words)}\n"
            f"    Fingerprint: {contents.seal.fingerprint}"
        ),
        _list("What the seal does not show", NOT_SHOWN),
    ]
    return "\n\n".join(_wrapped(p) for p in paragraphs) + "\n"


def _stamps(contents: Contents) -> tuple[str, ...]:
    """How to check the time stamps, when there are any."""
    commands = stamp_commands(contents)
    if not commands:
        return ()
    return (_STAMPS, "\n".join(f"    {command}" for command in commands))


def _list(title: str, lines: tuple[str, ...]) -> str:
    return "\n".join([title.upper(), *(f"  - {line}" for line in lines)])


def _wrapped(paragraph: str) -> str:
    """Lines of at most 78 characters; what is indented by four is a command and stays whole."""
    return "\n".join(
        line
        if line.startswith("    ")
        else textwrap.fill(
            line,
            _WIDTH,
            subsequent_indent="    " if line.startswith("  - ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in paragraph.split("\n")
    )
