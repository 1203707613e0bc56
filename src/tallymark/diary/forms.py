"""Each kind of record as a person fills it in: its questions, and how typed words become fields.

One row of ``FORMS`` is one kind; a field that is not asked can still be said by its name. Typed
words are read by the type of the field: a time as ``when`` reads it, ``#12`` as a record, a name as
the person or place that is called so, ``yes`` as an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from tallymark.diary.when import read_when
from tallymark.diary.writing import body_of
from tallymark.errors import RecordError
from tallymark.model import record as model
from tallymark.model.moment import Moment
from tallymark.vault import Stored

_NUMBER = re.compile(r"#(\d+)\Z")
_PEOPLE = frozenset(
    {"actor", "on_behalf_of", "for_person", "person", "against", "targets", "protects", "same_as"}
)
_SCHEMES = ("phone", "email", "handle", "platform_id", "plate", "address", "other")


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind is asked for. ``words`` is the field of the one line; ``ask`` are (field, question).

    ``time`` is the field of the time, empty when the kind has none of its own.
    """

    body: type[Any]
    words: str
    time: str
    ask: tuple[tuple[str, str], ...]
    fixed: Mapping[str, str] = field(default_factory=dict)


FORMS: dict[str, Form] = {
    "incident": Form(
        model.Incident,
        "what_happened",
        "happened",
        (
            ("happened", "When did it happen?"),
            ("what_happened", "What happened?"),
            ("place_text", "Where?"),
            ("effect", "How did it make you feel?"),
        ),
    ),
    "told-to-stop": Form(
        model.ToldToStop,
        "exact_words",
        "at",
        (
            ("at", "When were they told to stop?"),
            ("by", "Who told them? (self, police, a name)"),
            ("channel", "How? (text, in_person, letter ...)"),
            ("exact_words", "In which words?"),
            ("acknowledged", "Did they show that they got it? (yes, no, unsure)"),
        ),
    ),
    "police-contact": Form(
        model.PoliceContact,
        "said",
        "at",
        (
            ("at", "When?"),
            ("how", "How? (999, 101, online, desk, visit)"),
            ("agency", "Which force or service?"),
            ("answered", "Did anyone answer? (yes, no)"),
            ("said", "What did you tell them?"),
            ("reference", "Their log or incident number?"),
            ("officer", "Name or number of the officer?"),
            ("outcome", "What did they say or do?"),
            ("promised", "What did they promise to do next?"),
            ("follow_up", "By when?"),
            ("incidents", "Which entries was it about? (#3 #4)"),
        ),
    ),
    "order": Form(
        model.Order,
        "kind",
        "served",
        (
            ("kind", "What kind of order? (nmo, spo, bail, restraining ...)"),
            ("court", "Which court or force?"),
            ("case_number", "Case number?"),
            ("made", "When was it made?"),
            ("served", "When was it given to them?"),
            ("expires", "When does it end?"),
            ("conditions", "What may they not do? (several with | between)"),
            ("proof_of_service", "Which entry or exhibit shows that it was given? (#9)"),
        ),
    ),
    "impact": Form(
        model.Impact,
        "words",
        "at",
        (
            ("at", "Since when?"),
            ("code", "What kind of change? (sleep, route_changed, locks ...)"),
            ("words", "What changed in your life?"),
            ("incidents", "After which entries? (#3 #4)"),
        ),
    ),
    "safety-action": Form(
        model.SafetyAction,
        "words",
        "at",
        (
            ("at", "When?"),
            ("code", "What did you do? (blocked, unblocked, not_replied, device_secured ...)"),
            ("account", "Which account or number?"),
            ("words", "Anything to add?"),
        ),
        {"code": "other"},
    ),
    "trigger": Form(
        model.Trigger,
        "words",
        "at",
        (
            ("at", "When is or was it?"),
            ("kind", "What is it? (separation, court_date, anniversary, release ...)"),
            ("words", "Anything to add?"),
        ),
        {"kind": "other"},
    ),
    "quiet-period": Form(
        model.QuietPeriod,
        "reason",
        "",
        (
            ("start", "From which day? (2026-06-03)"),
            ("end", "To which day? (2026-06-17)"),
            ("diary_kept", "Did you keep the diary in that time? (yes, no)"),
            ("reason", "Why is there nothing?"),
        ),
    ),
    "second-source": Form(
        model.SecondSource,
        "words",
        "",
        (
            ("entries", "Which entries? (#3 #4)"),
            ("kind", "What is it? (witness, camera, phone_bill, message, document)"),
            ("person", "Who?"),
            ("exhibits", "Which exhibits? (#7)"),
            ("words", "Anything to add?"),
        ),
        {"kind": "witness"},
    ),
    "same-event": Form(
        model.SameEvent,
        "words",
        "",
        (
            ("sources", "Which sources? (#3 #4)"),
            ("decision", "Do they show one act? (same, different)"),
            ("words", "Anything to add?"),
        ),
    ),
    "phrase": Form(
        model.Phrase,
        "words",
        "",
        (
            ("words", "Which words?"),
            ("why", "Why do they frighten you?"),
            ("incidents", "In which entries? (#3 #4)"),
            ("exhibits", "In which exhibits? (#7)"),
        ),
    ),
    "evidence-request": Form(
        model.EvidenceRequest,
        "what",
        "at",
        (
            ("what", "What may somebody hold? (camera, call records ...)"),
            ("holder", "Who holds it?"),
            ("at", "For which time?"),
            ("state", "How does it stand? (not_asked, asked, kept, gone, refused)"),
            ("until", "How long do they keep it?"),
            ("incidents", "For which entries? (#3 #4)"),
        ),
    ),
    "person": Form(
        model.Person,
        "label",
        "",
        (
            ("label", "What do you call them? (a name, or unknown-1)"),
            ("roles", "What are they? (suspect, witness, child, victim for yourself ...)"),
            ("names", "Full name?"),
            ("relationship", "Who are they to you? (ex_partner, neighbour, stranger ...)"),
            ("identifiers", "Number, e-mail or account? (phone:07700 900222, email:a@example.org)"),
            ("description", "What do they look like?"),
            ("vehicle", "Car?"),
            ("safe_contact", "For yourself: how may police reach you without danger?"),
        ),
    ),
    "place": Form(
        model.Place,
        "label",
        "",
        (
            ("label", "What do you call it?"),
            ("role", "What is it? (home, work, school_gate, gym ...)"),
            ("address", "Address?"),
            ("safe_location", "Must nobody ever learn of it? (yes, no)"),
        ),
    ),
}
"""Every kind that a person can write, by the name for ``--type``."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs to know: the wall clock in ``zone``, and the records there are."""

    now: datetime
    zone: str
    stored: Sequence[Stored]


