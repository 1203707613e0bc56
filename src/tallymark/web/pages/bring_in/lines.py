"""How far it is, in lines that a person reads while they wait."""

from __future__ import annotations

from datetime import date

from tallymark.diary.progress import Progress
from tallymark.web.dates import day_words, size_words


def progress_lines(step: Progress) -> list[str]:
    """What is done and how long it will take; then what was found so far."""
    share = f"{100 * step.done // max(step.total, 1)} of 100 parts"
    if not step.is_reading:
        return [f"{share} kept, {size_words(step.total)} in all{_left(step.left)}"]
    lines = [f"{share} read{_left(step.left)}"]
    if step.events:
        lines.append(f"{step.events:,} messages so far, {step.rate:,.0f} a second")
    if step.first:
        lines.append(f"From {_day(step.first)} to {_day(step.last)}")
    if step.senders:
        lines.append("Most are from " + _and([f"{who} ({n:,})" for who, n in step.senders]))
    return lines


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _day(text: str) -> str:
    return day_words(date.fromisoformat(text))


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return ". Less than a minute to go"
    minutes = round(seconds / 60)
    return f". About {minutes} minute{'s' if minutes != 1 else ''} to go"
