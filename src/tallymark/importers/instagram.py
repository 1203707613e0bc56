"""Instagram: direct messages of the download, as JSON.

``_meta_app`` tells it from Messenger, ``_json_scan`` cuts the file, ``_meta_event`` reads messages.
"""

from __future__ import annotations

from tallymark.importers._meta_app import INSTAGRAM
from tallymark.importers._meta_format import MetaFormat

LIMITS = (
    "messages that were deleted or unsent before the download, beyond a line that may say so",
    "what vanish mode, view-once photos and disappearing messages showed",
    "comments, likes, follows, story views and live videos: they are in other files of the download",
    "who an account was: senders are names as shown on that day, and two people can share one",
    "the name behind 'Instagram User': that account was closed, or hid itself from yours",
    "what a message said before it was edited",
    "whether and when a message was seen",
    "notices of the app, such as a new name for the group: they stand among the messages in the language of the account",
    "threads outside the dates that were chosen for the download",
)

IMPORTER = MetaFormat(INSTAGRAM, LIMITS)
