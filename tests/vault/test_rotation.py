"""Other keys for everything: each kill leaves a vault that opens, with all that was in it."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tallymark.errors import (
    DiskFailing,
    DiskFull,
    VaultDamaged,
    VaultError,
    WrongKey,
    WrongPassphrase,
    WrongWords,
)
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import CHEAP
from tallymark.integrity.recovery_words import words_of
from tallymark.vault import Vault
from vault.make_earlier_vault import described, populate
from vault.making import PASSPHRASE, Ticking, incident
from vault.rotating import NEW_WORDS, OLD_WORDS

HELPER = Identity(hashlib.sha256(b"helper").digest())
KILLS = int(os.environ.get("TALLYMARK_KILLS", "20"))
posix = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is a POSIX signal")


def _said(secret: bytes) -> str:
    return " ".join(words_of(secret))


def _facts(vault: Vault) -> dict[str, object]:
    return {name: value for name, value in described(vault).items() if name != "acts"}


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> tuple[Path, dict[str, object]]:
    """A vault with entries, originals, events, words and a helper's copy; and what is in it."""
    folder = tmp_path_factory.mktemp("full") / "v"
    with Vault.create(folder, passphrase=PASSPHRASE, now=Ticking(), cost=CHEAP) as vault:
        populate(vault)
        vault.ways.add_words(OLD_WORDS)
        vault.ways.add_helper(HELPER.recipient)
        return folder, _facts(vault)


@pytest.fixture
def home(full, tmp_path) -> Path:
    """A copy of that vault for one test."""
    shutil.copytree(full[0], tmp_path / "v")
    return tmp_path / "v"


def _open(home: Path, **secret: str) -> Vault:
    return Vault.open(home, now=Ticking(), **(secret or {"passphrase": PASSPHRASE}))


def _rotate(vault: Vault, **fields: object) -> None:
    vault.ways.rotate(
        **{"passphrase": PASSPHRASE, "words": NEW_WORDS, "cost": CHEAP, "files": True, **fields}
    )


