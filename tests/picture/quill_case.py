"""A second fictitious case, unlike the first: few entries, two orders, children, others who carry it.

Mara QUILL writes from March to November 2026, over both changes of the clocks. Calls come from a number
that is nobody's at first; a cousin and a sister carry messages; one entry is corrected and one is
withdrawn; an order is varied; the text export does not say who wrote to whom.
"""

from __future__ import annotations

from picture.casefiles import IN, OUT, UNKNOWN, Ev, casefile, record, rid, secs, typed
from tallymark.model.casefile import Casefile
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Attribution,
    Condition,
    Correction,
    EvidenceRequest,
    Identifier,
    Impact,
    Incident,
    Order,
    Person,
    Phrase,
    Place,
    PoliceContact,
    QuietPeriod,
    Record,
    SafetyAction,
    SameEvent,
    SecondSource,
    ToldToStop,
    Trigger,
    Witness,
)

TOLD, BAIL, ORDER = "2026-04-10", "2026-06-01T10:00", "2026-09-01T15:30"


def _people() -> list[Record]:
    known = (Identifier("phone", "07700 900444"),)
    kin = Person(label="Ines ROOK", roles=("proxy",), relationship="his sister")
    return [
        record("mara", Person(label="Mara QUILL", roles=("victim",), safe_contact="work e-mail")),
        record("davy", Person(label="Davy ROOK", roles=("suspect",), identifiers=known)),
        record("ines", kin),
        record("unknown", Person(label="unknown-1", identifiers=(Identifier("phone", "07700900555"),))),
        record(
            "unknown linked",
            Person(
                label="unknown-1",
                identifiers=(Identifier("phone", "07700900555"),),
                same_as=rid("davy"),
            ),
            written="2026-10-01T08:00:00Z",
            supersedes=rid("unknown"),
        ),
        record("tam", Person(label="Tam (10)", roles=("child",))),
        record("lena", Person(label="Lena (7)", roles=("child",))),
        record("hale", Person(label="P. Hale", roles=("witness",))),
        record("school", Place(label="School gate", role="school_gate")),
        record("flat", Place(label="New flat", role="home", safe_location=True)),
    ]  # fmt: skip


def _entries() -> list[Record]:
    seen, told = Attribution(("saw_face",), "certain"), Attribution(("told_by_other",))
    return [
        typed("q1", "2026-03-28T23:30", channel="voice", written="2026-04-12T10:00:00Z",
              attribution=Attribution(("unknown",))),
        typed("q2", "2026-03-29T03:10", channel="voice", written="2026-04-12T10:05:00Z"),
        typed("q3", "2026-04-10", channel="in_person", attribution=seen, place=rid("school"),
              targets=(rid("tam"), rid("lena")), children_present="yes",
              written="2026-04-12T10:10:00Z"),
        typed("q4", "2026-04-20T18:00", channel="via_person", direction="third_party",
              actor=rid("ines"), on_behalf_of=rid("davy"), attribution=told,
              written="2026-04-20T19:00:00Z"),
        typed("q5", "2026-04-20T18:50", channel="via_person", direction="third_party",
              actor=rid("ines"), on_behalf_of=rid("davy"), attribution=told, targets=(rid("tam"),),
              written="2026-04-20T19:05:00Z"),
        typed("q6", "2026-04-20T19:20", channel="via_person", direction="third_party",
              attribution=told, written="2026-04-20T19:30:00Z"),
        typed("q7", "2026-06-02T08:40", channel="in_person", attribution=seen, place=rid("school"),
              order=rid("bail"), condition=1, fear_of_violence="yes", effect="I shook all day.",
              witnesses=(Witness(rid("hale"), "saw", "yes"),), written="2026-06-02T10:40:00Z"),
        typed("q8", "2026-06-20T12:00", channel="email", direction="out",
              written="2026-06-20T12:10:00Z"),
        typed("q9", "2026-07-01T21:00", channel="in_person", written="2026-07-01T22:00:00Z"),
        typed("q10", "2026-09-01T15:30", channel="voice", actor=rid("unknown"),
              order=rid("order"), condition=1, written="2026-09-01T16:00:00Z"),
        typed("q11", "2026-09-02T16:00", channel="in_person", attribution=seen,
              place=rid("flat"), order=rid("order"), condition=2, fear_of_violence="yes",
              danger_flags=("at_home",), written="2026-09-02T16:30:00Z"),
        typed("q12", "2026-11-05T07:55", channel="letter",
              attribution=Attribution(("handwriting",)), written="2026-11-05T09:00:00Z"),
        *_autumn(),
    ]  # fmt: skip


def _autumn() -> list[Record]:
    """01:30 on 25 October comes twice; and a call noted abroad, on the clock there."""
    said = {"channel": "voice", "what_happened": "silent call", "actor": rid("unknown")}
    first = Moment("2026-10-25T01:30", fold=0)
    again = Moment("2026-10-25T01:30", fold=1)
    abroad = Moment("2026-10-26T00:30", zone="Europe/Madrid")
    return [
        record("q13", Incident(happened=first, **said), written="2026-10-25T08:00:00Z"),
        record("q14", Incident(happened=again, **said), written="2026-10-25T08:01:00Z"),
        record("q15", Incident(happened=abroad, **said), written="2026-10-26T08:00:00Z"),
    ]


