"""The forms of the data: what a vocabulary, a rule, an order, a service and an answer are.

All are frozen and refuse a field they do not know, so that a slip of the pen in a data file is an
error and not a silence.
"""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

DRAFT = "Draft: no lawyer has checked this."

Checked = Literal["read", "partly_read", "not_read"]
CHECKED: dict[str, str] = {
    "read": "Written from an archived copy of the source.",
    "partly_read": "Partly written from an archived copy, partly from general knowledge.",
    "not_read": "Written from general knowledge. The source has not been opened again.",
}
"""What the state of checking means, in words for the person."""


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A piece of data as it stands in a file."""


class _Dated(_Data, frozen=True, kw_only=True):
    """Something with a source. ``verified_on`` is a date only when a named person checked it."""

    sources: tuple[str, ...]
    checked: Checked
    verified_on: date | None = None
    verified_by: str = ""

    def __post_init__(self) -> None:
        """A date of checking without a name, or no source, is a slip."""
        if bool(self.verified_on) != bool(self.verified_by):
            message = "a date of checking needs the name of who checked, and the other way round"
            raise ValueError(message)
        if not self.sources:
            message = "a rule, a service and an answer each name a source"
            raise ValueError(message)

    @property
    def state(self) -> str:
        """How far it has been checked, in words."""
        if self.verified_on is not None:
            return f"Checked on {self.verified_on.isoformat()} by {self.verified_by}."
        return CHECKED[self.checked]


class Term(_Data, frozen=True, kw_only=True):
    """One code of a vocabulary. ``since`` is the version of the vocabulary that brought it.

    ``implies`` is a behaviour code that this code shows too: a text for ``sms_mms``, a threat for
    ``threat_to_kill``.
    """

    code: str
    label: str
    help: str = ""
    source: str = ""
    since: str = "1"
    group: str = ""
    implies: str = ""


class Vocabulary(_Data, frozen=True, kw_only=True):
    """The codes that one field of a record may hold, in the order they are offered."""

    name: str
    title: str
    field: str
    version: str
    source: str
    terms: tuple[Term, ...]

    def find(self, code: str) -> Term | None:
        """The term of a code; None when this vocabulary does not have it."""
        return next((term for term in self.terms if term.code == code), None)

    def labels(self) -> dict[str, str]:
        """Each code's words, in order."""
        return {term.code: term.label for term in self.terms}


class Act(_Data, frozen=True, kw_only=True):
    """One line of a statute's list of acts, in own words, with the codes that belong to it."""

    key: str
    words: str
    codes: tuple[str, ...]


class Element(_Data, frozen=True, kw_only=True):
    """One thing that a rule looks at, and where in the diary it may stand.

    ``codes`` are behaviour codes, ``C*`` for a whole group; ``looks`` name what else counts
    (``picture.elements.LOOKS``). ``least`` is how many entries the rule speaks of. An element that
    is not ``needed`` is shown without being named as a gap.
    """

    key: str
    words: str
    codes: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    needed: bool = True
    least: int = 1
    note: str = ""

    def takes(self, code: str) -> bool:
        """Whether a behaviour code belongs to this element."""
        return any(fnmatchcase(code, pattern) for pattern in self.codes)


class Occasions(_Data, frozen=True, kw_only=True):
    """How often the acts must have happened.

    ``window_days`` limits the days from the first to the last of them. With ``per_person`` the
    number is for each of at least ``persons`` different people.
    """

    least: int = 1
    window_days: int | None = None
    per_person: bool = False
    persons: int = 1
    note: str = ""


class TimeLimit(_Data, frozen=True, kw_only=True):
    """A limit in months, counted from the newest entry. It is a date to act by, not a verdict."""

    months: int
    note: str = ""


class Rule(_Dated, frozen=True, kw_only=True):
    """One offence, civil claim or other provision, as data.

    ``kind``: ``course`` looks at several acts together, ``single`` at one act by itself, ``order``
    at what a court wants to see. ``proxy`` says that what others did for the person counts too.
    """

    id: str
    title: str
    provision: str
    kind: Literal["course", "single", "civil", "order"]
    mode: str = ""
    most: str = ""
    since: date | None = None
    occasions: Occasions = Occasions()
    time_limit: TimeLimit | None = None
    elements: tuple[Element, ...]
    acts: tuple[Act, ...] = ()
    proxy: bool = False
    defences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def draft(self) -> bool:
        """Whether nobody named has checked it yet."""
        return self.verified_on is None

    def act(self, code: str) -> tuple[str, ...]:
        """The keys of the statute's list that a behaviour code belongs to."""
        return tuple(one.key for one in self.acts if code in one.codes)


class Order(Rule, frozen=True, kw_only=True):
    """An order that a court or police can make. ``kinds`` are the codes of the record's field."""

    kinds: tuple[str, ...]
    who_applies: str
    lasts: str = ""
    breach: str = ""


class Service(_Dated, frozen=True, kw_only=True):
    """Somebody to call or write to. A number with no ``verified_on`` is shown as unchecked."""

    id: str
    name: str
    need: str
    phone: str = ""
    text: str = ""
    web: str = ""
    hours: str = ""
    note: str = ""
    emergency: bool = False

    @property
    def status(self) -> str:
        """When the number was checked, or that it was not."""
        if self.verified_on is None:
            return "unchecked"
        return f"checked {self.verified_on.isoformat()}"


class Danger(_Data, frozen=True, kw_only=True):
    """The card for danger now: the signs that lead to it, and what it says, line by line."""

    title: str
    call: str
    lines: tuple[str, ...]
    signs: tuple[Term, ...]

    def shows(self, ticked: tuple[str, ...]) -> bool:
        """Whether the card is shown: any one sign is enough, and nothing is weighed."""
        return any(sign.code in ticked for sign in self.signs)


class Prompt(_Data, frozen=True, kw_only=True):
    """One question of the screening, in own words, and the behaviour codes that it stands for.

    ``list`` is the list of a police page that it comes from, or the letters of FOUR; ``targets`` says that who it was
    aimed at matters too. ``looks`` name what else answers it (``picture.elements.LOOKS``).
    """

    key: str
    words: str
    list: Literal["harassment", "stalking", "also", "four"]
    codes: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    targets: str = ""
    source: str


class Checklist(_Data, frozen=True, kw_only=True):
    """One line of the accounts and devices list, with a slot for what shows it."""

    key: str
    words: str
    keep: str
    codes: tuple[str, ...] = ()


class Guidance(_Dated, frozen=True, kw_only=True):
    """One plain answer. ``text`` is Markdown: paragraphs and lists, no more."""

    name: str
    question: str
    place: int
    text: str
    read: str = ""


class Jurisdiction(_Data, frozen=True, kw_only=True):
    """Everything of one jurisdiction, with what it shares with others folded in."""

    name: str
    code: str
    title: str
    danger: Danger
    offences: tuple[Rule, ...]
    orders: tuple[Order, ...]
    services: tuple[Service, ...]
    guidance: tuple[Guidance, ...]
    prompts: tuple[Prompt, ...]
    checklist: tuple[Checklist, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Offences and claims first, then orders."""
        return (*self.offences, *self.orders)
