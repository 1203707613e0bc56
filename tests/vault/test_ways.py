"""Ways into a vault: each opens the same, each change is noted, none can be slipped in."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest

from tallymark.errors import (
    DiskFull,
    EnvelopeError,
    IntegrityError,
    LastWayIn,
    UnknownSlot,
    UsageProblem,
    VaultDamaged,
    VaultError,
    WeakPassphrase,
    WrongKey,
    WrongPassphrase,
    WrongWords,
)
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import CHEAP
from tallymark.integrity.recovery_words import words_of
from tallymark.vault import Vault, keys
from vault.make_earlier_vault import described, populate
from vault.making import PASSPHRASE, incident

SECRET = hashlib.sha256(b"paper").digest()
WORDS = " ".join(words_of(SECRET))
HELPER = Identity(hashlib.sha256(b"helper").digest())


@pytest.fixture
def unlock(folder, clock):
    """Opens this test's vault by what is given."""
    return lambda **secret: Vault.open(folder, now=clock, **secret)


def _whats(vault: Vault) -> list[str]:
    return [act.what for act in vault.acts()]


def test_a_forgotten_passphrase_loses_nothing(vault, unlock) -> None:
    """By the words and by the helper's key everything is back bit for bit; then a new passphrase."""
    populate(vault)
    vault.ways.add_words(SECRET)
    vault.ways.add_helper(HELPER.recipient)
    facts = {name: value for name, value in described(vault).items() if name != "acts"}
    vault.close()
    for turn, secret in enumerate(({"words": WORDS}, {"identity": f"# mine\n{HELPER.secret}\n"})):
        with unlock(**secret) as again:
            found = described(again)
            assert {name: found[name] for name in facts} == facts
            assert again.check() == []
            again.ways.change_passphrase(f"the new passphrase {turn}", cost=CHEAP)
            assert again.acts()[-2].detail == ("by words", "by helper")[turn]
        with unlock(passphrase=f"the new passphrase {turn}") as again:
            assert again.check() == []
    for gone in (PASSPHRASE, "the new passphrase 0"):
        with pytest.raises(WrongPassphrase):
            unlock(passphrase=gone)


def test_a_real_age_opens_the_helpers_copy(vault, unlock, tmp_path) -> None:
    """``age -d`` shows 24 words; read out, they open the vault."""
    copy, key = tmp_path / "copy.age", tmp_path / "key.txt"
    copy.write_bytes(vault.ways.add_helper(HELPER.recipient))
    key.write_text(HELPER.secret + "\n")
    vault.close()
    done = subprocess.run(["age", "-d", "-i", str(key), str(copy)], capture_output=True, check=True)
    assert len(done.stdout.split()) == 24
    with unlock(words=done.stdout.decode()) as again:
        assert again.acts()[-1].detail == "by helper"
        assert [way.used for way in again.ways.all()] == [False, True]
        assert again.ways.helper_copy(2) == copy.read_bytes()


def test_one_wrong_word_is_named_and_noted(vault, unlock) -> None:
    """The number of the word is said, the wrong try is told at the next opening."""
    vault.ways.add_words(SECRET)
    vault.close()
    typed = WORDS.split()
    typed[20] = "zoo"
    with pytest.raises(WrongWords, match="Word 21 "):
        unlock(words=" ".join(typed))
    with pytest.raises(WrongWords, match="number 4"):
        unlock(words=WORDS.replace(WORDS.split()[3], "nosuchword", 1))
    with pytest.raises(WrongKey):
        unlock(identity=Identity.generate().secret)
    with pytest.raises(EnvelopeError):
        unlock(identity="# nothing here")
    with unlock(passphrase=PASSPHRASE) as again:
        assert _whats(again).count("wrong words") == 2
        assert _whats(again).count("wrong key of a helper") == 1


def test_one_secret_is_asked_for(unlock, vault) -> None:
    """Neither none nor two."""
    vault.close()
    for given in ({}, {"passphrase": PASSPHRASE, "words": WORDS}):
        with pytest.raises(UsageProblem):
            unlock(**given)