def read(form: Form, typed: Mapping[str, str], *, about: Desk) -> model.Body:
    """The body that these typed words say; empty ones say nothing. Raises RecordError."""
    said = {**form.fixed, **{k: v for k, v in typed.items() if v.strip()}}
    if form.time and form.time not in said and _required(form.body, form.time):
        said[form.time] = "now"
    values = fields(form.body, said, about=about)
    tag = form.body.__struct_config__.tag
    try:
        return body_of({"type": tag, **msgspec.to_builtins(values)})
    except RecordError as problem:
        missing = [f.name for f in msgspec.structs.fields(form.body) if f.required]
        lacking = [name.replace("_", " ") for name in missing if name not in values]
        if lacking:
            raise RecordError(f"Say also: {', '.join(lacking)}.") from problem
        raise


def fields(kind: type[Any], typed: Mapping[str, str], *, about: Desk) -> dict[str, Any]:
    """Typed words as the values of fields. Raises RecordError for a field or word that is unknown."""
    hints = get_type_hints(kind)
    unknown = [name for name in typed if name not in hints]
    if unknown:
        raise RecordError(f"There is no field {unknown[0]} in this kind of record.")
    return {name: _value(hints[name], name, text.strip(), about) for name, text in typed.items()}


def _required(kind: type[Any], name: str) -> bool:
    return any(f.name == name and f.required for f in msgspec.structs.fields(kind))


