"""What an importer is: a name, a sniff, a survey of the whole file, and a reading in batches.

A format is one module of this package with an ``IMPORTER``. It runs only in the jailed child; it
is handed a ``Source`` that gives bytes and a ``Sink`` that takes events, and opens nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec

if TYPE_CHECKING:
    from tallymark.importers._batch import Sink


THIS_PHONE = "(this phone)"
"""The sender of what went out, where an export says that it did and the person did not say a name."""


class Choice(msgspec.Struct, frozen=True):
    """One possible answer, with what it would make of a date in the file."""

    value: str
    text: str


class Question(msgspec.Struct, frozen=True):
    """One thing that the file cannot say. ``option`` is the command line option that answers it."""

    id: str
    option: str
    text: str
    choices: tuple[Choice, ...] = ()


class Source(Protocol):
    """The bytes of one export: a file, or one member of an archive. Read forward, any number of times."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    @property
    def member(self) -> str | None:
        """Name of the archive member that is read, or ``None`` for a plain file."""

    @property
    def files(self) -> Mapping[str, str] | None:
        """State by name of the other members of the archive; ``None`` for a plain file."""

    def head(self, count: int) -> bytes:
        """The first ``count`` bytes, or fewer where the source is shorter."""

    def chunks(self) -> Iterator[bytes]:
        """All bytes from the start, in pieces of at most 1 MiB."""

    def read(self, start: int, end: int) -> bytes:
        """Bytes [start, end); fewer at the end of the source. Cheap where ``is_seekable``."""

    @property
    def is_seekable(self) -> bool:
        """Whether ``read`` costs no more than its bytes: a plain file, or a member stored unpacked."""

    def beside(self, member: str) -> Source | None:
        """Another readable member of the same archive by its whole name; ``None`` where there is none."""


class Survey(Protocol):
    """What one pass over the whole source has settled, and the second pass that reads events."""

    @property
    def variant(self) -> str:
        """Which form of the format this is."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the file leaves open and no answer was given for."""

    @property
    def options(self) -> Mapping[str, str]:
        """Every answer given and everything decided, by option name."""

    @property
    def limits(self) -> tuple[str, ...]:
        """What exports of this kind cannot show."""

    @property
    def declared(self) -> Mapping[str, int]:
        """Counts that the export states of itself, by what they count; empty when it states none."""

    def read(self, sink: Sink) -> None:
        """Put every event and every byte into the sink, in file order."""


class Importer(Protocol):
    """One format."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of each format
        """The name that ``--format`` takes; equal to the module's name."""

    @property
    def VERSION(self) -> str:  # noqa: N802 - same
        """Changes when the same bytes would give other events."""

    @property
    def CHANNEL(self) -> str:  # noqa: N802 - same
        """The channel that its events belong to."""

    @property
    def SUFFIXES(self) -> tuple[str, ...]:  # noqa: N802 - same
        """How the names of archive members end that it may read, in lower case; ``""`` is any."""

    @property
    def MANY(self) -> bool:  # noqa: N802 - same
        """Whether several members of an archive make one import; else a second one is ambiguous."""

    @property
    def SENTENCES(self) -> Mapping[str, str]:  # noqa: N802 - same
        """What each of its issue codes means, in one plain sentence."""

    def sniff(self, head: bytes) -> str | None:
        """The variant that begins with these bytes, or ``None``. Never raises on any bytes."""

    def survey(self, source: Source, *, options: Mapping[str, str]) -> Survey:
        """Look at the whole source once. Raises ``UnknownFormat`` with the line it cannot read."""


UNSURE = "?"
"""Ends the name of a variant that this reader could read but that another one is likelier to be of."""


@runtime_checkable
class LooksFurther(Protocol):
    """An importer whose format does not show in the first bytes, such as a table in a database."""

    def look(self, source: Source) -> str | None:
        """The variant of a source that ``sniff`` knows the beginning of, or ``None``. Never raises."""


@runtime_checkable
class WorksAside(Protocol):
    """An importer that can have records worked out by the second process of ``Sink.aside``."""

    def work_aside(self, body: bytes) -> bytes:
        """In that process: the answer to what the importer sent there. A pure function of it."""


@runtime_checkable
class NamesChats(Protocol):
    """An importer whose exports are named after the chat that they hold."""

    def chat_name(self, file_name: str) -> str:
        """The name of the chat in a file's name; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One importer chosen for one source, or for those members of an archive that it can read.

    ``unread`` are members that it could have read too, where a format takes only one.
    """

    importer: Importer
    sources: tuple[Source, ...]
    variant: str
    unread: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether any source is surely of this format, not only likely of another one."""
        return not all(name.endswith(UNSURE) for name in self.variant.split("+"))
