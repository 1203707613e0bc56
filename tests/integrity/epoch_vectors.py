"""Makes the ``epoch-…`` files of ``vectors/log``: how one epoch goes on from another."""

from __future__ import annotations

from integrity.log_vectors import FORKED, KEY, LEAVES, ORIGIN, OTHER, Files
from integrity.vector_format import render
from tallymark.integrity import canonical, epoch
from tallymark.integrity.checkpoint import Checkpoint, sign
from tallymark.integrity.merkle import Tree

VAULT = ORIGIN.rpartition("/")[0]
HEAD = Checkpoint(ORIGIN, 7, Tree(LEAVES).root(7))
FIRST: dict[str, object] = {
    "type": "epoch",
    "vault": VAULT,
    "epoch": 1,
    "public_key": KEY.public.hex(),
}
SECOND: dict[str, object] = {
    **FIRST,
    "epoch": 2,
    "public_key": OTHER.public.hex(),
    "prior": sign(HEAD, key=KEY),
}


def everything() -> Files:
    """Every ``epoch-…`` file by name."""
    return _first() | _later() | _same_name()


def _first() -> Files:
    bad = "epoch failure"
    made = {
        "good-first": ("first", "the first epoch cites nothing", FIRST),
        "first-with-prior": (bad, "the first epoch cites a head", {**SECOND, "epoch": 1}),
        "no-key": (bad, "a key of 31 bytes", {**FIRST, "public_key": KEY.public.hex()[2:]}),
        "capital-key": (bad, "hex in capitals", {**FIRST, "public_key": KEY.public.hex().upper()}),
        "number-text": (bad, "the number as text", {**FIRST, "epoch": "1"}),
        "number-zero": (bad, "there is no epoch 0", {**FIRST, "epoch": 0}),
    }
    return {
        f"epoch-{name}": render(canonical.encode(body), expect=expect, kind="epoch", about=about)
        for name, (expect, about, body) in made.items()
    }


def _endorsed(body: dict[str, object]) -> dict[str, object]:
    return {**body, "endorsed": epoch.endorse(body, key=KEY)}


def _later() -> Files:
    bad = "epoch failure"
    good = _endorsed(SECOND)
    other_head = Checkpoint(ORIGIN, 7, Tree(FORKED).root(7))
    elsewhere = Checkpoint(f"{VAULT}/3", 7, HEAD.root)
    forged = sign(other_head, key=OTHER)
    made = {
        "good": ("endorsed", "the next epoch, by the old key's word", good),
        "good-not-endorsed": ("not endorsed", "the old key was not held any more", SECOND),
        "good-number-left-out": ("endorsed", "a number may be left out, it only rises",
                                 _endorsed({**SECOND, "epoch": 4})),
        "no-prior": (bad, "a later epoch that cites no head",
                     {n: v for n, v in SECOND.items() if n != "prior"}),
        "prior-by-another-key": (bad, "the cited head is signed by the new key",
                                 {**SECOND, "prior": forged}),
        "prior-of-another-line": (bad, "the cited head has another origin",
                                  {**SECOND, "prior": sign(elsewhere, key=KEY)}),
        "number-back": (bad, "the number does not rise", {**SECOND, "epoch": 1}),
        "same-key": (bad, "an epoch has a key of its own",
                     {**SECOND, "public_key": KEY.public.hex()}),
        "other-vault": (bad, "another vault goes on from this head",
                        {**SECOND, "vault": "00" * 16}),
        "endorsed-by-the-new-key": (bad, "the new key endorses itself",
                                    {**SECOND, "endorsed": epoch.endorse(SECOND, key=OTHER)}),
        "endorsed-another": (bad, "the endorsement of another epoch",
                             {**good, "public_key": "11" * 32}),
        "endorsed-junk": (bad, "no signature at all", {**SECOND, "endorsed": "yes"}),
    }  # fmt: skip
    return {
        f"epoch-{name}": render(
            canonical.encode(body), expect=expect, kind="epoch", about=about,
            before_origin=ORIGIN, before_public=KEY.public, size=HEAD.size, root=HEAD.root,
        )
        for name, (expect, about, body) in made.items()
    }  # fmt: skip


def _same_name() -> Files:
    """Two machines restore one copy, and both count on to epoch 2."""
    name = f"{VAULT}/2"
    header = {
        "known_origin": name, "known_size": 9, "known_root": Tree(LEAVES).root(9),
        "other_origin": name, "other_size": 9, "other_root": Tree(FORKED).root(9),
    }  # fmt: skip
    return {
        "heads-branch-one-name": render(
            b"", expect="branch", kind="heads",
            about="one origin and size, but two keys: two restored copies, no contradiction",
            **header, known_public=KEY.public, other_public=OTHER.public,
        ),
        "heads-equivocation-one-key": render(
            b"", expect="equivocation", kind="heads",
            about="one origin and size, by one key: it signed two histories",
            **header, known_public=KEY.public, other_public=KEY.public,
        ),
    }  # fmt: skip
