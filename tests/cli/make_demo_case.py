"""Writes the fictitious case that ``tallymark demo`` uses. Run it to make the files anew.

Nobody in it exists. The numbers are from the range that Ofcom keeps for drama. The chat holds the
traps of the format on purpose: lines over several lines, a body that looks like a header, a poll,
a deleted and an edited message, missed calls, media left out and media named, system lines.
"""

from __future__ import annotations

import io
import json
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TARGET = Path(__file__).parents[2] / "src" / "tallymark" / "cli" / "demo_case"
OTHER, SELF = "Neil G", "Maya"
START, STOP, ORDER, END = (
    datetime(2026, 2, 14), datetime(2026, 5, 3, 18, 20), datetime(2026, 8, 1), datetime(2026, 11, 20),
)  # fmt: skip
STOP_WORDS = "Please stop contacting me. Do not message, call or come to my home or my work."

BEFORE = (
    "Are you home", "Answer me", "I can see you were online", "Who was that at your door",
    "You forgot your scarf. I kept it", "I drove past, your light was on", "We need to talk",
    "Ok then", "You always do this", "I left something on your car", "Just one call",
    "Your mum says hi", "I know you read this", "Fine. Last message", "Not the last one",
    "Saw your new coat 👀", "Why is your phone off", "I miss us 😢", "Ring me", "???",
)  # fmt: skip
AFTER = (
    "You cannot just switch me off", "I was passing anyway", "Happy anniversary",
    "Tell your friend to mind his own business", "I only want my things", "Nice flowers?",
    "Your shift ends at six, right", "New number, same me", "I am outside", "Please",
    "I know which nursery it is", "You will have to talk some day", "Look out of the window",
)  # fmt: skip
REPLIES = ("No.", "Not now", "I am at work", "Please leave it", "I have asked you not to", "Stop")


def chat() -> str:
    """The export: Android, day before month, 24-hour clock, LF."""
    draw = random.Random(20260503)
    lines: list[tuple[datetime, str]] = [
        (START.replace(hour=8), "Messages and calls are end-to-end encrypted. Only people in this "
         "chat can read, listen to, or share them."),
    ]  # fmt: skip
    lines += _spell(draw, START, STOP, 62, BEFORE, replies=0.22)
    lines.append((STOP, f"{SELF}: {STOP_WORDS}"))
    lines += _spell(draw, STOP + timedelta(hours=2), ORDER, 38, AFTER, replies=0.0)
    lines += _spell(draw, ORDER + timedelta(days=6), END, 6, AFTER[:6], replies=0.0)
    lines += _traps()
    lines.sort(key=lambda line: line[0])
    return "".join(f"{when:%d/%m/%Y, %H:%M} - {text}\n" for when, text in lines)


