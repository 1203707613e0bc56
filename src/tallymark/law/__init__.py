"""Law as data: vocabularies, rules, orders, who to call, and plain answers with their sources.

Each folder here that holds ``jurisdiction.toml`` is one jurisdiction; nothing lists them. The
forms are in docs/spec/law.md. This room reads its data and answers nothing about anybody: which
entries touch which element is collected in ``tallymark.picture.elements``.
"""

from __future__ import annotations

from tallymark.law.loader import (
    jurisdiction,
    jurisdictions,
    label,
    rule,
    vocabularies,
    vocabulary,
)
from tallymark.law.rules import (
    DRAFT,
    Act,
    Checklist,
    Danger,
    Element,
    Guidance,
    Jurisdiction,
    Occasions,
    Order,
    Prompt,
    Rule,
    Service,
    Term,
    TimeLimit,
    Vocabulary,
)

__all__ = [
    "DRAFT",
    "Act",
    "Checklist",
    "Danger",
    "Element",
    "Guidance",
    "Jurisdiction",
    "Occasions",
    "Order",
    "Prompt",
    "Rule",
    "Service",
    "Term",
    "TimeLimit",
    "Vocabulary",
    "jurisdiction",
    "jurisdictions",
    "label",
    "rule",
    "vocabularies",
    "vocabulary",
]
