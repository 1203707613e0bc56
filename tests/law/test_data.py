"""The law data: complete, sourced, honest about its checking, and found by scanning alone."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tallymark import law
from tallymark.errors import UsageProblem
from tallymark.law import loader
from tallymark.law.rules import CHECKED
from tallymark.model.casefile import Casefile
from tallymark.pack import say
from tallymark.picture import _words, elements

ROOM = Path(law.__file__).parent
PLACES = law.jurisdictions()
RULES = [rule for name in PLACES for rule in law.jurisdiction(name).rules]
SERVICES = [one for name in PLACES for one in law.jurisdiction(name).services]
CODES = set(law.vocabulary("behaviours").labels())


# Vocabularies -----------------------------------------------------------------------------------


def test_there_are_88_behaviour_codes_in_eleven_groups() -> None:
    """The whole list is there, each code once, each with words, help, source and version."""
    terms = law.vocabulary("behaviours").terms
    assert len(terms) == len({term.code for term in terms}) == 88
    assert all(term.label and term.help and term.source and term.since for term in terms)
    assert len({term.group for term in terms}) == 11
    counts = {letter: sum(t.code[0] == letter for t in terms) for letter in "CPMBDFVANOX"}
    assert counts == dict(zip("CPMBDFVANOX", (16, 11, 11, 10, 8, 5, 16, 3, 4, 3, 1), strict=True))


@pytest.mark.parametrize("name", law.vocabularies())
def test_a_vocabulary_has_words_and_a_source_for_each_code(name: str) -> None:
    """No code stands without words, and none twice."""
    held = law.vocabulary(name)
    assert held.name == name
    assert held.title
    assert held.source
    assert all(term.label and term.source and term.since for term in held.terms)
    assert len({term.code for term in held.terms}) == len(held.terms)


def test_every_kind_of_order_has_words() -> None:
    """Orders of the law data name kinds that a record can hold, in the words the pack prints."""
    held = law.vocabulary("order_kinds").labels()
    named = {kind for name in PLACES for one in law.jurisdiction(name).orders for kind in one.kinds}
    assert named <= set(held)
    assert {k: v for k, v in _words.ORDER_KINDS.items() if held.get(k) != v} == {}


def test_the_fields_that_need_a_vocabulary_have_one() -> None:
    """Channels, attribution, danger, impact, places, police, acquisition, safety and triggers."""
    wanted = {
        "acquisition", "attribution", "behaviours", "channels", "danger_flags", "impacts",
        "place_roles", "police_outcomes", "safety_actions", "triggers",
    }  # fmt: skip
    assert wanted <= set(law.vocabularies())
    with pytest.raises(LookupError):
        law.vocabulary("moods")


def test_a_channel_implies_only_contact() -> None:
    """What a channel alone shows is a code of contact, and meeting in person shows none."""
    held = law.vocabulary("channels")
    implied = {term.code: term.implies for term in held.terms if term.implies}
    assert set(implied.values()) <= {code for code in CODES if code.startswith("C")}
    assert not {"in_person", "vehicle", "other", "web_form"}.intersection(implied)
    signs = {term.implies for term in law.vocabulary("danger_flags").terms if term.implies}
    assert signs <= CODES


def test_police_who_refuse_can_be_written_down() -> None:
    """A report that was refused or not answered has a code, and its help says that it counts."""
    held = law.vocabulary("police_outcomes")
    for code in ("refused", "no_answer"):
        assert "counts" in held.find(code).help


def test_the_pack_and_the_picture_use_the_same_words() -> None:
    """One piece serves both: a code reads the same in the pack, the picture and the law."""
    assert say.behaviour("P04") == f"P04 {law.label('behaviours', 'P04')}"
    flags = law.vocabulary("danger_flags").labels()
    assert {k: v for k, v in _words.DANGER.items() if flags.get(k) != v} == {}
    bases = {code for _, _, codes in _words.BASES for code in codes}
    assert bases == set(law.vocabulary("attribution").labels())


BULLETS = {
    ("harassment", "antisocial"): "N01 N02 N04 D08",
    ("harassment", "bullying"): "N03 N04 B07 B09",
    ("harassment", "unwanted_contact"): " ".join(f"C{n:02d}" for n in range(1, 17)),
    ("harassment", "calls_texts_social"): "C01 C02 C03 C04 C05 C07 C08 C15",
    ("harassment", "damage"): "D01 D03 D07",
    ("harassment", "others"): "C12 V05 B08",
    ("stalking", "following"): "P01 P02",
    ("stalking", "watching"): "P09 M09 M06",
    ("stalking", "at_home"): "P04 P05 P08",
    ("stalking", "monitoring"): "M01 M02 M03 M04 M05 M06 M08",
    ("stalking", "interfering"): "D02 D03 D05 D06",
    ("stalking", "identity"): "F01 F02 F04 B02",
    ("stalking", "pets"): "A01 A02 A03 V06",
    ("stalking", "children"): "V04",
}


@pytest.mark.parametrize("place", PLACES)
def test_every_bullet_of_the_two_lists_has_its_codes(place: str) -> None:
    """What a police page says harassment and stalking could include is asked, with these codes."""
    found = {
        (one.list, one.key): " ".join(one.codes)
        for one in law.jurisdiction(place).prompts
        if one.list in {"harassment", "stalking"}
    }
    assert found == BULLETS
    targets = {one.key: one.targets for one in law.jurisdiction(place).prompts if one.targets}
    assert targets == {"others": "others", "children": "children"}


def test_every_code_is_asked_for_by_some_question() -> None:
    """Nothing that can be recorded is out of reach of the screening."""
    asked = {code for one in law.jurisdiction().prompts for code in one.codes}
    assert asked >= CODES


# Rules ------------------------------------------------------------------------------------------

ROWS = {
    "england_wales": {
        "EW-PHA-2", "EW-PHA-1A", "EW-PHA-2A", "EW-PHA-4", "EW-PHA-4A-i", "EW-PHA-4A-ii",
        "EW-PHA-5", "EW-PHA-3", "EW-CJPA-42A", "EW-SPO", "EW-NMO", "EW-DAPO", "EW-CCB", "EW-MCA",
        "EW-CA127-1", "EW-CA127-2", "EW-OSA179", "EW-OSA181", "EW-OSA183", "EW-OSA184",
        "EW-SOA66A", "EW-SOA66B", "EW-CMA", "EW-OAPA16", "EW-CD", "EW-FRAUD", "EW-AWA4",
        "EW-SOA67", "EW-IPA3", "EW-DPA170", "EW-PSA84", "EW-WITNESS",
    },
    "scotland": {"SC-39", "SC-38", "SC-NHO", "SC-PHA-8", "SC-DA"},
    "northern_ireland": {"NI-1", "NI-2", "NI-SPO"},
    "ireland": {"IE-10-1", "IE-10-2", "IE-28"},
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_the_rows_of_each_jurisdiction_are_there(place: str) -> None:
    """Every row of the specification is a rule or an order."""
    assert ROWS[place] <= {rule.id for rule in law.jurisdiction(place).rules}


def test_ids_are_unique_over_all_jurisdictions() -> None:
    """A rule is found by its id alone, in any spelling of capitals."""
    assert len({rule.id.casefold() for rule in RULES}) == len(RULES)
    assert law.rule("ew-pha-2a")[1].title == "Stalking"
    with pytest.raises(UsageProblem):
        law.rule("EW-NOTHING")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_source_a_state_and_only_known_codes(rule: law.Rule) -> None:
    """No rule without where it comes from; nothing unverified passes as checked; codes exist."""
    assert rule.sources
    assert rule.state in {*CHECKED.values()} or rule.verified_on
    assert rule.draft == (rule.verified_on is None)
    patterns = {p for element in rule.elements for p in element.codes}
    assert all(
        any(law.Element(key="x", words="x", codes=(p,)).takes(c) for c in CODES) for p in patterns
    )
    assert {code for act in rule.acts for code in act.codes} <= CODES
    assert len({element.key for element in rule.elements}) == len(rule.elements)


def test_figures_that_were_read_stand_as_they_were_read() -> None:
    """How often, how long, and from when, for the main rules."""
    assert law.rule("EW-PHA-2")[1].time_limit.months == 6
    assert law.rule("EW-PHA-2A")[1].time_limit.months == 6
    assert law.rule("EW-PHA-4A-ii")[1].time_limit is None
    assert law.rule("EW-PHA-4A-i")[1].most.startswith("10 years; 14")
    assert law.rule("EW-PHA-1A")[1].occasions.per_person
    assert law.rule("SC-39")[1].since == date(2010, 12, 13)
    assert law.rule("NI-1")[1].since == date(2022, 4, 27)
    assert law.rule("IE-10-2")[1].occasions.least == 1
    assert law.rule("SC-38")[1].occasions.least == 1
    fear = {r.id for r in RULES for e in r.elements if e.key == "fear" and e.least == 2}
    assert {"EW-PHA-4", "EW-PHA-4A-i"} <= fear


def test_the_statute_list_of_stalking_has_its_seven_letters() -> None:
    """Codes are mapped to letters (a) to (g), and each code of contact is under (b)."""
    rule = law.rule("EW-PHA-2A")[1]
    assert [act.key for act in rule.acts] == list("abcdefg")
    assert all(rule.act(f"C{n:02d}") == ("b",) for n in range(1, 17))
    assert rule.act("P01") == ("a",)
    assert rule.act("V01") == ()


def test_a_date_of_checking_needs_a_name() -> None:
    """Nobody can make a draft look checked by writing a date alone; unknown fields are refused."""
    plain = msgspec.to_builtins(law.rule("EW-CD")[1])
    with pytest.raises(msgspec.ValidationError, match="needs the name"):
        msgspec.convert({**plain, "verified_on": "2026-11-01"}, law.Rule, strict=False)
    done = msgspec.convert(
        {**plain, "verified_on": "2026-11-01", "verified_by": "A. Solicitor"},
        law.Rule,
        strict=False,
    )
    assert done.state == "Checked on 2026-11-01 by A. Solicitor."
    assert not done.draft
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({**plain, "score": 3}, law.Rule, strict=False)


# Jurisdictions ----------------------------------------------------------------------------------


def test_a_jurisdiction_is_a_folder_and_nothing_else() -> None:
    """No code names a jurisdiction but the usual one; each is found because its folder is there."""
    code = "".join(p.read_text("utf-8") for p in ROOM.glob("*.py"))
    assert set(PLACES) == {p.parent.name for p in ROOM.glob("*/jurisdiction.toml")}
    named = [name for name in PLACES if name in code]
    assert named == [loader.USUAL]
    with pytest.raises(UsageProblem, match="england_wales"):
        law.jurisdiction("atlantis")


NEW_ZEALAND = """
[[rule]]
id = "NZ-216O"
title = "Stalking and harassment"
provision = "Crimes Act 1961 s.216O"
kind = "course"
since = 2026-05-26
occasions = { least = 2, window_days = 730 }
elements = [{ key = "acts", words = "Acts", codes = ["C*", "P*"] }]
sources = ["Crimes Act 1961 ss.216O to 216S, as read in an archived copy"]
checked = "read"
"""
DANGER = 'title = "Now"\ncall = "111"\nlines = ["Call 111."]\n[[signs]]\ncode = "here_now"\nlabel = "Here"\n'


@pytest.fixture
def another_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data with no code in it, read instead of the room; the caches forget it after."""
    for path in (*ROOM.rglob("*.toml"), *ROOM.rglob("*.md")):
        copied = tmp_path / path.relative_to(ROOM)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(path.read_bytes())
    monkeypatch.setattr(loader, "_room", lambda: tmp_path)
    caches = (loader.jurisdictions, loader.jurisdiction)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def test_a_fifth_jurisdiction_is_data_alone(another_room: Path) -> None:
    """A new folder with a window of two years is found, read and collected for; no code changes."""
    here = another_room / "new_zealand"
    here.mkdir()
    (here / "jurisdiction.toml").write_text('code = "NZ"\ntitle = "New Zealand"\n')
    (here / "offences.toml").write_text(NEW_ZEALAND)
    (here / "danger.toml").write_text(DANGER)
    assert "new_zealand" in law.jurisdictions()
    place, rule = law.rule("nz-216o")
    assert (place.title, place.danger.call) == ("New Zealand", "111")
    assert place.guidance
    assert place.prompts
    found = elements.collect(Casefile(records=()), rule)
    assert found.occasions.in_window == 0
    assert "inside 730 days" in found.gaps[-1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("offences.toml", NEW_ZEALAND.replace("kind =", "kinds =")),
        ("offences.toml", NEW_ZEALAND.replace('checked = "read"', "")),
        ("offences.toml", NEW_ZEALAND.replace("[[rule]]", "[[rules]]")),
        (
            "services.toml",
            '[[service]]\nid = "x"\nname = "x"\nneed = "x"\nsources = []\nchecked = "read"\n',
        ),
        ("jurisdiction.toml", 'code = "NZ"\ntitle = "x"\nscore = 3\n'),
    ],
)
def test_a_slip_in_a_data_file_is_an_error_and_not_a_silence(
    another_room: Path, name: str, text: str
) -> None:
    """A misspelt field, a missing state or source, a table nobody reads: each is refused."""
    (another_room / "ireland" / name).write_text(text)
    with pytest.raises((ValueError, msgspec.ValidationError)):
        law.jurisdiction("ireland")


