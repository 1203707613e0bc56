"""What the seal covers, how a stranger checks it, and what it does not show."""

from __future__ import annotations

from tallymark.pack import say
from tallymark.pack.contents import Contents, kept_back_lines
from tallymark.pack.seal import NOTEBOOK, stamp_paths
from tallymark.pack.sections._section import Part, Section

NOT_SHOWN = (
    "That an account is true. It shows that nothing changed after it was recorded.",
    "When an entry was written, other than by this device's own clock.",
    "What happened before somebody outside first held a head of this log.",
    "Whose key it is. Compare the six words by telephone or the fingerprint by another way.",
    "That these pages say what the records say. The records are in data/records.",
)
_MOST_HEADS = 30
COMMANDS = (
    "sha256sum -c manifest-sha256.txt",
    "sha256sum -c tagmanifest-sha256.txt",
    "ssh-keygen -l -f signer.pub",
    (
        "ssh-keygen -Y verify -f allowed_signers -I tallymark -n tallymark-bundle "
        "-s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt"
    ),
)
"""Run in the pack's folder. They need coreutils and OpenSSH 8.1 or later, and nothing of ours."""


def stamp_commands(contents: Contents) -> list[str]:
    """One command for each time stamp; the reader brings the root certificate."""
    paths = [stamp_paths(number) for number in range(1, len(contents.stamps) + 1)]
    return [
        f"openssl ts -verify -data {note} -in {answer} -CAfile ROOT.pem" for note, answer in paths
    ]


def outside_lines(contents: Contents) -> list[str]:
    """Who outside holds a head, which records it covers, and how many have none; the earliest first."""
    zone, heads = contents.casefile.zone, contents.casefile.outside
    none = sum(contents.outside(contents.numbers[r.id]) is None for r in contents.shown)
    lines = [
        f"{say.not_later(head, zone).replace('not', 'Not', 1)}: the first {head.size:,} records."
        for head in heads
    ]
    if len(lines) > _MOST_HEADS:
        lines = [*lines[:_MOST_HEADS], f"And {len(lines) - _MOST_HEADS:,} later ones."]
    if contents.initials_only:
        lines.append("Of heads held outside, only time stamps are named in this pack.")
    many = len(contents.shown)
    lines.append(f"Of {say.count(many, 'record')} in this pack, {none:,} have no outside time.")
    if any(head.kind != "stamp" for head in heads):
        lines.append("But for a time stamp, the day is by this device's clock: ask who holds it.")
    return lines


def _content(contents: Contents) -> tuple[Part, ...]:
    seal = contents.seal
    data = {
        "rows": [
            ["Six words of the key", " ".join(seal.words)],
            ["Fingerprint", seal.fingerprint],
            ["Log", seal.origin],
            ["Records in the log", f"{seal.size:,}"],
            ["Shown in this pack", f"{len(contents.shown):,}"],
            ["Root", seal.root],
            ["Pack", f"{contents.sequence} of series {contents.series}, id {contents.pack_id}"],
            ["Made with", seal.program],
        ],
        "kept": list(kept_back_lines(contents)) or ["Nothing is held back from this log."],
        "notebook": NOTEBOOK,
        "outside": outside_lines(contents),
        "stamps": stamp_commands(contents),
        "commands": list(COMMANDS),
        "not_shown": list(NOT_SHOWN),
        "print": "A character that no font here can draw is printed as [U+XXXX]. Marks that only "
        "turn the direction of writing are not printed. The tables and records hold every character.",
        "made": f"{say.day(contents.local(contents.made))} {say.clock(contents.local(contents.made))}",
    }
    numbers = tuple(
        contents.numbers[r.id]
        for r in contents.shown
        if r.type in {"epoch", "hand_over", "correction"}
    )
    return (Part(data=data | {"others": _others(contents)}, numbers=numbers),)


def _others(contents: Contents) -> list[dict[str, object]]:
    words = {
        "epoch": "Beginning of this log and its key",
        "hand_over": "A pack was made",
        "correction": "An entry was withdrawn or replaced",
    }
    return [
        {"n": contents.numbers[r.id], "text": f"{words[r.type]}, {say.written(r)}"}
        for r in contents.shown
        if r.type in words
    ]


SECTION = Section(order=90, title="About the seal", content=_content, new_page=True)
