"""Messenger: the ordinary download and that of end-to-end encrypted chats, as JSON.

``_meta_app`` tells it from Instagram, ``_json_scan`` cuts the file, ``_meta_event`` reads messages.
"""

from __future__ import annotations

from collections.abc import Mapping

from tallymark.importers._meta_app import (
    DOWNLOAD,
    MESSENGER,
    Origin,
    dialect,
    origin,
    sample,
    variant,
)
from tallymark.importers._meta_read import SENTENCES, survey
from tallymark.importers._protocol import Source, Survey

LIMITS = (
    "messages that were deleted or unsent before the download, beyond a line that may say so",
    "end-to-end encrypted chats: they are in a download of their own, from Messenger's secure storage. Without it, it may look as if they never wrote",
    "who an account was: senders are names as shown on that day, and two people can share one",
    "the name behind 'Facebook user': that account was closed, or hid itself from yours",
    "disappearing messages whose time had run out",
    "what a message said before it was edited",
    "whether and when a message was seen",
    "notices of the app, such as a new name for the group: they stand among the messages in the language of the account",
    "threads outside the dates that were chosen for the download",
)


class Messenger:
    """The importer."""

    NAME = MESSENGER
    VERSION = "1"
    CHANNEL = "messenger"
    SUFFIXES = (".json", ".html")
    MANY = True
    SENTENCES: Mapping[str, str] = SENTENCES

    def sniff(self, head: bytes) -> str | None:
        """The dialect. Both apps write the same, so ``look`` decides."""
        return dialect(head)

    def look(self, source: Source) -> str | None:
        """The dialect; ``None`` where it is Instagram's, with a question mark where that is likelier."""
        return variant(MESSENGER, sample(source), source.member)

    def survey(self, source: Source, *, options: Mapping[str, str]) -> Survey:
        """Look at the whole file once. Raises ``UnknownFormat`` with the place where it breaks off."""
        found = origin(sample(source), source.member)
        found = found or Origin(MESSENGER, is_sure=False, dialect=DOWNLOAD)
        return survey(source, found, options=options, limits=LIMITS)


IMPORTER = Messenger()