def test_several_passphrases_open_the_same(vault, unlock) -> None:
    """Four, and no fifth; each may be changed alone."""
    for number in range(3):
        vault.ways.add_passphrase(f"number {number}", cost=CHEAP)
    with pytest.raises(VaultError, match="4 passphrases"):
        vault.ways.add_passphrase("one too many", cost=CHEAP)
    entry = vault.append(incident())
    vault.close()
    with unlock(passphrase="number 1") as again:
        assert again.record(entry.record.id) == entry
        again.ways.change_passphrase("number one", cost=CHEAP)
        assert again.ways.fits("number one")
        assert not again.ways.fits("number 1")
        assert _whats(again)[-1] == "passphrase changed"
    for known in (PASSPHRASE, "number 0", "number one", "number 2"):
        unlock(passphrase=known).close()
    with pytest.raises(WrongPassphrase):
        unlock(passphrase="number 1")


def test_ways_are_removed_but_never_the_last_passphrase(vault, unlock) -> None:
    """What was removed opens nothing any more."""
    vault.ways.add_words(SECRET)
    vault.ways.add_helper(HELPER.recipient)
    assert [(w.number, w.kind, w.used) for w in vault.ways.all()] == [
        (1, "passphrase", True), (2, "words", False), (3, "helper", False)]  # fmt: skip
    with pytest.raises(LastWayIn):
        vault.ways.remove(1)
    for number in (0, 4, -1):
        with pytest.raises(UnknownSlot):
            vault.ways.remove(number)
    with pytest.raises(UnknownSlot):
        vault.ways.helper_copy(1)
    vault.ways.remove(2)
    assert vault.ways.all()[1].recipient == HELPER.recipient
    vault.close()
    with pytest.raises(WrongWords):
        unlock(words=WORDS)
    with unlock(identity=HELPER.secret) as again:
        assert [what for what in _whats(again) if "removed" in what] == ["words removed"]


def test_a_way_of_a_later_version_is_kept(vault, folder, unlock) -> None:
    """Passed over when opening, kept when the file is written again."""
    vault.close()
    slots = json.loads((folder / "slots").read_text())
    later = {"kind": "passkey", "v": "3", "what": ["ever"]}
    (folder / "slots").write_text(json.dumps({**slots, "slots": [later, *slots["slots"]]}))
    with unlock(passphrase=PASSPHRASE) as again:
        again.ways.change_passphrase("another one here", cost=CHEAP)
        again.ways.add_words(SECRET)
        assert [way.kind for way in again.ways.all()] == ["passkey", "passphrase", "words"]
    assert json.loads((folder / "slots").read_text())["slots"][0] == later


def test_a_helper_slipped_into_the_file_never_gets_the_key(vault, folder, unlock) -> None:
    """A slot that this program did not write is noted and dropped; changing keys passes it over."""
    vault.close()
    slots = json.loads((folder / "slots").read_text())
    thief = Identity.generate()
    slipped = keys.helper_slot(slots["vault"], bytes(32), recipient=thief.recipient)
    (folder / "slots").write_text(json.dumps({**slots, "slots": [*slots["slots"], slipped]}))
    with unlock(passphrase=PASSPHRASE) as again:
        assert "not those that were written last" in again.acts()[-1].detail
        assert [way.kind for way in again.ways.all()] == ["passphrase"]
        again.ways.rotate(passphrase=PASSPHRASE, cost=CHEAP)
    assert thief.recipient not in (folder / "slots").read_text()


def test_an_old_file_put_back_is_noted(vault, folder, unlock) -> None:
    """The passphrase of before opens it again, and that shows."""
    old = (folder / "slots").read_bytes()
    vault.ways.change_passphrase("known to nobody else", cost=CHEAP)
    vault.close()
    with unlock(passphrase="known to nobody else") as again:
        assert again.acts()[-1].detail == ""
    (folder / "slots").write_bytes(old)
    with unlock(passphrase=PASSPHRASE) as again:
        assert "not those that were written last" in again.acts()[-1].detail


