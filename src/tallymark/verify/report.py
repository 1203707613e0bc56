"""What a verdict says: as JSON for programs, and in words that an officer can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MEANS = {
    1: "The zip or folder holds its files and nothing else.",
    2: "Every file is on the list, and every file on the list is there.",
    3: "Every file has the bytes that were listed.",
    4: "The list was signed, and the signature fits.",
    5: "The pack's own statement agrees with its seal and its log.",
    6: "The head of the log was signed by the same key.",
    7: "Each entry shown is in the log, and each number left out is named.",
    8: "Each original file is the one its entry describes.",
    9: "The seal is by the key you named.",
}


_CHANGED = (
    "It was changed or damaged after it was sealed, or this program did not seal it in this form."
)
_OTHER_SEAL = (
    "It is whole, but it is sealed with another key than the one you named: signer not known."
)
_NEVER_SHOWN = (
    "that what the entries say took place",
    "that the PDF says what the records say, or that the tables and pictures do",
    "what was written, changed or left out before somebody else held a head of this log",
    "what is kept outside it: the private safety notebook is never in this log, nor exported",
)
_WHEN = {
    False: "when anything was written, beyond the maker's own clock: no outside time covers it",
    True: "when anything was written, beyond the maker's own clock and what openssl says of the stamps",
}


@dataclass(frozen=True)
class Check:
    """One numbered check. ``reached`` is False where an earlier failure stood in the way."""

    number: int
    name: str
    ok: bool
    detail: str
    reached: bool = True


@dataclass(frozen=True)
class Counts:
    """Records in the log, and how many of them are shown, withheld and erased; exhibits shown."""

    size: int
    shown: int
    withheld: int
    erased: int
    exhibits: int


@dataclass(frozen=True)
class Verdict:
    """The outcome of all checks.

    ``signer`` is the fingerprint of the key whose signature holds, None when none does.
    ``signer_trusted`` is True only when the reader named this key. ``outside_time`` says which time
    stamps were found and how to check them, None when there are none: the times are not checked here.
    ``statement`` and ``counts`` are there when checks 5 and 7 hold.
    """

    ok: bool
    checks: tuple[Check, ...]
    signer: str | None
    signer_trusted: bool
    outside_time: str | None = None
    public: bytes | None = None
    statement: Mapping[str, Any] | None = None
    counts: Counts | None = None

    @property
    def failed(self) -> tuple[int, ...]:
        """The numbers of the checks that failed on their own, rising."""
        return tuple(check.number for check in self.checks if check.reached and not check.ok)

    @property
    def not_proved(self) -> tuple[str, ...]:
        """What no check shows, one sentence each."""
        lines = [*_NEVER_SHOWN[:2], _WHEN[bool(self.outside_time)], *_NEVER_SHOWN[2:]]
        if self.counts and self.counts.withheld:
            lines.append(f"what the {self.counts.withheld} withheld records say")
        if not self.signer_trusted:
            lines.append("whose key it is: the signer is not known")
        return tuple(lines)

    def to_json(self) -> str:
        """The contract of ``verify --json``: one object, UTF-8, no newline at the end."""
        checks = [
            {"number": check.number, "name": check.name, "ok": check.ok, "detail": check.detail}
            for check in self.checks
        ]
        members = {
            "ok": self.ok,
            "checks": checks,
            "signer": self.signer,
            "signer_trusted": self.signer_trusted,
            "outside_time": self.outside_time,
            "not_proved": list(self.not_proved),
        }
        return json.dumps(members, ensure_ascii=False)

    def text(self) -> str:
        """Three sentences, the numbered checks, and what they do not show."""
        lines = [" ".join(self._sentences()), "", "Checks"]
        for check in self.checks:
            mark = "ok  " if check.ok else "FAIL" if check.reached else "-   "
            lines.append(f"  {check.number}  {mark}  {self._means(check)}")
            lines.append(f"           {check.name}: {check.detail}")
        lines += ["", self.outside_time] if self.outside_time else []
        lines += ["", "These checks do not show:"]
        lines += [f"  - {line}" for line in self.not_proved]
        return "\n".join(lines) + "\n"

    def _means(self, check: Check) -> str:
        if check.number == 9 and check.ok and not self.signer_trusted:
            return "You named no signer, so the key was compared with nothing."
        return _MEANS[check.number]

    def _sentences(self) -> tuple[str, str, str]:
        if not self.ok:
            first = next(check for check in self.checks if not check.ok)
            return (
                f"Do not rely on this copy: check {first.number} ({first.name}) failed.",
                _OTHER_SEAL if self.failed == (9,) else _CHANGED,
                "Keep it as it is and ask the sender for a fresh one.",
            )
        known = (
            f"It was sealed with the key you named, {self.signer}."
            if self.signer_trusted
            else f"It was sealed with the key {self.signer}; signer not known: compare this with "
            "one that the sender gave you in another way."
        )
        return ("Nothing in this pack has changed since it was sealed.", known, self._scope())

    def _scope(self) -> str:
        counts = self.counts
        if counts is None:
            return "It holds no log."
        left_out = f"{counts.withheld} are withheld and {counts.erased} erased"
        return (
            f"It shows {counts.shown} of the {counts.size} records in the log; {left_out}, "
            "and their numbers are listed."
        )
