"""Messenger: the ordinary download and that of end-to-end encrypted chats, as JSON.

``_meta_app`` tells it from Instagram, ``_json_scan`` cuts the file, ``_meta_event`` reads messages.
"""

from __future__ import annotations

from tallymark.importers._meta_app import MESSENGER
from tallymark.importers._meta_format import MetaFormat

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

IMPORTER = MetaFormat(MESSENGER, LIMITS)