def test_what_could_not_be_written_changes_nothing(vault, folder, unlock, monkeypatch) -> None:
    """Neither the file nor the acts log."""
    before, acts = (folder / "slots").read_bytes(), _whats(vault)

    def full_disk(*_: object) -> None:
        raise DiskFull

    with monkeypatch.context() as patched:
        patched.setattr(keys, "write", full_disk)
        for change in (
            lambda: vault.ways.add_words(SECRET),
            lambda: vault.ways.change_passphrase("another one", cost=CHEAP),
            lambda: vault.ways.add_helper(HELPER.recipient),
        ):
            with pytest.raises(DiskFull):
                change()
    with pytest.raises(WeakPassphrase):
        vault.ways.change_passphrase("", cost=CHEAP)
    with pytest.raises(EnvelopeError):
        vault.ways.add_helper("age1nobody")
    assert (folder / "slots").read_bytes() == before
    assert (_whats(vault), vault.ways.decision) == (acts, None)
    vault.close()
    unlock(passphrase=PASSPHRASE).close()


def test_no_more_than_sixteen_ways(vault) -> None:
    """The seventeenth is refused by a sentence."""
    for _ in range(15):
        vault.ways.add_words(SECRET)
    with pytest.raises(VaultError, match="16 ways"):
        vault.ways.add_words(SECRET)
    assert len(vault.ways.all()) == 16


def test_the_choice_is_due_at_the_third_opening_and_kept(vault, unlock) -> None:
    """Counted while there is none; words count as practised, a helper's copy not yet."""
    assert not vault.ways.is_due
    vault.close()
    due = []
    for _ in range(4):
        with unlock(passphrase=PASSPHRASE) as again:
            due.append(again.ways.is_due)
    assert due == [False, False, True, True]
    with unlock(passphrase=PASSPHRASE) as again:
        again.ways.add_helper(HELPER.recipient)
        assert (again.ways.decision.choice, again.ways.decision.tried) == ("helper", False)
        again.ways.practise(identity=HELPER.secret)
        assert again.ways.decision.tried
        again.ways.add_words(SECRET)
        assert (again.ways.decision.choice, again.ways.decision.tried) == ("words", True)
        with pytest.raises(WrongWords):
            again.ways.practise(words=" ".join(words_of(bytes(32))))
        again.ways.practise(words=WORDS)
    with unlock(passphrase=PASSPHRASE) as again:
        assert not again.ways.is_due
        again.ways.remove(3)
        assert (again.ways.decision.choice, again.ways.decision.tried) == ("helper", False)
        again.ways.remove(2)
        assert again.ways.decision is None
        again.ways.refuse()
        assert again.ways.decision.choice == "none"
        assert _whats(again)[-1] == "no way back chosen"


def test_changing_keys_without_new_words_asks_again(vault) -> None:
    """Words that stop working are no way back."""
    vault.ways.add_words(SECRET)
    vault.ways.rotate(passphrase=PASSPHRASE, cost=CHEAP)
    assert vault.ways.decision is None


def test_a_damaged_choice_is_damage(vault) -> None:
    """Not a traceback."""
    with vault._database.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES ('recovery', '{}')")
    with pytest.raises(VaultDamaged):
        _ = vault.ways.is_due


def test_a_helpers_slot_that_was_changed_is_damage(vault, folder) -> None:
    """The copy cannot be given out."""
    vault.ways.add_helper(HELPER.recipient)
    slots = json.loads((folder / "slots").read_text())
    slots["slots"][1]["sealed"] = "(*)"
    (folder / "slots").write_text(json.dumps(slots))
    with pytest.raises(VaultDamaged):
        vault.ways.helper_copy(2)
    with pytest.raises(IntegrityError):
        keys.wordslot.sealed_copy(slots["slots"][1])


def test_a_master_key_stays_in_one_buffer(vault) -> None:
    """After locking it is overwritten, also after it was another one."""
    buffer = vault._opened.master
    vault.ways.rotate(passphrase=PASSPHRASE, cost=CHEAP)
    assert buffer is vault._opened.master
    assert any(buffer)
    vault.close()
    assert not any(buffer)
