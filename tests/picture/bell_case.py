"""The fictitious case of the first page, as data: 94 episodes, 1,212 items, nine months of 2026.

The plan below says which episode is in which channel and on which day; the numbers of the page are not
written here, they must come out of the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from picture.casefiles import OUT, Ev, casefile, record, rid, secs, typed
from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Attribution,
    Condition,
    EvidenceRequest,
    Exhibit,
    HandOver,
    Identifier,
    Impact,
    Import,
    Order,
    Person,
    Phrase,
    PoliceContact,
    QuietPeriod,
    Record,
    ToldToStop,
    Witness,
)

TOLD, SERVED = "2026-05-03T18:05", "2026-08-01T11:30"
_DAYS = {
    "02-14": (1, 2), "02-16": (3,), "02-18": (4,), "02-21": (5, 6), "02-24": (7,), "02-27": (8, 9),
    "03-02": (10, 11), "03-05": (12, 13), "03-08": (14,), "03-11": (15, 16), "03-14": (17, 18),
    "03-17": (19, 20), "03-20": (21,), "03-23": (22, 23), "03-27": (24,), "03-30": (25, 26),
    "04-01": (27,), "04-04": (28, 29), "04-07": (30, 31), "04-09": (32, 33), "04-12": (34, 35),
    "04-15": (36, 37), "04-17": (38,), "04-20": (39, 40), "04-23": (41, 42), "04-26": (43,),
    "04-29": (44, 45), "05-01": (46,), "05-02": (47,),
    "05-04": (48, 49), "05-06": (50,), "05-09": (51, 52), "05-12": (53, 54), "05-15": (55,),
    "05-18": (56, 57), "05-21": (58, 59), "05-25": (60,), "05-29": (61, 62),
    "06-01": (63,), "06-02": (64, 65), "06-18": (66,), "06-20": (67,), "06-23": (68, 69),
    "06-26": (70,), "06-29": (71,),
    "07-02": (72,), "07-05": (73,), "07-09": (74, 75), "07-13": (76,), "07-17": (77,),
    "07-21": (78, 79), "07-25": (80,), "07-30": (81, 82),
    "08-10": (83,), "08-22": (84, 85), "09-05": (86,), "09-14": (87,),
    "10-07": (88, 89), "10-25": (90, 91), "11-08": (92, 93), "11-20": (94,),
}  # fmt: skip
_CALLS = {5, 14, 19, 24, 30, 33, 36, 43, 47, 51, 54, 57, 60, 64, 68, 70, 72, 75, 76, 78, 81}
_CALLS |= {83, 85, 86, 88, 89, 92}
_PERSON = {12, 28, 40, 56, 61, 66, 67, 71, 74, 80, 87, 91, 93, 94}
_MAIL = {7, 16, 31, 38, 59, 77}
_OTHERS = {3, 21, 62, 82, 84, 90}
_WITHHELD = {81, 83, 85, 86, 88, 89, 92}
_BILL = {33, 36, 43, 51, 54, 57, 60, 64, 68, 75, 76}  # calls with a typed entry and the phone bill
_HEARD = _BILL - {68, 75}
_SOON = {1, 8, 10, 17, 22, 25}  # the next one begins 90 minutes after the end of this one
_PAUSED = {27, 29, 32, 37, 39, 53, 55, 58, 63}  # 45 minutes of silence inside
_MEMORY = {3, 12, 21, 28, 40}
_CAMERA, _NEIGHBOUR, _MANAGER = {40, 67, 87, 91, 93}, {61, 71, 80, 94}, {56, 74, 90}
_FLAGS = {
    33: ("threat_to_kill",), 76: ("threat_to_kill",), 12: ("at_home",), 40: ("at_home",),
    61: ("at_home",), 87: ("at_school",), 91: ("at_home",), 94: ("at_home",), 66: ("tracker",),
}  # fmt: skip
_CONDITION = {84: 1, 90: 1, 91: 2, 94: 2, 87: 3}
_FEAR, _CHILDREN = {33, 61, 76, 87, 91, 94}, {12, 87, 91}


def lane_of(number: int) -> str:
    """The channel code of an episode."""
    for channel, held in (
        ("voice", _CALLS),
        ("in_person", _PERSON),
        ("email", _MAIL),
        ("via_person", _OTHERS),
    ):
        if number in held:
            return channel
    return "whatsapp"


def starts() -> dict[int, int]:
    """When each episode begins, in UTC seconds."""
    found: dict[int, int] = {}
    for day, held in _DAYS.items():
        for place, number in enumerate(held):
            at = secs(f"2026-{day}T{'09:00' if place == 0 else '15:00'}")
            before = number - 1
            if place and before in _SOON:
                at = found[before] + 60 * (_many(before) - 1) + 90 * 60
            found[number] = at
    found[94] = secs("2026-11-20T21:40")
    return found


def _many(number: int) -> int:
    """Events of an episode in the exports."""
    lane = lane_of(number)
    if lane == "whatsapp":
        place = sorted(n for n in range(1, 95) if lane_of(n) == "whatsapp").index(number)
        return 25 if place < 26 else 24
    if lane == "voice":
        answered = sorted(_CALLS - _WITHHELD)
        return 1 if number in _WITHHELD else 7 + (answered.index(number) < 2)
    if lane == "email":
        return 4 if number in {7, 16} else 3
    return 0


_PARTY = {"whatsapp": "Colin", "voice": "07700900222", "email": "colin.dray@example.org"}


def events() -> Iterator[Ev]:
    """Everything in the exports: his, hers, and system notices."""
    for number, at in starts().items():
        lane = lane_of(number)
        part = "early" if number <= 71 else "late"
        for place in range(_many(number)):
            pause = 44 * 60 if number in _PAUSED and place >= 10 else 0
            yield Ev(
                at=at + 60 * place + pause,
                channel=lane,
                party="" if number in _WITHHELD else _PARTY[lane],
                kind="call" if lane == "voice" else "message",
                source=f"{lane} {part}",
            )
    yield from _hers()
    for at in ("2026-02-14T08:59", "2026-05-20T10:00"):
        yield Ev(secs(at), party="", kind="system", source="whatsapp early")


def _hers() -> Iterator[Ev]:
    begin = starts()
    before = [begin[n] + 30 for n in range(1, 47) if lane_of(n) == "whatsapp"]
    times = [before[k % len(before)] + 60 * (k // len(before)) for k in range(214)]
    for at in (*times, secs(TOLD) + 20, begin[49] + 90, begin[52] + 90):
        yield Ev(at, party="Anna", direction=OUT, source="whatsapp early")


def _entry(number: int, at: int) -> Record:
    when = datetime.fromtimestamp(at, UTC).astimezone(_zone()).strftime("%Y-%m-%dT%H:%M")
    hours = 2 if number == 87 else 3
    stamp = max(at + hours * 3600, secs("2026-05-03T19:00"))
    written = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return typed(
        f"#{number}",
        when,
        written=written,
        channel=lane_of(number),
        attribution=Attribution(basis=_basis(number)),
        danger_flags=_FLAGS.get(number, ()),
        fear_of_violence="yes" if number in _FEAR else None,
        children_present="yes" if number in _CHILDREN else None,
        effect="I stopped walking my son to school." if number == 87 else "",
        order=rid("order") if number in _CONDITION else None,
        condition=_CONDITION.get(number),
        unreported_reason="afraid of reaction" if number in {84, 87, 90} else "",
        witnesses=_witnesses(number),
        exhibits=_cited(number),
    )


def _zone():
    from picture.casefiles import LONDON

    return LONDON


def _basis(number: int) -> tuple[str, ...]:
    if number in _OTHERS:
        return ("told_by_other",)
    if number in {66, 93}:
        return ("unknown",)
    return (
        ("known_number",)
        if number in {68, 75}
        else ("saw_face",)
        if number in _PERSON
        else ("heard_voice",)
    )


def _witnesses(number: int) -> tuple[Witness, ...]:
    if number in _NEIGHBOUR:
        return (Witness(rid("moss"), will_speak="yes"),)
    return (Witness(rid("shah"), will_speak="yes"),) if number in _MANAGER else ()


def _cited(number: int) -> tuple[str, ...]:
    cited = [rid("phone bill")] if number in _BILL else []
    cited += [rid(f"clip {number}")] if number in _CAMERA else []
    if number == 33:
        cited.append(rid("voicemail"))
    return (*cited, *([rid("doorbell")] if number == 94 else []))


def _people() -> list[Record]:
    anna = Person(
        label="Anna BELL",
        roles=("victim",),
        born="1991-03-04",
        language="English",
        safe_contact="Text only 07700 900111, 09:00-12:00. No voicemail. Never the landline.",
    )
    colin = Person(
        label="Colin DRAY",
        roles=("suspect",),
        names=("Colin",),
        born="1988-09-19",
        relationship="ex_partner",
        separated="2026-02-02",
        identifiers=(
            Identifier("phone", "07700 900222"),
            Identifier("email", "colin.dray@example.org"),
        ),
        vehicle="grey Corsa, plate part seen: Y?68 ?KD",
        employer="Northby Tyres",
        weapons="air rifle in 2024, not since",
        keys_or_passwords="Had her door key until 2 Aug",
    )
    return [
        record("anna", anna),
        record("colin", colin),
        record("moss", Person(label="L. Moss", roles=("witness",))),
        record("shah", Person(label="R. Shah", roles=("witness",))),
    ]


def _exhibits() -> list[Record]:
    def make(name: str, number: str, kind: str, **more) -> Record:
        body = Exhibit(number=number, sha256="00" * 32, size=1, name="x", kind=kind, **more)
        return record(name, body)

    found = [
        make(
            "told message",
            "AB/4",
            "screenshot",
            original_still_held="yes",
            original_location="her phone",
        ),
        make("proof of service", "AB/9", "photo"),
        make(
            "tracker",
            "AB/17",
            "physical_object",
            original_still_held="yes",
            original_location="bagged",
        ),
        make("voicemail", "AB/22", "audio"),
        make("phone bill", "AB/30", "receipt"),
        make("doorbell", "LM/1", "video", method="received_from_witness"),
    ]
    found += [make(f"clip {n}", f"AB/{40 + n}", "video") for n in sorted(_CAMERA)]
    for place, name in enumerate(_sources()):
        found.append(make(f"exhibit {name}", f"AB/{200 + place}", "message_export"))
    return found


def _sources() -> list[str]:
    return [
        f"{lane} {part}" for part in ("early", "late") for lane in ("whatsapp", "voice", "email")
    ]


def _imports() -> list[Record]:
    found = []
    for name in _sources():
        body = Import(exhibit=rid(f"exhibit {name}"), importer="made up", importer_version="1")
        written = "2026-06-30T09:00:00Z" if name.endswith("early") else "2026-11-21T09:00:00Z"
        found.append(record(f"import {name}", body, written=written))
    return found


def _facts() -> list[Record]:
    told = ToldToStop(
        at=Moment(TOLD), exact_words="Do not contact me again.", exhibits=(rid("told message"),)
    )
    order = Order(
        kind="nmo",
        court="Northby Family Court",
        served=Moment(SERVED),
        expires=Moment("2027-07-28", precision="day"),
        proof_of_service=rid("proof of service"),
        conditions=(
            Condition(1, "no contact"),
            Condition(2, "home 100 m"),
            Condition(3, "school"),
        ),
    )
    return [
        record("told", told, written="2026-05-03T18:00:00Z"),
        record("order", order, written="2026-08-01T12:00:00Z"),
        record(
            "quiet",
            QuietPeriod(start="2026-06-03", end="2026-06-17"),
            written="2026-06-18T08:00:00Z",
        ),
        record(
            "phrase",
            Phrase(words="sweet dreams", why="what he said that night", incidents=(rid("#33"),)),
            written="2026-04-12T08:00:00Z",
        ),
        record(
            "camera",
            EvidenceRequest(
                what="Shop camera, Mill Rd",
                at=Moment("2026-10-25", precision="day"),
                incidents=(rid("#91"),),
            ),
            written="2026-10-26T08:00:00Z",
        ),
        *_police(),
        *_changes(),
    ]


def _police() -> list[Record]:
    held = (
        ("2026-05-11", "101", "no_crime", ()),
        ("2026-07-20", "web", "closed 2 Sep", ()),
        ("2026-10-25", "999", "attended", (rid("#91"),)),
        ("2026-11-21", "101", "no reply", (rid("#94"),)),
    )
    return [
        record(
            f"police {day}",
            PoliceContact(at=Moment(day, precision="day"), how=how, outcome=out, incidents=refs),
            written=f"{day}T20:00:00Z",
        )
        for day, how, out, refs in held
    ]


def _changes() -> list[Record]:
    held = (("05-10", "shifts"), ("08-02", "locks"), ("09-14", "school run"), ("09-21", "GP"))
    return [
        record(
            f"change {day}",
            Impact(at=Moment(f"2026-{day}", precision="day"), words=words),
            written=f"2026-{day}T20:00:00Z",
        )
        for day, words in held
    ]


def _packs() -> list[Record]:
    def make(day: date, sequence: int) -> Record:
        body = HandOver(f"p{sequence}", "s", sequence, "police", "00" * 32)
        return record(f"pack {sequence}", body, written=f"{day.isoformat()}T14:00:00Z")

    return [make(date(2026, 5, 12), 1), make(date(2026, 7, 1), 2)]


def bell_records() -> list[Record]:
    """Every record of the case, in no special order."""
    begin = starts()
    entries = [_entry(n, begin[n]) for n in sorted(_PERSON | _OTHERS | _BILL)]
    for number in (62, 82):  # two more messages through others, twenty minutes later
        again = _entry(number, begin[number] + 20 * 60)
        entries.append(record(f"#{number} again", again.body, written=again.written))
    return [*_people(), *_exhibits(), *_imports(), *_facts(), *_packs(), *entries]


def bell_numbers(records: list[Record]) -> dict[str, int]:
    """Entry numbers as on the page; everything else stands where it fits."""
    numbers = {rid(f"#{n}"): n for n in _PERSON | _OTHERS | _BILL}
    numbers |= {rid("#62 again"): 63, rid("#82 again"): 83}
    numbers |= {rid("pack 1"): 47, rid("pack 2"): 72}
    early = {rid(f"import {name}"): 4 + k for k, name in enumerate(_sources()[:3])}
    spare = iter(range(101, 1000))
    early |= {rid(f"exhibit {name}"): 7 + k for k, name in enumerate(_sources()[:3])}
    rest = {r.id: next(spare) for r in records if r.id not in numbers and r.id not in early}
    return numbers | early | rest


def bell_case() -> Casefile:
    """The whole case."""
    records = bell_records()
    return casefile(records, events(), numbers=bell_numbers(records))