def _spell(
    draw: random.Random,
    first: datetime,
    last: datetime,
    bursts: int,
    words: tuple[str, ...],
    *,
    replies: float,
) -> list[tuple[datetime, str]]:
    """Bursts of messages: more in the evening and at night, a few minutes apart."""
    span = int((last - first).total_seconds() // 60)
    found = []
    for start in sorted(draw.sample(range(span), bursts)):
        when = first + timedelta(minutes=start)
        if draw.random() < 0.6:
            when = when.replace(hour=draw.choice((20, 21, 22, 23, 0, 1)))
        for _ in range(draw.randint(1, 6)):
            if when >= last:
                break
            who = SELF if draw.random() < replies else OTHER
            said = draw.choice(REPLIES) if who == SELF else draw.choice(words)
            found.append((when, f"{who}: {said}"))
            when += timedelta(minutes=draw.randint(0, 9))
    return found


def _traps() -> list[tuple[datetime, str]]:
    day = datetime
    return [
        (day(2026, 2, 16, 21, 4), f"{OTHER}: I wrote it all down:\nfirst you said yes\n\nthen you said no"),
        (day(2026, 3, 2, 7, 30), f"{OTHER}: <Media omitted>"),
        (day(2026, 3, 9, 23, 58), f"{OTHER}: This message was deleted"),
        (day(2026, 3, 11, 0, 2), f"{OTHER}: I never said that <This message was edited>"),
        (day(2026, 3, 20, 22, 15), f"{OTHER}: POLL:\nWho is right\nOPTION: me (1 vote)\nOPTION: you (0 votes)"),
        (day(2026, 4, 1, 6, 12), "Missed voice call"),
        (day(2026, 4, 1, 6, 13), "Missed voice call"),
        (day(2026, 4, 9, 19, 40), f"{OTHER}: You told him this:\n08/04/2026, 21:10 - Maya: he will never change"),
        (day(2026, 4, 22, 17, 5), f"{OTHER}: IMG-20260422-WA0003.jpg (file attached)"),
        (day(2026, 5, 10, 2, 44), f"{OTHER}: location: https://maps.google.com/?q=53.8008,-1.5491"),
        (day(2026, 6, 21, 3, 3), "Missed video call"),
        (day(2026, 7, 4, 23, 20), f"{OTHER}: You deleted me? ok: fine: then: see"),
        (day(2026, 9, 14, 8, 41), f"{OTHER}: He looked happy at the school gate today"),
        (day(2026, 10, 25, 1, 30), f"{OTHER}: Clocks went back. Do you sleep at all"),
        (day(2026, 11, 9, 22, 2), f"{SELF}: I have told the police. Do not write to me again."),
    ]  # fmt: skip


PHOTOS = (
    ("IMG_20260307_071502.jpg", "flowers on the step, no card", "2026:03:07 07:15:02", True),
    ("IMG_20260422_170312.jpg", "grey hatchback opposite", "2026:04:22 17:03:12", True),
    ("IMG_20260511_063007.jpg", "note under the wiper", "2026:05:11 06:30:07", False),
    ("IMG_20260713_221540.jpg", "side gate left open", "2026:07:13 22:15:40", True),
    ("IMG_20260802_090911.jpg", "scratches on the lock", "2026:08:02 09:09:11", True),
    ("IMG_20261120_214133.jpg", "figure at the gate", "2026:11:20 21:41:33", False),
)
LETTER = (
    "Maya,", "", "you will not read the messages so I write.", "I have stood by the gate long enough",
    "to know when the light goes off.", "You owe me one talk.", "", "N.",
)  # fmt: skip


def photo(words: str, taken: str, *, place: bool) -> bytes:
    """A drawn picture with the EXIF that a phone writes; the words stand in it."""
    picture = Image.new("RGB", (960, 720), (66, 72, 84))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 430, 960, 720), fill=(92, 90, 84))
    pen.rectangle((620, 120, 860, 560), fill=(120, 84, 60), outline=(40, 30, 24), width=6)
    pen.ellipse((300, 380, 470, 560), fill=(58, 62, 60))
    pen.text((40, 40), f"FICTITIOUS\n{words}", fill="white", font=ImageFont.load_default(38))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Demo", "Phone 1", taken
    exif.get_ifd(0x8769).update(
        {0x9003: taken, 0x9011: "+01:00" if "2026:04" <= taken < "2026:10:25" else "+00:00"}
    )
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 48.0, 2.9), 3: "W", 4: (1.0, 32.0, 56.8)})
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=72, exif=exif)
    return out.getvalue()


def letter() -> bytes:
    """A scanned letter, drawn."""
    page = Image.new("L", (1000, 1300), 244)
    pen = ImageDraw.Draw(page)
    pen.text((60, 60), "FICTITIOUS", fill=120, font=ImageFont.load_default(30))
    pen.multiline_text(
        (120, 220), "\n".join(LETTER), fill=30, font=ImageFont.load_default(38), spacing=26
    )
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70)
    return out.getvalue()


def write(target: Path) -> None:
    """All files of the case but ``entries.json``, which is written by hand."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "WhatsApp Chat with Neil G.txt").write_text(chat(), encoding="utf-8", newline="\n")
    for name, words, taken, place in PHOTOS:
        (target / name).write_bytes(photo(words, taken, place=place))
    (target / "letter.jpg").write_bytes(letter())


if __name__ == "__main__":
    write(TARGET)
    sys.stdout.write(json.dumps(sorted(p.name for p in TARGET.iterdir())) + "\n")
