"""What the readers of Messenger and Instagram share: all but their names and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tallymark.importers._meta_app import DOWNLOAD, Origin, dialect, origin, sample, variant
from tallymark.importers._meta_read import SENTENCES, survey
from tallymark.importers._protocol import Source, Survey


@dataclass(frozen=True, slots=True)
class MetaFormat:
    """The importer of one of the two apps. Its channel has the name of the app."""

    NAME: str
    LIMITS: tuple[str, ...]
    VERSION: str = "1"
    SUFFIXES: tuple[str, ...] = (".json", ".html")
    MANY: bool = True

    @property
    def CHANNEL(self) -> str:  # noqa: N802 - a constant of each format
        """The channel that its events belong to."""
        return self.NAME

    @property
    def SENTENCES(self) -> Mapping[str, str]:  # noqa: N802 - same
        """What each of its issue codes means."""
        return SENTENCES

    def sniff(self, head: bytes) -> str | None:
        """The dialect. Both apps write the same, so ``look`` decides."""
        return dialect(head)

    def look(self, source: Source) -> str | None:
        """The dialect; ``None`` where it is the other app's, with ``?`` where that is likelier."""
        return variant(self.NAME, sample(source), source.member)

    def survey(self, source: Source, *, options: Mapping[str, str]) -> Survey:
        """Look at the whole file once. Raises ``UnknownFormat`` with the place where it breaks off."""
        found = origin(sample(source), source.member)
        found = found or Origin(self.NAME, is_sure=False, dialect=DOWNLOAD)
        return survey(source, found, options=options, limits=self.LIMITS)
