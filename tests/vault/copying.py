"""Makes a copy, or restores one, until killed: ``python copying.py backup|restore STICK VAULT``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tallymark.vault import Vault
from vault.making import PASSPHRASE


def now() -> datetime:
    """The device's clock."""
    return datetime.now(UTC)


def say(what: object) -> None:
    """A line that is out before the next thing happens."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> None:
    """One piece of work; says ``ready`` before it begins and its number when it has ended."""
    what, stick, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if what == "backup":
        with Vault.open(folder, passphrase=PASSPHRASE, now=now) as vault:
            say("ready")
            say(vault.copies.make(stick).number)
    else:
        say("ready")
        vault, restored = Vault.restore(stick, folder, passphrase=PASSPHRASE, now=now)
        say(restored.number)
        vault.close()


if __name__ == "__main__":
    main()
