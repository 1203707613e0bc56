"""A fictitious log in memory, with a fixed clock and key, and packs built from it."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pytest

from tallymark.integrity import canonical, checkpoint, signature
from tallymark.integrity.digest import sha256_stream
from tallymark.integrity.merkle import Tree, leaf_hash
from tallymark.model.casefile import Casefile, EventColumns, EventSource, EventText, Leaf
from tallymark.model.moment import Moment
from tallymark.model.record import (
    Attribution,
    Body,
    Condition,
    Epoch,
    Exhibit,
    Identifier,
    Impact,
    Import,
    Incident,
    Order,
    Person,
    Place,
    PoliceContact,
    Question,
    Record,
    ToldToStop,
    Witness,
)
from tallymark.pack.build import Built, build

MADE = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
VAULT = "k7v2m9q4"


class Log:
    """A log that grows in memory; what a vault would hand to the pack."""

    def __init__(self) -> None:
        """Begin with the record of the epoch."""
        self.key = signature.SigningKey.from_seed(bytes(range(32)))
        self.records: list[Record] = []
        self.data: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.lines: list[EventText] = []
        self.sources: list[EventSource] = []
        self.seconds: list[int] = []
        self.add(Epoch(vault=VAULT, epoch=1, public_key=self.key.public.hex()))

    def add(
        self,
        body: Body,
        *,
        written: str = "2026-11-20T22:00:00Z",
        supersedes: str | None = None,
        reason: str | None = None,
        asked: tuple[Question, ...] = (),
    ) -> str:
        """Append one record and give its id."""
        index = len(self.records)
        record = Record(
            id=f"01TEST{index:020d}",
            written=written,
            zone="Europe/London",
            salt=index.to_bytes(16, "big").hex(),
            body=body,
            supersedes=supersedes,
            reason=reason,
            asked=asked,
        )
        self.records.append(record)
        self.data[record.id] = canonical.encode(msgspec.to_builtins(record))
        return record.id

    def exhibit(self, data: bytes, *, name: str, **fields: Any) -> str:
        """Append an exhibit with its bytes."""
        number = 1 + sum(r.type == "exhibit" for r in self.records)
        digest, size = sha256_stream(io.BytesIO(data))
        fields.setdefault("number", f"AB/{number}")
        ident = self.add(Exhibit(sha256=digest, size=size, name=name, **fields))
        self.files[ident] = data
        return ident

    def chat(self, exhibit_id: str, texts: Iterable[tuple[str, str]], *, start: datetime) -> str:
        """Append an import of messages, one an hour, from (sender, text)."""
        first = len(self.lines)
        for place, (sender, text) in enumerate(texts):
            at = start + timedelta(hours=place)
            self.seconds.append(int(at.timestamp()))
            self.lines.append(
                EventText(
                    row=first + place,
                    id=f"e{first + place}",
                    exhibit_id=exhibit_id,
                    at=f"{at:%Y-%m-%dT%H:%M}",
                    zone="Europe/London",
                    sender=sender,
                    kind="message",
                    text=text,
                    start=place * 10,
                    end=place * 10 + 9,
                )
            )
        count = len(self.lines) - first
        summary: dict[str, object] = {
            "counts": {"events": count, "message": count},
            "coverage": {"bytes": 100, "records": 90, "framing": 10},
            "senders": {"Colin Dray": count},
            "issues": [{"code": "COUNT_MISMATCH", "count": 1, "detail": "declared 58, found 49"}],
            "limits": ["Disappearing messages are not in this export."],
            "first": "2026-03-01T09:00",
            "last": "2026-03-02T09:00",
        }
        ident = self.add(
            Import(
                exhibit=exhibit_id,
                importer="whatsapp",
                importer_version="1",
                events=count,
                events_digest="ab" * 32,
                summary=summary,
            )
        )
        self.sources.append(EventSource(exhibit_id, ident, "whatsapp", "ab" * 32, first, count))
        return ident

    def casefile(self, **changes: Any) -> Casefile:
        """A snapshot of everything."""
        senders = ["", *dict.fromkeys(line.sender or "" for line in self.lines)]
        many = len(self.lines)
        tree = Tree(self.leaves())
        columns = EventColumns(
            seconds=array("q", self.seconds),
            channel=array("B", [0] * many),
            party=array("H", [senders.index(line.sender or "") for line in self.lines]),
            direction=array("B", [2 if t.sender == "Anna Bell" else 1 for t in self.lines]),
            kind=array("B", [0] * many),
            flags=array("B", [0] * many),
            row=array("I", range(many)),
            channels=("whatsapp",),
            parties=tuple(senders),
        )
        casefile = Casefile(
            records=tuple(self.records),
            events=columns,
            sources=tuple(self.sources),
            texts=lambda rows: [self.lines[row] for row in rows],
            leaves={
                record.id: Leaf(index, leaf_hash(self.data[record.id]))
                for index, record in enumerate(self.records)
            },
            log_size=tree.size,
            log_root=tree.root(),
        )
        return replace(casefile, **changes)

    def leaves(self) -> list[bytes]:
        """The leaf hash of each record."""
        return [leaf_hash(self.data[r.id]) for r in self.records]

    def open(self, ident: str) -> BinaryIO:
        """The bytes of an exhibit."""
        return io.BytesIO(self.files[ident])

    def pack(self, target: Path, *, casefile: Casefile | None = None, **changes: Any) -> Built:
        """Build a pack with everything fixed."""
        tree = Tree(self.leaves())
        head = checkpoint.Checkpoint(f"{VAULT}/1", tree.size, tree.root())
        options: dict[str, Any] = {
            "target": target,
            "key": self.key,
            "checkpoint": checkpoint.sign(head, key=self.key),
            "leaf_hashes": self.leaves(),
            "record_data": self.data.__getitem__,
            "open_original": self.open,
            "made": MADE,
            "pack_id": "p" * 16,
            "series": "s" * 16,
            "sequence": 7,
            "purpose": "police",
            "vault": VAULT,
            "epoch": 1,
        }
        return build(casefile or self.casefile(), **(options | changes))


def full_log() -> Log:
    """One of everything: people, places, an order, a chat, photos, corrections, other scripts."""
    log = Log()
    log.add(
        Person(
            label="me",
            roles=("victim",),
            names=("Anna Bell",),
            born="1991-03-04",
            language="English",
            safe_contact="Text only 07700 900111, 09:00-12:00. No voicemail. Never the landline.",
        )
    )
    him = log.add(
        Person(
            label="Colin",
            roles=("suspect",),
            names=("Colin Dray",),
            born="1988-09-19",
            relationship="ex_partner",
            separated="2026-02-02",
            identifiers=(
                Identifier(scheme="phone", value="07700 900222", how_known="his for years"),
                Identifier(scheme="email", value="colin.dray@example.org"),
                Identifier(scheme="plate", value="Y?68 ?KD"),
            ),
            vehicle="grey Corsa",
            employer="Northby Tyres",
        )
    )
    neighbour = log.add(Person(label="L. Moss", roles=("witness",), names=("Lena Moss",)))
    home = log.add(Place(label="home", role="home", address="12 Mill Road, Northby"))
    log.add(Place(label="my sister's", role="home", address="9 Hidden Lane", safe_location=True))
    chat = log.exhibit(
        b"01/03/2026, 09:00 - Colin Dray: where are you\n",
        name="WhatsApp Chat with Colin.txt",
        mime="text/plain",
        kind="message_export",
        method="app_export",
        title="WhatsApp chat, exported from her phone",
        original_still_held="yes",
        source_device="her phone",
    )
    texts = [("Colin Dray", "where are you"), ("Anna Bell", "please stop"), ("Colin Dray", "=1+1")]
    log.chat(chat, texts * 20, start=datetime(2026, 3, 1, 9, tzinfo=UTC))
    clip = log.exhibit(
        b"not really a video", name="door?bell clip.mp4", kind="video", title="Doorbell clip"
    )
    log.exhibit(b"private", name="image.jpg", kind="photo", sensitivity=("intimate",))
    letter = log.exhibit(b"%PDF-1.4 a letter", name="letter.pdf.exe", kind="document")
    log.add(
        ToldToStop(
            at=Moment(value="2026-05-03T19:20", basis="message_metadata"),
            channel="whatsapp",
            exact_words="Do not contact me again.",
            exhibits=(chat,),
        ),
        written="2026-05-03T18:40:00Z",
    )
    order = log.add(
        Order(
            kind="nmo",
            court="Northby Family Court",
            made=Moment(value="2026-07-28", precision="day"),
            served=Moment(value="2026-08-01", precision="day"),
            expires=Moment(value="2027-07-28", precision="day"),
            proof_of_service=letter,
            conditions=(
                Condition(number=1, words="Not to contact her by any means"),
                Condition(number=2, words="Not to come within 100 metres of her home"),
            ),
            exhibits=(letter,),
        ),
        written="2026-08-01T12:00:00Z",
    )
    log.add(
        Incident(
            happened=Moment(value="2026-04-10T20:15"),
            what_happened="He waited outside my work in the grey Corsa.",
            effect="I was shaking.",
            channel="in_person",
            actor=him,
            attribution=Attribution(basis=("saw_face",), confidence="certain"),
            fear_of_violence="no",
        ),
        written="2026-04-10T22:00:00Z",
    )
    wrong = log.add(
        Incident(
            happened=Moment(value="2026-09-02T08:40"),
            what_happened="Silent call from a withheld number.",
            channel="voice",
        ),
        written="2026-09-02T09:00:00Z",
    )
    log.add(
        Incident(
            happened=Moment(value="2026-09-02T18:40"),
            what_happened="Silent call from a withheld number, in the evening.",
            channel="voice",
            order=order,
            condition=1,
        ),
        written="2026-09-03T09:00:00Z",
        supersedes=wrong,
        reason="Wrong hour",
    )
    log.add(
        Incident(
            happened=Moment(value="2026-11-20T21:40", basis="clock"),
            what_happened='He stood at my gate for about ten minutes. #panic("x") *bold* $x$ <e1>',
            words_said="You can't hide. پیچھے مت آؤ 你好 😀 \ue000",
            what_i_did="Stayed inside and phoned 101 next day.",
            effect="Feared he would come in.",
            inference="I think he followed me from work.",
            channel="in_person",
            direction="in",
            actor=him,
            attribution=Attribution(basis=("saw_face", "cctv"), confidence="certain"),
            place=home,
            behaviours=("P04", "P03"),
            danger_flags=("at_home",),
            witnesses=(Witness(person=neighbour, how="saw", will_speak="yes"),),
            fear_of_violence="yes",
            children_present="yes",
            exhibits=(clip,),
            order=order,
            condition=2,
            reported="NB/4411/26",
        ),
        written="2026-11-20T22:10:00Z",
        asked=(Question(id="what", version=1, text="What happened?"),),
    )
    log.add(
        PoliceContact(
            at=Moment(value="2026-11-21T10:00"),
            how="101",
            agency="Northby Police",
            reference="NB/4411/26",
            officer="PC Jane Roe",
            outcome="no reply",
        )
    )
    log.add(
        Impact(
            at=Moment(value="2026-08-02", precision="day"),
            code="security_bought",
            words="New locks.",
        )
    )
    return log


@pytest.fixture
def log() -> Log:
    """A log with one of everything."""
    return full_log()


@pytest.fixture
def empty_log() -> Log:
    """A log that holds only its first record."""
    return Log()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One pack of the full log, built once for the tests that only read it."""
    return full_log().pack(tmp_path_factory.mktemp("pack") / "pack-7")
