"""The plain words for channels, ways of knowing who it was, and danger signs a person ticked.

Codes are those of the record fields ``channel``, ``attribution.basis`` and ``danger_flags``. A code
that is not here is shown as it was recorded, with spaces.
"""

from __future__ import annotations

LANES: dict[str, tuple[str, tuple[str, ...]]] = {
    "whatsapp": ("WhatsApp", ("whatsapp",)),
    "calls": ("Calls", ("voice", "voicemail", "call", "calls")),
    "in_person": ("In person / left", ("in_person", "vehicle")),
    "email": ("E-mail", ("email",)),
    "via_person": ("Through others", ("via_person",)),
    "texts": ("Texts", ("sms_mms", "sms", "rcs", "imessage")),
    "letters": ("Letters and parcels", ("letter", "parcel")),
    "signal": ("Signal", ("signal",)),
    "telegram": ("Telegram", ("telegram",)),
    "messenger": ("Messenger", ("messenger",)),
    "instagram": ("Instagram", ("instagram",)),
    "snapchat": ("Snapchat", ("snapchat",)),
    "tiktok": ("TikTok", ("tiktok",)),
    "x": ("X", ("x",)),
    "facebook": ("Facebook", ("facebook",)),
    "linkedin": ("LinkedIn", ("linkedin",)),
    "dating_app": ("Dating apps", ("dating_app",)),
    "gaming": ("Games", ("gaming",)),
    "bank_transfer": ("Payment references", ("bank_transfer",)),
    "web_form": ("Web forms", ("web_form",)),
    "smart_device": ("Smart devices", ("smart_device",)),
    "other": ("Other", ("other",)),
    "": ("Channel not recorded", ("",)),
}
_LANE_OF = {code: lane for lane, (_, codes) in LANES.items() for code in codes}
_ORDER = {lane: place for place, lane in enumerate(LANES)}

BASES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("saw_or_heard", "saw or heard them", frozenset({"saw_face", "heard_voice"})),
    ("known_account", "known number or account", frozenset({"known_number", "known_account"})),
    (
        "other_sign",
        "another sign (camera, car, writing)",
        frozenset(
            {
                "new_account_same_content",
                "handwriting",
                "vehicle",
                "cctv",
                "admitted",
                "knowledge_only_they_have",
            }
        ),
    ),
    ("told_by_other", "told by another", frozenset({"told_by_other"})),
    ("not_known", "not known or not recorded", frozenset({"assumed", "unknown"})),
)
"""In order: an episode with several kinds is counted once, under the first that applies."""
KNOWN_ACCOUNT = 1
NOT_KNOWN = len(BASES) - 1

DANGER: dict[str, str] = {
    "threat_to_kill": "threat to kill",
    "threat_of_harm": "threat of harm",
    "strangled": "strangled",
    "weapon": "weapon",
    "at_home": "at home",
    "entered_home": "came into the home",
    "at_work": "at work",
    "at_school": "at school",
    "tracker": "tracker",
    "followed": "followed",
    "order_broken": "an order not kept",
    "children_threatened": "children threatened",
    "pets_harmed": "pets harmed",
    "suicide_talk": "spoke of suicide",
    "property_damaged": "property damaged",
    "others_targeted": "other people targeted",
    "trigger_soon": "a date coming up",
}

_SECOND = {
    "video": "camera",
    "audio": "recording",
    "photo": "photo by another",
    "call_log": "call record",
    "document": "document",
    "receipt": "bill or receipt",
    "medical": "medical record",
}
_FROM_OTHERS = frozenset({"photo", "audio"})

ORDER_KINDS = {
    "nmo": "Non-molestation order",
    "spo": "Stalking protection order",
    "injunction": "Injunction",
    "occupation": "Occupation order",
    "restraining": "Restraining order",
    "bail": "Bail conditions",
    "dapn": "Domestic abuse protection notice",
    "dapo": "Domestic abuse protection order",
}


def lane_key(channel: str) -> str:
    """The lane that a channel code is counted in; an unknown code is a lane of its own."""
    code = channel.strip().lower()
    return _LANE_OF.get(code, code)


def lane_label(lane: str) -> str:
    """The lane in plain words."""
    return LANES[lane][0] if lane in LANES else lane.replace("_", " ").capitalize()


def lane_order(lane: str) -> tuple[int, str]:
    """The fixed order of lanes; unknown ones come last, by name."""
    return _ORDER.get(lane, len(_ORDER)), lane


def basis_rank(bases: tuple[str, ...]) -> int:
    """The place in ``BASES`` of the first that applies; a code that is not there is another sign."""
    ranks = [r for r, (_, _, codes) in enumerate(BASES) if codes.intersection(bases)]
    known = frozenset().union(*(codes for _, _, codes in BASES))
    if any(basis not in known for basis in bases):
        ranks.append(2)
    return min(ranks, default=NOT_KNOWN)


def danger_label(flag: str) -> str:
    """A danger sign in plain words, else as it was recorded."""
    return DANGER.get(flag, flag.replace("_", " "))


def second_label(kind: str, *, method: str) -> str | None:
    """What kind of second source an exhibit is; None when it is the person's own copy."""
    if method == "received_from_witness":
        return _SECOND.get(kind, "from a witness")
    return None if kind in _FROM_OTHERS else _SECOND.get(kind)


def order_label(kind: str) -> str:
    """The kind of order in plain words, else as it was recorded."""
    return ORDER_KINDS.get(kind.lower(), kind.replace("_", " ").capitalize())