def _value(kind: Any, name: str, text: str, about: Desk) -> Any:
    options = [part for part in get_args(kind) if part is not type(None)]
    if type(None) in get_args(kind):
        return _value(options[0], name, text, about) if len(options) == 1 else text
    if get_origin(kind) is tuple:
        return tuple(_parts(options[0], name, text, about))
    if get_origin(kind) is Literal:
        return _one_of(get_args(kind), text)
    if kind is str:
        return _reference(name, text, about)
    reader = _READERS.get(kind)
    if reader is None:
        raise RecordError(f"{name.replace('_', ' ')} cannot be typed in one line; use --json.")
    return reader(text, about)


def _one_of(known: Sequence[str], text: str) -> str:
    word = text.casefold().replace(" ", "_").replace("-", "_")
    short = {"y": "yes", "n": "no", "?": "unsure"}.get(word, word)
    if short not in known:
        raise RecordError(f"Choose one of: {', '.join(k for k in known if k)}.")
    return short


def _yes(text: str, _about: Desk) -> bool:
    return _one_of(("yes", "no"), text) == "yes"


def _whole(text: str, _about: Desk) -> int:
    if not text.isdecimal():
        raise RecordError("This has to be a whole number.")
    return int(text)


def _when(text: str, about: Desk) -> Moment:
    return read_when(text, now=about.now, zone=about.zone)


def _attribution(text: str, _about: Desk) -> model.Attribution:
    return model.Attribution(basis=tuple(_split(text)))


_READERS: dict[Any, Callable[[str, Desk], Any]] = {
    bool: _yes,
    int: _whole,
    Moment: _when,
    model.Attribution: _attribution,
}


def _parts(kind: Any, name: str, text: str, about: Desk) -> list[Any]:
    if kind is model.Condition:
        told = [part.strip() for part in text.split("|") if part.strip()]
        return [model.Condition(number=n, words=words) for n, words in enumerate(told, 1)]
    if kind is model.Witness:
        return [_witness(part, about) for part in _split(text)]
    if kind is model.Identifier:
        return [_identifier(part) for part in text.split(",") if part.strip()]
    return [_value(kind, name, part, about) for part in _split(text)]


def _split(text: str) -> list[str]:
    """Pieces between commas; numbers such as ``#3 #4`` also between spaces."""
    apart = text.replace(" #", ",#")
    return [part.strip() for part in apart.split(",") if part.strip()]


def _witness(text: str, about: Desk) -> model.Witness:
    """``Lena Moss: saw`` or only the name."""
    who, _, how = text.partition(":")
    seen = _one_of(("saw", "heard", "told"), how.strip() or "saw")
    return model.Witness(person=_reference("person", who.strip(), about), how=seen)  # type: ignore[arg-type]


def _identifier(text: str) -> model.Identifier:
    scheme, colon, value = text.strip().partition(":")
    if not colon or scheme.strip() not in _SCHEMES:
        kind = (
            "email"
            if "@" in text.strip()[1:]
            else "phone"
            if text.strip()[-1:].isdigit()
            else "handle"
        )
        return model.Identifier(scheme=kind, value=text.strip())  # type: ignore[arg-type]
    return model.Identifier(scheme=scheme.strip(), value=value.strip())  # type: ignore[arg-type]


def _reference(name: str, text: str, about: Desk) -> str:
    """``#12`` as the id of that record; a known person or place by its name; else the words."""
    found = _NUMBER.match(text)
    if found and name not in {"words", "what_happened", "said", "exact_words", "words_said"}:
        for one in about.stored:
            if one.index == int(found[1]):
                return one.record.id
        raise RecordError(f"There is no entry {text}.")
    kind = model.Person if name in _PEOPLE else model.Place if name == "place" else None
    if kind is None:
        return text
    for one in reversed(about.stored):
        body = one.record.body
        if isinstance(body, kind) and text.casefold() in _called(body):
            return one.record.id
    return text


def _called(body: model.Person | model.Place) -> set[str]:
    names = body.names if isinstance(body, model.Person) else ()
    return {text.casefold() for text in (body.label, *names)}
