"""Puts together what the desk shows of a report: one line of the list, or the whole case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tallymark.desk import links, reports, triage, views
from tallymark.desk.reports import Row
from tallymark.verify import Verdict


def row(connection: sa.Connection, report: Row, found: Sequence[views.Link]) -> views.ReportRow:
    """One line of the list: why it stands where it stands, and no name or word from it."""
    outcome = msgspec.json.decode(report.reasons, type=triage.Assessment)
    name = reports.name(report.id)
    return views.ReportRow(
        id=name,
        band=report.band,
        band_name=triage.band(report.band).name,
        why=_why(report, outcome),
        lines=len(outcome.matches),
        asks=len(outcome.asks),
        due=report.due,
        looked_at=report.touched,
        received=report.received,
        first_event=report.first_event,
        latest_event=report.latest_event,
        packs=len(reports.packs(connection, report.id)),
        entries=report.entries,
        exhibits=report.exhibits,
        links=len(links.of_report(found, name)),
        notices=reports.notices(connection, report),
    )


def case(connection: sa.Connection, report: Row, found: Sequence[views.Link]) -> views.CaseView:
    """The whole case, worked out from its records now."""
    told = reports.case(connection, report.id)
    outcome = msgspec.json.decode(report.reasons, type=triage.Assessment)
    band = triage.band(report.band)
    name = reports.name(report.id)
    return views.CaseView(
        safe_contact=views.safe_contacts(told),
        id=name,
        band=report.band,
        band_name=band.name,
        band_words=band.words,
        due=report.due,
        raised=views.band_sentences(json.loads(report.raised)),
        rule_version=outcome.version,
        measured=outcome.measured,
        matches=outcome.matches,
        asks=outcome.asks,
        received=report.received,
        first_event=report.first_event,
        latest_event=report.latest_event,
        notices=reports.notices(connection, report),
        packs=tuple(_pack_line(p) for p in reports.packs(connection, report.id)),
        entries=tuple(views.entry_line(told, entry) for entry in told.entries),
        exhibits=views.exhibit_lines(told),
        other_side=tuple(views.person_line(told.ref(i), p) for i, p in told.other_side().items()),
        orders=views.order_lines(told),
        told_to_stop=views.stop_lines(told),
        imports=views.import_lines(told),
        links=links.of_report(found, name),
    )


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is kept beside its pack."""
    return {
        "signer": verdict.signer,
        "signer_trusted": verdict.signer_trusted,
        "outside_time": verdict.outside_time,
        "checks": [
            {"number": c.number, "name": c.name, "ok": c.ok, "detail": c.detail}
            for c in verdict.checks
        ],
        "not_proved": list(verdict.not_proved),
    }


def _why(report: Row, outcome: triage.Assessment) -> str:
    """The step or the line of the rule that put a report where it stands."""
    steps = json.loads(report.raised)
    if steps and steps[-1]["kind"] != "rule":
        return str(steps[-1]["what"])
    given = [m.text for m in outcome.matches if m.band == report.band]
    if given:
        return given[0]
    return f"{steps[-1]['what']} (stated earlier)" if steps else "no line of the rule holds so far"


def _pack_line(row: Row) -> views.PackLine:
    verdict = json.loads(row.verdict)
    return views.PackLine(
        sequence=row.sequence,
        made=row.made,
        received=row.received,
        received_by=row.received_by,
        sha256=row.sha256,
        bytes=row.size,
        sealed=bool(row.sealed_to_desk),
        signer=verdict["signer"] or "",
        signer_trusted=verdict["signer_trusted"],
        outside_time=verdict["outside_time"],
        checks=tuple(views.CheckLine(**one) for one in verdict["checks"]),
        not_proved=tuple(verdict["not_proved"]),
        unread_records=row.unread,
    )
