"""Each kind of dated record in plain words: one text for each field, facts and feeling apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import singledispatch

from tallymark.model.record import (
    EvidenceRequest,
    Exhibit,
    Impact,
    Incident,
    Order,
    Person,
    Phrase,
    Place,
    PoliceContact,
    QuietPeriod,
    SafetyAction,
    SameEvent,
    SecondSource,
    ToldToStop,
    Tombstone,
    Trigger,
)
from tallymark.pack import say
from tallymark.pack.contents import Contents

ORDER_KINDS = {
    "nmo": "Non-molestation order",
    "spo": "Stalking protection order",
    "dapn": "Domestic abuse protection notice",
    "dapo": "Domestic abuse protection order",
    "nho": "Non-harassment order",
    "bail": "Bail conditions",
}


def order_kind(kind: str) -> str:
    """The kind of an order in plain words, else as it was recorded."""
    return ORDER_KINDS.get(kind.lower(), say.code(kind).capitalize()) or "Order"


class Names:
    """Labels of people, places and exhibits by record id; a text that is no id stays itself."""

    def __init__(self, contents: Contents) -> None:
        self.numbers = contents.numbers
        self._labels: dict[str, str] = {}
        for record in contents.casefile.records:
            if isinstance(record.body, Person):
                self._labels[record.id] = (record.body.names or (record.body.label,))[0]
            elif isinstance(record.body, Place):
                self._labels[record.id] = record.body.label
            elif isinstance(record.body, Exhibit):
                self._labels[record.id] = record.body.number

    def label(self, reference: str | None) -> str:
        """What to call it: its label, else its number, else "not in this pack" for an unknown id."""
        if not reference:
            return ""
        if reference in self._labels:
            return self._labels[reference]
        if reference in self.numbers:
            return f"#{self.numbers[reference]}"
        looks_like_id = len(reference) == 26 and reference.isalnum() and reference.isascii()
        return "not in this pack" if looks_like_id else reference

    def source(self, reference: str) -> str:
        """A record by its label or number; an event of an export by its own id."""
        known = reference in self._labels or reference in self.numbers
        return self.label(reference) if known else f"event {reference}"

    def labels(self, references: Iterable[str]) -> str:
        """Several, with commas."""
        return ", ".join(self.label(r) for r in references)


@singledispatch
def told(body: object, _names: Names) -> Mapping[str, str]:
    """The texts of a dated body by the column names of ``data/entries.csv``; empty is not recorded."""
    message = f"no words for a {type(body).__name__}"
    raise TypeError(message)


@told.register
def _incident(body: Incident, names: Names) -> Mapping[str, str]:
    who = names.label(body.actor)
    if body.on_behalf_of:
        who = f"{who or 'not recorded'}, for {names.label(body.on_behalf_of)}"
    if body.attribution and (body.attribution.basis or body.attribution.confidence):
        known = [say.code(b) for b in body.attribution.basis]
        known += [body.attribution.confidence] if body.attribution.confidence else []
        who = f"{who or 'not recorded'} (known by: {', '.join(known)})"
    seen = (
        f"{names.label(w.person)} ({w.how}; will speak: {w.will_speak})" for w in body.witnesses
    )
    where = ", ".join(t for t in (names.label(body.place), body.place_text) if t)
    return {
        "heading": "Entry",
        "channel": say.code(body.channel),
        "direction": say.direction(body.direction),
        "who": who,
        "where": where,
        "what_happened": body.what_happened,
        "words_said": body.words_said,
        "what_i_did": body.what_i_did,
        "effect": body.effect,
        "inference": body.inference,
        "behaviours": ", ".join(map(say.behaviour, body.behaviours)),
        "danger_signs": ", ".join(say.code(f) for f in body.danger_flags),
        "fear_of_violence": body.fear_of_violence or "",
        "children_present": body.children_present or "",
        "witnesses": "; ".join(seen),
        "exhibits": names.labels(body.exhibits),
        "order": names.label(body.order),
        "condition": "" if body.condition is None else str(body.condition),
        "reported": body.reported or "",
        **_more(body, names),
    }


def _more(body: Incident, names: Names) -> Mapping[str, str]:
    """What is recorded of an entry less often; each has its own name in the chronology."""
    seen = (f"{say.code(i.scheme)} {i.value}" for i in body.identifiers_seen)
    return {
        "ended": say.moment(body.ended) if body.ended else "",
        "learned": say.moment(body.learned) if body.learned else "",
        "targets": ", ".join(say.code(names.label(t)) for t in body.targets),
        "wanted": body.wanted or "",
        "contact_reason": say.code(body.contact_reason),
        "my_words": body.my_words,
        "words_language": body.words_language,
        "appearance": body.appearance,
        "vehicle_seen": body.vehicle_seen,
        "identifiers_seen": ", ".join(seen),
        "injuries": body.injuries,
        "unreported_reason": say.code(body.unreported_reason),
        "kept_for": names.label(body.for_person),
        "dictated_to": body.dictated_to,
        "translated_by": body.translated_by,
        "other_device": say.other_device(body.post_box),
        "content_for_other_side": body.content_for_other_side or "",
    }


@told.register
def _told_to_stop(body: ToldToStop, names: Names) -> Mapping[str, str]:
    return {
        "heading": "Told to stop",
        "channel": say.code(body.channel),
        "direction": say.direction("out"),
        "who": "" if body.by == "self" else f"told by {names.label(body.by)}",
        "words_said": body.exact_words,
        "what_happened": f"Acknowledged: {body.acknowledged}" if body.acknowledged else "",
        "exhibits": names.labels(body.exhibits),
    }


@told.register
def _order(body: Order, names: Names) -> Mapping[str, str]:
    dates = [
        f"{word} {say.moment(at)}"
        for word, at in (("made", body.made), ("served", body.served), ("ends", body.expires))
        if at is not None
    ]
    return {
        "heading": f"Order: {order_kind(body.kind)}",
        "where": body.court,
        "what_happened": "; ".join(dates),
        "exhibits": names.labels(body.exhibits),
        "condition": "; ".join(f"{c.number}: {c.words}" for c in body.conditions),
        "reported": f"case {body.case_number}" if body.case_number else "",
    }


@told.register
def _police(body: PoliceContact, _names: Names) -> Mapping[str, str]:
    lines = [
        f"{word}: {text}"
        for word, text in (
            ("Officer", body.officer),
            ("Answered", body.answered or ""),
            ("Told them", body.said),
            ("Outcome", say.code(body.outcome)),
            ("Warning given", body.warning_given or ""),
            ("Notice served", body.notice_served or ""),
            ("Promised", body.promised),
            ("By when", body.follow_up),
        )
        if text
    ]
    numbers = (body.reference, body.crime_number and f"crime {body.crime_number}")
    return {
        "heading": "Contact with police or an agency",
        "channel": say.code(body.how),
        "direction": say.direction("out"),
        "who": body.agency,
        "what_happened": "\n".join(lines),
        "reported": ", ".join(n for n in numbers if n),
    }


@told.register
def _impact(body: Impact, _names: Names) -> Mapping[str, str]:
    return {"heading": f"A change in life: {say.code(body.code)}", "effect": body.words}


@told.register
def _quiet(body: QuietPeriod, _names: Names) -> Mapping[str, str]:
    kept = (
        "The diary was kept and nothing was recorded."
        if body.diary_kept
        else "The diary was not kept."
    )
    return {"heading": "Nothing recorded", "what_happened": f"{kept} {body.reason}".strip()}


@told.register
def _trigger(body: Trigger, _names: Names) -> Mapping[str, str]:
    return {"heading": f"A turning point: {say.code(body.kind)}", "what_happened": body.words}


@told.register
def _action(body: SafetyAction, _names: Names) -> Mapping[str, str]:
    words = "\n".join(t for t in (body.account, body.words) if t)
    return {"heading": f"A step taken: {say.code(body.code)}", "what_i_did": words}


@told.register
def _second(body: SecondSource, names: Names) -> Mapping[str, str]:
    by = "the person" if body.linked_by == "self" else names.label(body.linked_by)
    return {
        "heading": f"A second source: {say.code(body.kind)}",
        "who": names.label(body.person),
        "what_happened": f"{body.words}\nLinked by {by}.".strip(),
        "exhibits": names.labels(body.exhibits),
    }


@told.register
def _same(body: SameEvent, names: Names) -> Mapping[str, str]:
    decided = {"same": "show one act", "different": "show different acts"}[body.decision]
    sources = ", ".join(names.source(s) for s in body.sources)
    words = f"The person decided that these {decided}: {sources}."
    return {"heading": "Several sources", "what_happened": f"{words}\n{body.words}".strip()}


@told.register
def _phrase(body: Phrase, names: Names) -> Mapping[str, str]:
    return {
        "heading": "Words with a meaning",
        "words_said": body.words,
        "inference": body.why,
        "exhibits": names.labels(body.exhibits),
    }


@told.register
def _tombstone(body: Tombstone, _names: Names) -> Mapping[str, str]:
    asked = "the person" if body.asked_by == "self" else body.asked_by
    return {
        "heading": f"#{body.index} was erased",
        "what_happened": f"Asked by {asked}: {body.reason} Its place in the log stays.",
    }


_STATES = {
    "not_asked": "Not asked for yet.",
    "asked": "Asked for.",
    "kept": "It is kept.",
    "gone": "It is gone.",
    "refused": "Asked for and refused.",
}


@told.register
def _held(body: EvidenceRequest, _names: Names) -> Mapping[str, str]:
    lines = (body.what, body.until and f"Kept until: {body.until}", _STATES[body.state])
    return {
        "heading": "What others may hold",
        "who": body.holder,
        "what_happened": "\n".join(line for line in lines if line),
    }
