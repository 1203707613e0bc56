"""``data/exhibits.csv``: every exhibit with its digest, how it was obtained, and whether it is here."""

from __future__ import annotations

from typing import BinaryIO

from tallymark.model.record import Exhibit
from tallymark.pack.chronology import listed_exhibits, mentions
from tallymark.pack.contents import Contents
from tallymark.pack.exports._export import Export, write_csv

COLUMNS = (
    "exhibit",
    "entry",
    "title",
    "kind",
    "file_in_pack",
    "original_name",
    "bytes",
    "sha256",
    "media_type",
    "method",
    "acquired",
    "file_time_as_found",
    "source_device",
    "original_still_held",
    "original_location",
    "marks",
    "mentioned_in",
    "not_included_because",
    "record_id",
)


def _write(contents: Contents, file: BinaryIO) -> None:
    cited = mentions(contents)
    rows = []
    for record, why in listed_exhibits(contents):
        body = record.body
        if not isinstance(body, Exhibit):
            continue
        path = next((o.path for o in contents.originals if o.number == body.number), "")
        rows.append(
            (
                body.number,
                f"#{contents.numbers[record.id]}",
                body.title,
                body.kind,
                "" if why else path,
                body.name,
                "" if why else body.size,
                body.sha256,
                "" if why else body.mime,
                "" if why else body.method,
                body.acquired.value if body.acquired else "",
                body.modified,
                body.source_device,
                body.original_still_held,
                body.original_location,
                " ".join(body.sensitivity),
                " ".join(f"#{n}" for n in cited.get(record.id, ())),
                why,
                "" if why else record.id,
            )
        )
    write_csv(file, COLUMNS, rows)


EXPORT = Export(path="data/exhibits.csv", write=_write)
