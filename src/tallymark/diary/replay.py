"""Everything that is derived, made anew from the records and the sealed originals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

from tallymark import importers
from tallymark.errors import EnvelopeError, EvidenceError, UnknownRecord, VaultDamaged
from tallymark.model.record import Exhibit, Import
from tallymark.vault import Finding, Stored, Vault

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many imports were read again with the same events, and what could not be."""

    imports: int
    findings: tuple[Finding, ...]


def replay(vault: Vault, *, progress: Progress | None = None) -> Replayed:
    """Read every import again from its sealed original, with the answers of its record.

    Each has to give the ``events_digest`` of its record; else what was kept stays, and is named.
    Nothing is written into either log but that this was done. ``progress`` gets imports done, in
    all. Entries can be saved meanwhile.
    """
    vault.rebuild_words()
    seen = _seen(vault)
    findings: list[Finding] = []
    for number, stored in enumerate(seen, 1):
        problem = _again(vault, stored)
        if problem:
            findings.append(Finding("events", f"Import #{stored.index}: {problem}"))
        if progress is not None:
            progress(number, len(seen))
    vault.act("read again", f"{len(seen) - len(findings)} of {len(seen)}")
    return Replayed(len(seen) - len(findings), tuple(findings))


def _seen(vault: Vault) -> list[Stored]:
    """The imports whose events are seen, by the rule of docs/spec/vault.md section 4."""
    files = {
        one.record.id: body.sha256
        for one in vault.records_of("exhibit")
        if isinstance(body := one.record.body, Exhibit)
    }
    newest: dict[tuple[str, str], Stored] = {}
    for one in vault.records_of("import"):
        body = one.record.body
        if isinstance(body, Import) and body.exhibit in files:
            newest = {key: old for key, old in newest.items() if old.record.id != body.replaces}
            newest[files[body.exhibit], importers.channel(body.importer)] = one
    return sorted(newest.values(), key=lambda one: one.index)


def _again(vault: Vault, stored: Stored) -> str:
    """Read one import again; what is wrong, or nothing."""
    body = cast("Import", stored.record.body)
    try:
        with (
            vault.open_exhibit(body.exhibit) as original,
            vault.begin_again(
                stored.record.id,
                channel=importers.channel(body.importer),
                zone=body.options.get("zone", vault.zone),
            ) as writer,
        ):
            importers.inspect(
                cast("BinaryIO", original),
                format=body.importer,
                options=body.options,
                on_batch=writer.add,
            )
            writer.doubles()
            writer.finish(lambda _digest, _count: body)
    except (EnvelopeError, VaultDamaged, UnknownRecord):
        return "its original cannot be read."
    except EvidenceError:
        if importers.version(body.importer) != body.importer_version:
            return "this version of the program reads it in another way. What was kept stays."
        return "it was not read as it was then. What was kept stays."
    return ""
