"""Who is who in a WhatsApp database of an iPhone: chats, members of groups, and what to call them.

Names are those of the address book of that phone. Two numbers may have the same name there, and
anybody can call himself what he likes; so each name belongs to the first account that has it, and
every other one has its number beside the name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from tallymark.importers._sqlite import Database, Value
from tallymark.model.event import Party

MOST_NAMES = 100_000
_Kept = TypeVar("_Kept")
_NUMBER = ("@s.whatsapp.net", "@c.us")


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat: what the phone calls it, and its account or group."""

    name: str = ""
    jid: str = ""

    @property
    def is_group(self) -> bool:
        """Whether more than one other person may write in it."""
        return self.jid.endswith(("@g.us", "@broadcast", "@status"))


class Directory:
    """Chats, members and names, looked up by row and kept; at most 100,000 of each."""

    def __init__(self, database: Database, *, owner: str) -> None:
        self._database = database
        self._tables = database.tables
        self.owner = owner
        self._labels: dict[str, str] = {}
        self._taken: dict[str, str] = {owner: ""}
        self._chats: dict[int, Chat] = {}
        self._members: dict[int, tuple[str, str]] = {}
        self._own_names: dict[str, str] = {}
        self.read_whole: dict[str, int] = {}  # rows by table, of those that are read to their end
        self._learn_own_names()

    def _learn_own_names(self) -> None:
        """The names that people gave themselves, by account."""
        table = self._tables.get("ZWAPROFILEPUSHNAME")
        if table is None:
            return
        self.read_whole[table.name] = 0
        for _, values in self._database.rows(table, ("ZJID", "ZPUSHNAME")):
            self.read_whole[table.name] += 1
            jid, name = (self.text(value) for value in values)
            if jid and name and len(self._own_names) < MOST_NAMES:
                self._own_names.setdefault(jid, name)

    def text(self, value: Value) -> str:
        """A value as text."""
        return self._database.text(value)[0]

    def _row(self, table: str, columns: tuple[str, ...], number: Value) -> list[str] | None:
        known = self._tables.get(table)
        if known is None or not isinstance(number, int):
            return None
        values = self._database.row(known, columns, number)
        return None if values is None else [self.text(value) for value in values]

    def chat(self, number: Value) -> Chat:
        """The chat of that row; one without a name where there is none."""
        if not isinstance(number, int):
            return Chat()
        if number not in self._chats:
            found = self._row("ZWACHATSESSION", ("ZPARTNERNAME", "ZCONTACTJID"), number)
            self._keep(self._chats, number, Chat(*found) if found else Chat())
        return self._chats[number]

    def member(self, number: Value) -> tuple[str, str]:
        """Account and name of a member of a group; both empty where there is none."""
        if not isinstance(number, int):
            return "", ""
        if number not in self._members:
            columns = ("ZMEMBERJID", "ZCONTACTNAME", "ZFIRSTNAME")
            jid, name, first = self._row("ZWAGROUPMEMBER", columns, number) or ("", "", "")
            self._keep(self._members, number, (jid, name or first))
        return self._members[number]

    def stanza(self, number: Value) -> str:
        """The native id of the message of that row; empty where there is none."""
        found = self._row("ZWAMESSAGE", ("ZSTANZAID",), number)
        return found[0] if found else ""

    @staticmethod
    def _keep(kept: dict[int, _Kept], key: int, value: _Kept) -> None:
        if len(kept) >= MOST_NAMES:
            kept.clear()
        kept[key] = value

    def label(self, jid: str, name: str = "") -> str:
        """What an account is called from its first message on."""
        if jid not in self._labels:
            own = self._own_names.get(jid, "")
            shown = name or (f"~{own}" if own else number_of(jid))
            if self._taken.setdefault(shown, jid) != jid or shown == self.owner:
                shown = f"{shown} ({number_of(jid)})"
            if len(self._labels) >= MOST_NAMES:
                self._labels.clear()
            self._labels[jid] = shown
        return self._labels[jid]

    def party(self, role: str, jid: str, name: str = "") -> Party:
        """An account as the database names it, beside an event."""
        if not jid:
            return Party(role, name, label=name)
        scheme = "tel" if jid.endswith(_NUMBER) else "platform_id"
        value = number_of(jid)
        return Party(role, value, scheme, name or self._own_names.get(jid, ""), jid)


def number_of(jid: str) -> str:
    """The phone number of an account with a plus sign; the account itself where it holds none."""
    digits, at, host = jid.partition("@")
    return f"+{digits}" if at + host in _NUMBER and digits.isdecimal() else jid