@pytest.mark.parametrize("place", PLACES)
def test_each_jurisdiction_says_what_to_do_in_danger(place: str) -> None:
    """Any one sign shows the card; it has a number, and no sign shows nothing."""
    here = law.jurisdiction(place)
    assert re.fullmatch(r"999|112", here.danger.call)
    assert here.danger.call in here.danger.lines[0]
    for sign in here.danger.signs:
        assert here.danger.shows((sign.code,))
    assert not here.danger.shows(())
    assert {sign.code for sign in here.danger.signs} == {
        "here_now", "just_happened", "weapon", "strangled", "threatened_to_kill",
        "threatened_children", "suicidal_threat", "order_breached_today",
    }  # fmt: skip
    assert any(one.emergency for one in here.services)


def test_the_silent_call_is_explained_where_it_works() -> None:
    """55 stands on the card of the United Kingdom, with what it does not do; not in Ireland."""
    words = " ".join(law.jurisdiction("scotland").danger.lines)
    assert "55" in words
    assert "does not tell them where you are" in words
    assert "55" not in " ".join(law.jurisdiction("ireland").danger.lines)


@pytest.mark.parametrize("one", SERVICES, ids=lambda one: one.id)
def test_a_number_without_a_date_is_called_unchecked(one: law.Service) -> None:
    """Each has a way to reach it and a source; nobody has dialled them, and that is said."""
    assert one.phone or one.text or one.web
    assert one.sources
    assert (one.status == "unchecked") == (one.verified_on is None)


def test_every_data_file_is_read_by_somebody() -> None:
    """No file lies in the room that nobody would miss."""
    known = {"jurisdiction", "offences", "orders", "services", "danger", "screening", "accounts"}
    spare = [p for p in ROOM.rglob("*.toml") if p.parent.name != "vocab" and p.stem not in known]
    assert spare == []
