"""Makes the populated vault of the schema of today, kept so that later versions show they open it.

``python tests/vault/make_earlier_vault.py`` writes ``earlier/<schema>/``: the vault and, beside it,
``expected.json`` with what was true of it. A folder that is there is never made again.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import resources
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "src")]
from tallymark.integrity.keyslot import CHEAP  # noqa: E402
from tallymark.model.record import Import  # noqa: E402
from tallymark.vault import Vault  # noqa: E402
from vault.making import (  # noqa: E402
    PASSPHRASE,
    Ticking,
    attach,
    batch,
    event,
    incident,
)

EVENTS = 300


def populate(vault: Vault) -> None:
    """Entries, a new version, an erased entry, two originals, an import, a draft."""
    first = vault.append(incident("He stood outside the shop."))
    vault.append(incident("He stood outside the shop, again."), supersedes=first.record.id)
    gone = vault.append(incident("To be erased."))
    attach(vault, b"not a picture, but bytes" * 400, "IMG_0001.jpg")
    chat = attach(vault, b"".join(b"%09d\n" % n for n in range(EVENTS)), "chat.txt")
    events = [event(n, sender=("Alex", "Sam")[n % 2]) for n in range(EVENTS)]
    with vault.begin_events(exhibit_id=chat.record.id, channel="whatsapp", zone="UTC") as writer:
        seconds = [1767323040 + 60 * n for n in range(EVENTS)]
        writer.add(batch(events, seconds=seconds, senders=[""]))
        writer.finish(
            lambda digest, count: Import(
                exhibit=chat.record.id,
                importer="whatsapp",
                importer_version="1",
                options={"owner": "Sam", "zone": "UTC"},
                events=count,
                events_digest=digest,
            )
        )
    vault.erase(gone.record.id, reason="wrong person")
    vault.save_draft("new", "words not saved yet")


def described(vault: Vault) -> dict[str, object]:
    """What a later version has to find again."""
    records = vault.records()
    originals = {}
    for one in records:
        if one.record.type == "exhibit":
            with vault.open_exhibit(one.record.id) as reader:
                originals[one.record.id] = hashlib.sha256(reader.read()).hexdigest()
    return {
        "passphrase": PASSPHRASE,
        "vault": vault.vault_id,
        "records": {one.record.id: hashlib.sha256(one.data).hexdigest() for one in records},
        "leaves": [leaf.hex() for leaf in vault.leaf_hashes()],
        "erased": vault.erased(),
        "originals": originals,
        "checkpoint": vault.checkpoint(),
        "digests": [
            body.events_digest for one in records if isinstance(body := one.record.body, Import)
        ],
        "drafts": vault.drafts(),
        "acts": [[act.at, act.what, act.detail] for act in vault.acts()],
    }


def main() -> None:
    """Write the folder of this schema, once."""
    names = [p.name for p in resources.files("tallymark.vault.migrations").iterdir()]
    schema = max(int(name[:4]) for name in names if name.endswith(".sql"))
    folder = HERE / "earlier" / str(schema)
    if folder.exists():
        print(f"schema {schema} is there already")  # noqa: T201 - a script
        return
    with Vault.create(
        folder / "vault", passphrase=PASSPHRASE, now=Ticking(), zone="Europe/London", cost=CHEAP
    ) as vault:
        populate(vault)
        (folder / "expected.json").write_text(json.dumps(described(vault), indent=1) + "\n")


if __name__ == "__main__":
    main()
