"""Finds and reads the data files. Each is read once; nothing is read before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

from tallymark.errors import UsageProblem
from tallymark.law.rules import (
    Checklist,
    Danger,
    Guidance,
    Jurisdiction,
    Order,
    Prompt,
    Rule,
    Service,
    Vocabulary,
)

EVERYWHERE = "_everywhere"
USUAL = "england_wales"

_Named = TypeVar("_Named", Rule, Order, Service, Guidance, Prompt, Checklist)


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``jurisdiction.toml`` holds; ``shares`` are folders whose data it takes over."""

    code: str
    title: str
    shares: tuple[str, ...] = ()


@cache
def jurisdictions() -> tuple[str, ...]:
    """The names of all jurisdictions, sorted: the folders here with a ``jurisdiction.toml``."""
    found = [one.name for one in _room().iterdir() if one.joinpath("jurisdiction.toml").is_file()]
    return tuple(sorted(found))


@cache
def jurisdiction(name: str = USUAL) -> Jurisdiction:
    """One jurisdiction with what it shares. Raises ``UsageProblem`` when there is none so named.

    Where a shared folder and its own have a piece of one name, its own is taken.
    """
    if name not in jurisdictions():
        message = f"There is no law for {name} here. There are: {', '.join(jurisdictions())}."
        raise UsageProblem(message)
    head = msgspec.toml.decode(_text(name, "jurisdiction.toml"), type=_Head)
    folders = (EVERYWHERE, *head.shares, name)
    return Jurisdiction(
        name=name,
        code=head.code,
        title=head.title,
        danger=_danger(folders),
        offences=_gathered(folders, "offences.toml", "rule", Rule, "id"),
        orders=_gathered(folders, "orders.toml", "order", Order, "id"),
        services=_gathered(folders, "services.toml", "service", Service, "id"),
        prompts=_gathered(folders, "screening.toml", "prompt", Prompt, "key"),
        checklist=_gathered(folders, "accounts.toml", "line", Checklist, "key"),
        guidance=_guidance(folders),
    )


def rule(ident: str) -> tuple[Jurisdiction, Rule]:
    """The rule or order of this id, in any spelling of capitals, and where it belongs.

    Raises ``UsageProblem`` when there is none.
    """
    wanted = ident.casefold()
    for name in jurisdictions():
        here = jurisdiction(name)
        for one in here.rules:
            if one.id.casefold() == wanted:
                return here, one
    message = "There is no rule with that name."
    raise UsageProblem(message, next_step="Run: tallymark law")


@cache
def vocabularies() -> tuple[str, ...]:
    """The names of all vocabularies, sorted."""
    held = _room().joinpath("vocab").iterdir()
    return tuple(sorted(one.name[:-5] for one in held if one.name.endswith(".toml")))


@cache
def vocabulary(name: str) -> Vocabulary:
    """One vocabulary. Raises ``LookupError`` when there is none so named."""
    if name not in vocabularies():
        message = f"there is no vocabulary called {name}"
        raise LookupError(message)
    return msgspec.toml.decode(_text("vocab", f"{name}.toml"), type=Vocabulary)


@cache
def _labels(name: str) -> dict[str, str]:
    return vocabulary(name).labels()


def label(vocabulary_name: str, code: str) -> str:
    """A code's words; nothing when the vocabulary does not have it."""
    return _labels(vocabulary_name).get(code, "")


def _room() -> Traversable:
    return files("tallymark.law")


def _text(folder: str, name: str) -> str:
    place = _room().joinpath(folder, name)
    return place.read_text(encoding="utf-8") if place.is_file() else ""


def _gathered(
    folders: Iterable[str], name: str, table: str, kind: type[_Named], key: str
) -> tuple[_Named, ...]:
    """All pieces of one kind, shared ones first; a later one replaces an earlier of one key."""
    found: dict[str, _Named] = {}
    for folder in folders:
        held = msgspec.toml.decode(_text(folder, name), type=dict[str, list[object]])
        for raw in held.pop(table, []):
            one = msgspec.convert(raw, type=kind, strict=True)
            found[getattr(one, key)] = one
        if held:
            message = f"{folder}/{name} has a table that nobody reads"
            raise ValueError(message)
    return tuple(found.values())


def _danger(folders: Iterable[str]) -> Danger:
    """The card of the last folder that has one."""
    held = [text for folder in folders if (text := _text(folder, "danger.toml"))]
    return msgspec.toml.decode(held[-1], type=Danger)


def _guidance(folders: Iterable[str]) -> tuple[Guidance, ...]:
    found: dict[str, Guidance] = {}
    for folder in folders:
        place = _room().joinpath(folder, "guidance")
        held = [p for p in place.iterdir() if p.name.endswith(".md")] if place.is_dir() else []
        for page in held:
            name = page.name[:-3]
            found[name] = _page(name, page.read_text(encoding="utf-8"))
    return tuple(sorted(found.values(), key=lambda one: (one.place, one.name)))


def _page(name: str, text: str) -> Guidance:
    """A page: a head of TOML between two lines of ``+++``, then the words."""
    _, head, body = text.replace("\r\n", "\n").split("+++\n", 2)
    fields = msgspec.toml.decode(head, type=dict[str, object])
    return msgspec.convert({**fields, "name": name, "text": body.strip()}, type=Guidance)
