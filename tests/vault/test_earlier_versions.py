"""A populated vault of every earlier schema opens, is whole, and can be written to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tallymark.vault import Vault
from vault.make_earlier_vault import described
from vault.making import Ticking, incident

EARLIER = sorted((Path(__file__).parent / "earlier").iterdir())


@pytest.mark.parametrize("folder", EARLIER, ids=lambda path: f"schema-{path.name}")
def test_a_vault_of_an_earlier_schema_opens_whole(folder: Path, tmp_path: Path) -> None:
    """Same records, leaves, originals, digests and drafts; the check is clean; one more entry fits."""
    expected = json.loads((folder / "expected.json").read_text())
    home = tmp_path / "v"
    shutil.copytree(folder / "vault", home)
    for name in ("blobs", "inbox"):
        (home / name).mkdir(exist_ok=True)
    passphrase = expected.pop("passphrase")
    acts = [tuple(act) for act in expected.pop("acts")]
    with Vault.open(home, passphrase=passphrase, now=Ticking()) as vault:
        found = described(vault)
        assert [(a.at, a.what, a.detail) for a in vault.acts()][: len(acts)] == acts
        assert {name: found[name] for name in expected} == expected
        assert vault.check() == []
        vault.append(incident("After the move."))
    with Vault.open(home, passphrase=passphrase, now=Ticking()) as vault:
        assert vault.check() == []
        assert vault.records()[-1].record.body == incident("After the move.")
