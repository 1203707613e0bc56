"""Handing over: makes a pack from a casefile, then writes down that it was handed over."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tallymark import disk
from tallymark.errors import OutputExists, PackError
from tallymark.integrity.envelope import seal
from tallymark.integrity.signature import fingerprint, six_words
from tallymark.model.casefile import Casefile
from tallymark.model.record import HandOver
from tallymark.vault import Vault
from tallymark.vault.heads import HELD

if TYPE_CHECKING:
    from tallymark.pack.build import Built
    from tallymark.pack.contents import StampFile

PURPOSES = ("police", "court", "disclosure", "supporter")


@dataclass(frozen=True, slots=True)
class PackResult:
    """Where the pack is and what to read out. ``sealed`` replaces folder and zip when keys are given.

    ``stayed`` are the numbers of entries that stayed because they tell of a place that never leaves.
    Only the person is told of them.
    """

    folder: Path | None
    zip: Path | None
    sealed: Path | None
    first_page: Path | None
    fingerprint: str
    words: tuple[str, ...]
    records: int
    exhibits: int
    stayed: tuple[int, ...] = ()


def hand_over(
    vault: Vault,
    casefile: Casefile,
    *,
    out: Path,
    purpose: str,
    to_keys: Sequence[str],
    made: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> PackResult:
    """Build, sign, optionally seal, then append the hand-over record.

    The record comes after the pack, because it names the pack's manifest. The head in the pack is
    noted as one that somebody outside holds. Raises ``OutputExists``
    before anything is written when something is in the way.
    """
    from tallymark.pack.build import build
    from tallymark.pack.contents import unsaid_ids

    if purpose not in PURPOSES:
        raise PackError(f"A pack is for one of: {', '.join(PURPOSES)}.")
    sealed = out.with_name(out.name + ".zip.age") if to_keys else None
    if sealed is not None and sealed.exists():
        raise OutputExists
    earlier = [
        s.record.body for s in vault.records_of("hand_over") if isinstance(s.record.body, HandOver)
    ]
    series = earlier[0].series if earlier else secrets.token_hex(8)
    by_id = {stored.record.id: stored for stored in vault.records()}
    pack_id = secrets.token_hex(16)
    vault.heads.date()
    built = build(
        casefile,
        target=out,
        key=vault.signing_key,
        checkpoint=vault.checkpoint(),
        leaf_hashes=vault.leaf_hashes(),
        record_data=lambda ident: by_id[ident].data,
        open_original=lambda ident: io.BufferedReader(vault.open_exhibit(ident), 1 << 20),
        made=made,
        pack_id=pack_id,
        series=series,
        sequence=len(earlier) + 1,
        purpose=purpose,
        recipients=to_keys,
        vault=vault.vault_id,
        epoch=vault.epoch,
        erased=vault.erased(),
        stamps=_stamps(vault),
        progress=progress,
    )
    if sealed is not None:
        _seal_and_drop(built, sealed, to_keys)
    vault.heads.give("pack", holder=f"{purpose}, pack {len(earlier) + 1}")
    exhibits = sum(1 for record in casefile.records if record.type == "exhibit")
    vault.append(
        HandOver(
            pack_id=pack_id,
            series=series,
            sequence=len(earlier) + 1,
            purpose=purpose,
            tagmanifest_sha256=built.tagmanifest_sha256,
            records=len(casefile.records),
            exhibits=exhibits,
        )
    )
    vault.act("pack", f"{purpose} {series}/{len(earlier) + 1}")
    folder = None if sealed else built.folder
    unsaid = unsaid_ids(casefile.records)
    return PackResult(
        folder=folder,
        zip=None if sealed else built.zip,
        sealed=sealed,
        first_page=folder / "1-START-HERE.pdf" if folder else None,
        fingerprint=fingerprint(vault.public_key),
        words=six_words(vault.public_key),
        records=len(casefile.records),
        exhibits=exhibits,
        stayed=tuple(
            by_id[r.id].index for r in casefile.records if r.id in unsaid and r.type != "place"
        ),
    )


def _stamps(vault: Vault) -> list[StampFile]:
    """Every answered time stamp whose head still stands in the log, the oldest first."""
    from tallymark.pack.contents import StampFile

    past = vault.heads.history()
    return [
        StampFile(kept.note, kept.response, kept.head.size)
        for kept in vault.stamps.all()
        if kept.response is not None and past.standing(kept.head) in HELD
    ]


def _seal_and_drop(built: Built, sealed: Path, to_keys: Sequence[str]) -> None:
    """Seal the zip to the keys; the readable copies are removed when the sealed one is whole."""
    part = sealed.with_name(sealed.name + ".part")
    try:
        with disk.reading(built.zip) as source, disk.create(part, new=True) as target:
            seal(source, target, recipients=list(to_keys))
            disk.sync(target)
        disk.rename(part, sealed)
        disk.sync_folder(sealed.parent)
    finally:
        disk.unlink(part, missing_ok=True)
        disk.unlink(built.zip, missing_ok=True)
        if built.folder is not None:
            disk.remove_tree(built.folder)
