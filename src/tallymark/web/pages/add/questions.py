"""The questions, word for word: each entry keeps the ones that it answered."""

from __future__ import annotations

from dataclasses import dataclass

from tallymark.model.record import Question


@dataclass(frozen=True, slots=True)
class Step:
    """One page of questions: its fields, and the question each answered field answers.

    Change the words of a question only with a higher version.
    """

    name: str
    fields: tuple[str, ...]
    asked: tuple[tuple[str, Question], ...]

    @property
    def title(self) -> str:
        """The heading of the page: the first question."""
        return self.asked[0][1].text


def _ask(ident: str, text: str, version: int = 1) -> Question:
    return Question(id=f"web.entry.{ident}", version=version, text=text)


_DATE = ("from_d", "from_m", "from_y", "from_time", "to_d", "to_m", "to_y", "to_time")

STEPS: tuple[Step, ...] = (
    Step("when", ("sure", *_DATE), (("from_d", _ask("when", "When did it happen?")),)),
    Step(
        "where",
        ("place_text", "channel"),
        (
            ("place_text", _ask("where", "Where did it happen?")),
            ("channel", _ask("how", "How did it reach you?")),
        ),
    ),
    Step(
        "what",
        ("what_happened", "words_said"),
        (
            ("what_happened", _ask("what", "What happened?")),
            ("words_said", _ask("words", "What did they say or write, word for word?")),
        ),
    ),
    Step(
        "who", ("seen", "seen_by"), (("seen", _ask("who_saw", "Did anyone else see or hear it?")),)
    ),
)
EXTRA = Step("felt", ("effect",), (("effect", _ask("effect", "How did it leave you?")),))

CHANNELS: tuple[tuple[str, str, str], ...] = (
    ("in_person", "In person", "They were there, or you found something they left or broke."),
    ("voice", "A phone call", ""),
    ("sms", "A text message", ""),
    ("whatsapp", "WhatsApp", ""),
    ("email", "An e-mail", ""),
    ("letter", "A letter or a parcel", ""),
    ("via_person", "Through someone else", ""),
    ("other", "Another way, or online", ""),
    ("", "I do not know", ""),
)
SURE: tuple[tuple[str, str, str], ...] = (
    ("exact", "I know the day and the time", ""),
    ("day", "I know the day", ""),
    ("about", "About then. I am not sure", ""),
    ("range", "It went on for a time", "Type when it ended below."),
)
SEEN: tuple[tuple[str, str, str], ...] = (
    ("no", "No", ""),
    ("yes", "Yes", "Write who below."),
    ("unsure", "I do not know", ""),
)


def asked(answers: dict[str, str]) -> tuple[Question, ...]:
    """The questions that have an answer, in the order they were asked."""
    pairs = [pair for step in (*STEPS, EXTRA) for pair in step.asked]
    return tuple(question for name, question in pairs if answers.get(name))
