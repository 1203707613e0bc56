"""The people and places of the account, with the identifiers that may be printed."""

from __future__ import annotations

from tallymark.model.record import Person, Place
from tallymark.pack import say
from tallymark.pack.contents import Contents
from tallymark.pack.sections._section import Part, Section


def _person(person: Person, *, initials: bool) -> list[list[str]]:
    rows = [
        ["Roles", ", ".join(map(say.code, person.roles))],
        ["Names", ", ".join(person.names)],
        ["Born", say.date_text(person.born)],
        ["Relationship", say.code(person.relationship)],
        ["Apart since", say.date_text(person.separated or "")],
        *(
            [say.code(i.scheme), f"{i.value} ({i.how_known})" if i.how_known else i.value]
            for i in (() if initials else person.identifiers)
        ),
        ["Vehicle", person.vehicle],
        ["Works", person.employer],
        ["Weapons", person.weapons],
        ["Keys or passwords", person.keys_or_passwords],
        ["Safe contact", person.safe_contact],
        ["Language", person.language],
        ["Access needs", person.access_needs],
        ["Note", person.note],
    ]
    return [row for row in rows if row[1]]


def _place(place: Place) -> list[list[str]]:
    exact = place.address if place.precision != "hidden" else ""
    return [row for row in (["Role", say.code(place.role)], ["Address", exact]) if row[1]]


def _content(contents: Contents) -> tuple[Part, ...]:
    people, numbers = [], []
    for record in contents.casefile.current():
        body = record.body
        if isinstance(body, Person | Place):
            rows = (
                _person(body, initials=contents.initials_only)
                if isinstance(body, Person)
                else _place(body)
            )
            number = contents.numbers[record.id]
            people.append({"n": number, "label": body.label, "rows": rows})
            numbers.append(number)
    lead = (
        "As told by the person, not checked by the program."
        if people
        else "No person or place is recorded in this pack."
    )
    if contents.initials_only:
        lead = "Initials only. Names, addresses and the way to reach anyone are kept back."
    return (Part(data={"lead": lead, "people": people}, numbers=tuple(numbers)),)


SECTION = Section(order=55, title="People and places", content=_content)
