"""The dialect in which each field of an item is a label, in the language of the account, and a value.

What a label means can only be guessed from its words, so everything that is read this way is marked
``LOW_CONFIDENCE`` and every label is kept as it stands.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tallymark.importers._json_scan import Members
from tallymark.importers._mojibake import mended

SENDER = frozenset(
    [
        "absender",
        "afsender",
        "afzender",
        "avsändare",
        "avsender",
        "benutzername",
        "de",
        "expéditeur",
        "from",
        "gebruikersnaam",
        "mittente",
        "naam",
        "nadawca",
        "name",
        "namn",
        "navn",
        "nazwa",
        "nom",
        "nombre",
        "nome",
        "nutzername",
        "remetente",
        "remitente",
        "sender",
        "username",
        "van",
        "von",
    ]
)
WORDS = frozenset(
    [
        "bericht",
        "besked",
        "content",
        "contenido",
        "contenu",
        "contenuto",
        "conteúdo",
        "indhold",
        "inhalt",
        "inhoud",
        "innehåll",
        "innhold",
        "meddelande",
        "melding",
        "mensagem",
        "mensaje",
        "message",
        "messaggio",
        "nachricht",
        "tekst",
        "testo",
        "text",
        "texte",
        "texto",
        "treść",
        "wiadomość",
    ]
)
_LABEL = re.compile(rb'"label"[ \t\r\n]*+:[ \t\r\n]*+("(?:[^"\\]++|\\.)*+")', re.DOTALL)


def has_words(head: bytes) -> bool:
    """Whether one of the labels in these bytes is known to stand before the words of a message."""
    for found in _LABEL.finditer(head):
        try:
            label = json.loads(found[1])
        except ValueError:
            continue
        if mended(label).text.casefold() in WORDS:
            return True
    return False


def labelled(item: Members) -> None:
    """Put sender and words of such an item where the other dialects have them; keep every label."""
    values = item.pop("label_values", None)
    for number, (label, text) in enumerate(_flat(values), 1):
        known = label.casefold()
        if known in SENDER and "sender_name" not in item:
            item["sender_name"] = text
        elif known in WORDS and "content" not in item:
            item["content"] = text
        item[f"label {number}: {label}"] = text


def _flat(item: Any, title: str = "") -> list[tuple[str, str]]:
    """Every label with its value, those of nested lists as well, in order."""
    if isinstance(item, list):
        return [pair for one in item for pair in _flat(one, title)]
    if not isinstance(item, Members):
        return []
    label = _text(item.get("label")) or _text(item.get("title")) or title
    found = [(label, _text(item[key])) for key in ("value", "href") if _text(item.get(key))]
    for key in ("dict", "vec", "label_values"):
        found += _flat(item.get(key), label)
    return found


def _text(item: Any) -> str:
    return mended(item).text if isinstance(item, str) else ""