def _corrections(entries: list[Record]) -> list[Record]:
    held = {r.id: r for r in entries}
    body = held[rid("q9")].body
    return [
        record(
            "q9 corrected",
            type(body)(happened=Moment("2026-07-01T20:00"), what_happened="he stood by the car",
                       channel="in_person", attribution=Attribution(("saw_face",))),
            written="2026-07-02T08:00:00Z",
            supersedes=rid("q9"),
        ),
        typed("q16", "2026-07-15T10:00", channel="letter", written="2026-07-15T11:00:00Z"),
        record("gone", Correction(target=rid("q16"), why="it was the landlord"),
               written="2026-07-16T10:00:00Z"),
    ]  # fmt: skip


def _orders() -> list[Record]:
    bail = Order(
        kind="bail", served=Moment(BAIL), conditions=(Condition(1, "not to go to the school"),)
    )
    conditions = (Condition(1, "no contact"), Condition(2, "not to come to her home"))
    order = Order(kind="nmo", court="Ashby", served=Moment(ORDER), conditions=conditions)
    varied = Order(
        kind="nmo", court="Ashby", served=Moment(ORDER), conditions=conditions,
        varied=Moment("2026-10-02"), expires=Moment("2027-08-31"),
    )  # fmt: skip
    return [
        record("bail", bail, written="2026-06-01T12:00:00Z"),
        record("order", order, written="2026-09-01T17:00:00Z"),
        record("varied", varied, written="2026-10-02T17:00:00Z", supersedes=rid("order")),
    ]


def _around() -> list[Record]:
    return [
        record("told", ToldToStop(at=Moment(TOLD), exact_words="Leave us alone."),
               written="2026-04-12T10:15:00Z"),
        record("police", PoliceContact(at=Moment("2026-06-02T09:30"), how="101",
                                       incidents=(rid("q7"), rid("q9"))),
               written="2026-06-02T11:00:00Z"),
        record("moved", Impact(at=Moment("2026-08-15"), code="moved_home", words="We moved.",
                               incidents=(rid("q9"),)), written="2026-08-16T10:00:00Z"),
        record("quiet", QuietPeriod(start="2026-07-05", end="2026-08-20", diary_kept=False,
                                    reason="moving"), written="2026-08-21T10:00:00Z"),
        record("split", Trigger(at=Moment("2026-03-20"), kind="separation"),
               written="2026-04-12T10:20:00Z"),
        record("block", SafetyAction(at=Moment("2026-05-05T20:00"), code="blocked",
                                     account="07700 900444"), written="2026-05-05T20:05:00Z"),
        record("camera", EvidenceRequest(what="gate camera", holder="the school",
                                         at=Moment("2026-06-02"), state="asked",
                                         incidents=(rid("q7"),)), written="2026-06-03T10:00:00Z"),
        *_marked(),
        record("teacher", SecondSource(entries=(rid("q3"),), kind="witness", person=rid("hale")),
               written="2026-06-03T10:05:00Z"),
    ]  # fmt: skip


def _marked() -> list[Record]:
    """Two phrases, and a decision that was changed later."""
    first, later = "2026-06-04T10:00:00Z", "2026-06-05T10:00:00Z"
    pair = (rid("q13"), rid("event"))
    return [
        record("hat", Phrase(words="nice hat", why="only he saw it", incidents=(rid("q7"),)),
               written=later),
        record("rose", Phrase(words="a rose", why="sent before", incidents=(rid("q4"), rid("q12"))),
               written=first),
        record("same", SameEvent(sources=pair, decision="same"), written=first),
        record("not same", SameEvent(sources=pair, decision="different"), written=later),
    ]  # fmt: skip


def quill_events() -> list[Ev]:
    """Twelve texts and calls in two exports: some his, some hers, some of unknown direction."""
    found = [
        Ev(secs("2026-03-28T23:50"), "sms", "07700 900444", UNKNOWN, "message", "texts"),
        Ev(secs("2026-03-29T02:05"), "sms", "07700 900444", UNKNOWN, "message", "texts"),
        Ev(secs("2026-04-09T23:59"), "sms", "07700 900444", UNKNOWN, "message", "texts"),
        Ev(secs("2026-04-10T00:20"), "sms", "07700 900444", UNKNOWN, "message", "texts"),
        Ev(secs("2026-04-11T00:00"), "sms", "07700 900444", UNKNOWN, "message", "texts"),
        Ev(secs("2026-05-05T19:30"), "sms", "Mara", OUT, "message", "texts"),
        Ev(secs("2026-05-06T10:00"), "sms", "07700 900555", IN, "message", "texts"),
        Ev(secs("2026-05-06T10:59"), "sms", "07700 900555", IN, "message", "texts"),
        Ev(secs("2026-09-01T15:30") + 59, "voice", "07700 900555", IN, "call", "calls"),
        Ev(secs("2026-09-01T15:31"), "voice", "07700 900555", IN, "call", "calls"),
        Ev(secs("2026-10-25T01:30"), "voice", "", IN, "call", "calls"),
        Ev(secs("2026-10-25T01:30", fold=1), "voice", "", IN, "call", "calls"),
    ]
    return [*found, Ev(secs("2026-09-01T12:00"), "voice", "", IN, "system", "calls")]


def quill_records() -> list[Record]:
    """Every record of the case, in no special order."""
    entries = _entries()
    return [*_people(), *entries, *_corrections(entries), *_orders(), *_around()]


def quill_case() -> Casefile:
    """The whole case."""
    return casefile(quill_records(), quill_events())
