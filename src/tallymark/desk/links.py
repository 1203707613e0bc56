"""Proposed links in the database, with what named people decided about them.

A link is a pair of reports. What they share is compared anew each time, so a decision always
stands beside the evidence it was made on; new evidence brings a decided link back as proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tallymark.desk import linkage, reports, schema
from tallymark.desk.accesslog import stamp
from tallymark.desk.linkage import Evidence
from tallymark.desk.views import DecisionLine, Link, LinkSide, SharedLine
from tallymark.errors import DeskError, UnknownReport

UNDECIDED = frozenset({"proposed", "confirmed by one"})


def all_links(connection: sa.Connection, *, now: datetime) -> list[Link]:
    """Every pair of reports that shares something, new pairs written down, in order of number."""
    found = linkage.compare(reports.sides(connection))
    rows = {(row.report_a, row.report_b): row.id for row in _rows(connection)}
    decided = _decisions(connection)
    links = []
    for evidence in found:
        pair = _numbers(evidence)
        if pair not in rows:
            rows[pair] = _add(connection, pair, now=now)
        links.append(_link(rows[pair], evidence, decided.get(rows[pair], ())))
    return sorted(links, key=lambda link: int(link.id[1:]))


def of_report(links: Sequence[Link], report_id: str) -> tuple[Link, ...]:
    """The links that a report is part of."""
    return tuple(link for link in links if report_id in link.reports)


def counts(links: Sequence[Link], report_id: str) -> tuple[int, int]:
    """How many links of a report are confirmed, and how many wait for a decision."""
    states = [link.state for link in of_report(links, report_id)]
    return states.count("confirmed"), sum(state in UNDECIDED for state in states)


def decide(
    connection: sa.Connection, link_id: str, *, decision: str, by: str, why: str, now: datetime
) -> Link:
    """Write down a named person's decision and return the link as it then stands.

    Raises ``UnknownReport`` for a link that is not there, ``DeskError`` for a decision that is
    none, without a name or without a reason.
    """
    if decision not in linkage.DECISIONS:
        raise DeskError(
            "This is not a decision.", next_step=f"Say one of: {', '.join(linkage.DECISIONS)}."
        )
    if not by.strip() or not why.strip():
        raise DeskError(
            "A decision needs a person's name and a reason.",
            next_step="Give your name with --as and the reason with --why.",
        )
    link = _named(all_links(connection, now=now), link_id)
    number = int(link.id[1:])
    a, b = (int(report[1:]) for report in link.reports)
    evidence = next(e for e in linkage.compare(reports.sides(connection)) if _numbers(e) == (a, b))
    connection.execute(
        schema.decision.insert(),
        {
            "link_id": number,
            "at": stamp(now),
            "by": by.strip(),
            "decision": decision,
            "why": why.strip(),
            "evidence": evidence.digest,
        },
    )
    return _link(number, evidence, _decisions(connection)[number])


def _named(links: Sequence[Link], link_id: str) -> Link:
    wanted = link_id.strip().upper()
    for link in links:
        if link.id == wanted:
            return link
    raise UnknownReport(
        "The desk holds no link with that number.", next_step="Run: tallymark desk links"
    )


def _link(number: int, evidence: Evidence, decided: Sequence[sa.Row[Any]]) -> Link:
    steps = [(row.decision, row.by, row.evidence) for row in decided]
    return Link(
        id=f"L{number}",
        reports=evidence.reports,
        state=linkage.standing(steps, evidence.digest),
        shared=tuple(
            SharedLine(
                shared.kind,
                shared.value,
                shared.rule,
                tuple(
                    LinkSide(report, *row)
                    for report, rows in shared.spellings.items()
                    for row in rows
                ),
            )
            for shared in evidence.shared
        ),
        speaks_for=evidence.speaks_for,
        speaks_against=evidence.speaks_against,
        decisions=tuple(DecisionLine(r.at, r.by, r.decision, r.why) for r in decided),
    )


def _numbers(evidence: Evidence) -> tuple[int, int]:
    a, b = (int(report[1:]) for report in evidence.reports)
    return a, b


def _add(connection: sa.Connection, pair: tuple[int, int], *, now: datetime) -> int:
    row = {"report_a": pair[0], "report_b": pair[1], "proposed": stamp(now)}
    done = connection.execute(schema.link.insert(), row)
    return reports.inserted(done)


def _rows(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    return connection.execute(sa.select(schema.link)).all()


def _decisions(connection: sa.Connection) -> dict[int, list[sa.Row[Any]]]:
    found: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(sa.select(schema.decision).order_by(schema.decision.c.id)):
        found[row.link_id].append(row)
    return found