def test_every_key_is_another_and_everything_is_there(home, full) -> None:
    """Master key, pages, slots, address for wrong tries, files; facts and check are as before."""
    before = {p.name: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    with _open(home) as vault:
        old = bytes(vault._opened.master)
        seen = []
        _rotate(vault, progress=lambda *done: seen.append(done))
        assert seen[-1][0] == seen[-1][1] > 0
        assert bytes(vault._opened.master) not in {old, bytes(32)}
        assert vault.ways.seal_files().damaged == ()
        assert _facts(vault) == full[1]
        vault.append(incident("After the change."))
    after = {p.name: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    assert {"slots", "vault.db", "lock", "reserve"} == set(before) & set(after)
    assert json.loads(before["slots"])["inbox"] != json.loads(after["slots"])["inbox"]
    with _open(home) as vault:
        assert vault.check() == []
        assert vault.records()[-1].record.body == incident("After the change.")
        assert "keys changed" in [act.what for act in vault.acts()]


def test_what_was_given_opens_it_and_what_was_not_does_not(home) -> None:
    """Passphrase, new words and the helper's key open; old words and another passphrase do not."""
    with _open(home) as vault:
        vault.ways.add_passphrase("a second passphrase", cost=CHEAP)
        _rotate(vault)
        assert [way.kind for way in vault.ways.all()] == ["passphrase", "words", "helper"]
    for secret in ({"words": _said(NEW_WORDS)}, {"identity": HELPER.secret}, {}):
        with _open(home, **secret) as vault:
            assert vault.check() == []
    for secret, refusal in (
        ({"words": _said(OLD_WORDS)}, WrongWords),
        ({"passphrase": "a second passphrase"}, WrongPassphrase),
        ({"identity": Identity.generate().secret}, WrongKey),
    ):
        with pytest.raises(refusal):
            _open(home, **secret)


def test_the_wrong_passphrase_changes_nothing(home) -> None:
    """It is tried first."""
    before = (home / "slots").read_bytes()
    with _open(home) as vault:
        with pytest.raises(WrongPassphrase):
            _rotate(vault, passphrase="another one")
        assert vault.append(incident("goes on"))
    assert (home / "slots").read_bytes() == before


def test_a_damaged_original_keeps_its_key_and_is_named(home) -> None:
    """The rest is sealed again; nothing is thrown away."""
    with _open(home) as vault:
        _rotate(vault)
        rows = vault._database._connection.execute("SELECT ordinal, name FROM blobs").fetchall()
        broken = home / "blobs" / (rows[0][1] + ".age")
        broken.write_bytes(broken.read_bytes()[:-1] + b"\0")
        assert vault.ways.seal_files().damaged == (rows[0][0],)
        assert broken.exists()
        assert vault.ways.waiting_files() == 0
        assert len(vault.check()) == 1


def test_an_exhibit_erased_meanwhile_stays_erased(home, monkeypatch) -> None:
    """The new file of an exhibit that was erased while it was sealed again is not kept."""
    from tallymark.vault import rotation

    with _open(home) as vault:
        _rotate(vault)
        exhibit = next(one for one in vault.records() if one.record.type == "exhibit")
        sealed = rotation._sealed_again

        def slow(*args: object) -> object:
            made = sealed(*args)
            monkeypatch.setattr(rotation, "_sealed_again", sealed)
            vault.erase(exhibit.record.id, reason="asked")
            return made

        monkeypatch.setattr(rotation, "_sealed_again", slow)
        vault.ways.seal_files()
        assert vault.check() == []
        assert len(list((home / "blobs").iterdir())) == 1


def test_a_full_disk_leaves_the_old_keys(home, full, monkeypatch) -> None:
    """The vault locks or stays open, and opens as before."""
    from tallymark.vault import keys

    def full_disk(*_: object) -> None:
        raise DiskFull

    with _open(home) as vault, monkeypatch.context() as patched:
        patched.setattr(keys, "write", full_disk)
        with pytest.raises(DiskFull):
            _rotate(vault)
        with pytest.raises(VaultError, match="locked"):
            vault.records()
    with _open(home, words=_said(OLD_WORDS)) as vault:
        assert _facts(vault) == full[1]
    assert not list(home.glob("vault.db.next*"))


def test_keys_stay_while_a_copy_is_made(home) -> None:
    """A copy that begins under one key ends under it."""
    with _open(home) as vault:
        with (
            vault._database.still(lambda _: None),
            pytest.raises(VaultError, match="copy of the vault"),
        ):
            _rotate(vault)
        assert vault.check() == []


def test_copies_go_on_after_the_keys_were_changed(home, full, tmp_path) -> None:
    """A copy of before opens by what was known then, the next one by what is known now."""
    stick = tmp_path / "stick"
    with _open(home) as vault:
        vault.copies.make(stick)
        _rotate(vault)
        vault.ways.seal_files()
        assert vault.copies.make(stick).number == 2
    for number, secret in ((1, OLD_WORDS), (2, NEW_WORDS)):
        target = tmp_path / f"restored{number}"
        again, found = Vault.restore(
            stick, target, words=_said(secret), number=number, now=Ticking()
        )
        with again:
            assert found.findings == ()
            facts = _facts(again)
            assert facts["originals"] == full[1]["originals"]
            assert facts["digests"] == full[1]["digests"]
    with pytest.raises(WrongWords):
        Vault.restore(stick, tmp_path / "x", words=_said(OLD_WORDS), number=2, now=Ticking())


def test_nothing_is_deleted_when_the_key_opens_neither_file(home) -> None:
    """A damaged database beside a begun copy is damage; both files stay."""
    (home / "vault.db.next").write_bytes(b"begun")
    (home / "vault.db").write_bytes(b"\7" * 8192)
    with pytest.raises(VaultDamaged):
        _open(home)
    assert (home / "vault.db.next").read_bytes() == b"begun"


def test_a_copy_whose_journal_is_still_needed_is_not_put_in_place(home, monkeypatch) -> None:
    """The slots stay the old ones when the new file is not whole by itself."""
    from tallymark.vault import rotation

    opened = rotation.open_database

    def leaving(path: Path, **fields: object) -> object:
        made = opened(path, **fields)
        close = made.close

        def late() -> None:
            close()
            path.with_name(path.name + "-wal").write_bytes(b"frames")

        made.close = late
        return made

    with _open(home) as vault, monkeypatch.context() as patched:
        patched.setattr(rotation, "open_database", leaving)
        with pytest.raises(DiskFailing):
            _rotate(vault)
    _open(home, words=_said(OLD_WORDS)).close()


class _Worker:
    """The process that changes keys and is ended."""

    def __init__(self) -> None:
        script = str(Path(__file__).with_name("rotating.py"))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen([sys.executable, script], **pipes)

    def begin(self, folder: Path, step: int) -> int:
        """Start on one folder; gives the process number."""
        self._process.stdin.write(f"{folder}\t{step}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def ended(self) -> int:
        """Its exit status."""
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """No more folders."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture
def worker():
    """One such process for a test."""
    made = _Worker()
    yield made
    made.close()


def _opens_whole(home: Path, expected: dict[str, object]) -> bool:
    """Opens by passphrase and by one of old and new words, is whole; whether the keys are new."""
    opened = []
    for secret in (OLD_WORDS, NEW_WORDS):
        try:
            with _open(home, words=_said(secret)):
                opened.append(secret)
        except WrongWords:
            continue
    assert len(opened) == 1
    with _open(home) as vault:
        assert _facts(vault) == expected
        assert vault.check() == []
        assert not list(home.glob("vault.db.next*"))
        held = {row[0] + ".age" for row in vault._database._connection.execute(
            "SELECT name FROM blobs WHERE identity IS NOT NULL")}  # fmt: skip
        assert {path.name for path in (home / "blobs").iterdir()} == held
    return opened == [NEW_WORDS]


def _goes_on(home: Path, *, switched: bool) -> None:
    """What was cut off is done to its end."""
    with _open(home) as vault:
        if not switched:
            _rotate(vault)
        vault.ways.seal_files()
        assert vault.ways.waiting_files() == 0
        assert vault.check() == []


@posix
def test_a_kill_at_every_step_leaves_a_vault_that_opens(full, tmp_path, worker) -> None:
    """Each numbered moment once; old keys before the switch, new ones after it, never neither."""
    step, states = 0, []
    while True:
        step += 1
        home = tmp_path / f"v{step}"
        shutil.copytree(full[0], home)
        worker.begin(home, step)
        status = worker.ended()
        states.append(_opens_whole(home, full[1]))
        _goes_on(home, switched=states[-1])
        if status == 0:
            break
        assert status == -signal.SIGKILL
        shutil.rmtree(home)
    assert step > 40
    assert states == sorted(states)
    assert not states[0]
    assert states[-1]


@posix
def test_a_kill_at_any_moment_leaves_a_vault_that_opens(full, tmp_path, worker) -> None:
    """Also in the middle of a write."""
    draw = random.Random(5)
    for turn in range(KILLS):
        home = tmp_path / f"v{turn}"
        shutil.copytree(full[0], home)
        pid = worker.begin(home, 0)
        time.sleep(draw.uniform(0, 0.12))
        with suppress(ProcessLookupError):  # it may be done already
            os.kill(pid, signal.SIGKILL)
        worker.ended()
        _goes_on(home, switched=_opens_whole(home, full[1]))
        shutil.rmtree(home)
