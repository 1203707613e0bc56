"""Passphrase slots: the right words open, all else is refused, and refused before it costs."""

from __future__ import annotations

import os
import unicodedata

import pytest
from argon2 import low_level
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import IntegrityError, WeakPassphrase, WrongPassphrase
from tallymark.integrity import keyslot
from tallymark.integrity.keyslot import CHEAP, Cost, make_slot, open_slot

MASTER = bytes(range(32))
SLOT = make_slot("five random words", MASTER, cost=CHEAP, label="vault")


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_the_same_words_open_it(passphrase: str) -> None:
    """Any words, in either normal form of Unicode, give the key back in a bytearray."""
    slot = make_slot(passphrase, MASTER, cost=CHEAP, label="vault")
    for form in ("NFC", "NFD"):
        found = open_slot(slot, unicodedata.normalize(form, passphrase), label="vault")
        assert isinstance(found, bytearray)
        assert found == MASTER


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_other_words_do_not(passphrase: str) -> None:
    """Whatever is typed, the answer is WrongPassphrase."""
    with pytest.raises(WrongPassphrase):
        open_slot(SLOT, passphrase, label="vault")


def test_a_slot_belongs_to_its_place() -> None:
    """A slot of one vault does not open under another label."""
    with pytest.raises(WrongPassphrase):
        open_slot(SLOT, "five random words", label="desk")


@pytest.mark.parametrize("name", ["memory_kib", "time", "lanes", "salt", "commitment", "wrapped"])
def test_every_part_is_authenticated(name: str) -> None:
    """Any part changed a little within its range is noticed."""
    value = SLOT[name]
    changed = value * 2 if isinstance(value, int) else _flip(str(value))
    slot = {**SLOT, name: changed}
    if name == "lanes":
        slot["memory_kib"] = 64
    with pytest.raises(IntegrityError if name == "wrapped" else WrongPassphrase):
        open_slot(slot, "five random words", label="vault")


def _flip(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


@pytest.mark.parametrize(
    "asked",
    [{"memory_kib": (1 << 20) + 1}, {"memory_kib": 1 << 40}, {"time": 65}, {"time": 10**6},
     {"lanes": 17}, {"memory_kib": 7}, {"memory_kib": 0}, {"memory_kib": -1}, {"time": 0},
     {"lanes": 0}, {"time": True}, {"time": 1.0}, {"time": "1"}, {"salt": None}, {"salt": "xx"},
     {"v": "2"}, {"kdf": "argon2d"}, {"more": 1}, {"wrapped": "00" * 23}, {"commitment": ""}, {"salt": "zz" * 16}],
)  # fmt: skip
def test_a_hostile_slot_is_refused_before_any_work(asked: dict, monkeypatch) -> None:
    """Beyond the ceilings, or malformed: refused, and Argon2 was not even called."""

    def never(*_: object, **__: object) -> bytes:
        raise AssertionError("work was begun")

    monkeypatch.setattr(keyslot, "hash_secret_raw", never)
    with pytest.raises(IntegrityError):
        open_slot({**SLOT, **asked}, "five random words", label="vault")


def test_a_missing_part_is_refused() -> None:
    """Every member must be there."""
    for name in SLOT:
        with pytest.raises(IntegrityError):
            open_slot({k: v for k, v in SLOT.items() if k != name}, "x", label="vault")


@pytest.mark.parametrize("passphrase", ["", "x" * 1025, "é" * 513, "\ud800"])
def test_no_passphrase_and_one_too_long_are_refused(passphrase: str) -> None:
    """1 to 1,024 bytes, counted in UTF-8."""
    with pytest.raises(WeakPassphrase):
        make_slot(passphrase, MASTER, cost=CHEAP, label="vault")
    with pytest.raises(WrongPassphrase):
        open_slot(SLOT, passphrase, label="vault")


@pytest.mark.parametrize("length", [0, 8, 15, 33, 72])
def test_a_master_key_of_an_odd_length_is_refused(length: int) -> None:
    """What cannot be wrapped is refused by name."""
    with pytest.raises(IntegrityError):
        make_slot("words", bytes(length), cost=CHEAP, label="vault")


def test_slots_never_repeat() -> None:
    """The same words and key give another salt, commitment and wrapped key each time."""
    again = make_slot("five random words", MASTER, cost=CHEAP, label="vault")
    assert all(again[name] != SLOT[name] for name in ("salt", "commitment", "wrapped"))


def test_the_floor_is_the_second_choice_of_rfc_9106() -> None:
    """64 MiB, 3 passes, 4 lanes, and it works."""
    assert Cost(64 * 1024, 3, 4) == keyslot.FLOOR
    slot = make_slot("words", MASTER, cost=keyslot.FLOOR, label="v")
    assert open_slot(slot, "words", label="v") == MASTER


@pytest.mark.parametrize(
    ("speed", "expected"),
    [(0.25, Cost(131072, 15, 4)), (1.2, Cost(131072, 3, 4)), (3.0, Cost(65536, 3, 4)),
     (1e-9, Cost(131072, 64, 4))],
)  # fmt: skip
def test_calibration_stays_between_floor_and_ceiling(speed, expected, monkeypatch) -> None:
    """A fast machine gets more passes, a slow one less memory, none less than the floor."""

    def seconds(cost: Cost) -> float:
        return speed * cost.memory_kib / 131072 * cost.time / 3

    monkeypatch.setattr(keyslot, "_seconds", seconds)
    assert keyslot.calibrate() == expected


def test_a_first_run_that_was_slow_is_corrected(monkeypatch) -> None:
    """Memory touched for the first time costs once and not at each unlocking."""
    runs = iter([0.6, 0.8, 0.0])
    monkeypatch.setattr(keyslot, "_seconds", lambda _: next(runs))
    assert keyslot.calibrate() == Cost(131072, 9, 4)


def test_calibration_measures_argon2(monkeypatch) -> None:
    """What is timed is Argon2id itself, with the cost in question."""
    seen = []

    def spy(*args: object, **kwargs: object) -> bytes:
        seen.append(args[2:5])
        return low_level.hash_secret_raw(*args, **kwargs)

    monkeypatch.setattr(keyslot, "hash_secret_raw", spy)
    assert keyslot._seconds(CHEAP) > 0
    assert seen == [(CHEAP.time, CHEAP.memory_kib, CHEAP.lanes)]


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(SLOT)), st.none() | st.text(max_size=8), max_size=8))
def test_arbitrary_slots_end_in_our_own_error(slot: dict) -> None:
    """Whatever JSON stands there, nothing but an IntegrityError comes out."""
    with pytest.raises(IntegrityError):
        open_slot(slot, "words", label="v")


def test_randomness_comes_from_the_system(monkeypatch) -> None:
    """The salt is what ``os.urandom`` gave."""
    monkeypatch.setattr(os, "urandom", lambda size: b"\x07" * size)
    assert make_slot("w", MASTER, cost=CHEAP, label="v")["salt"] == "07" * 16
