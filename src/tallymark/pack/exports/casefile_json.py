"""``data/casefile.json``: the shown records and the list of imports as one RFC 8785 document."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from tallymark.integrity import canonical
from tallymark.pack.contents import KEPT_BACK, Contents
from tallymark.pack.exports._export import Export


def _write(contents: Contents, file: BinaryIO) -> None:
    casefile = contents.casefile
    current = {r.id for r in casefile.current()}
    imports = [
        {
            "import": contents.numbers[s.import_id],
            "exhibit": contents.numbers[s.exhibit_id],
            "channel": s.channel,
            "events": s.count,
            "events_digest": s.events_digest,
        }
        for s in casefile.sources
        if s.import_id in contents.numbers and s.exhibit_id in contents.numbers
    ]
    document = {
        "v": "1",
        "zone": casefile.zone,
        "selection": dict(casefile.selection),
        "origin": contents.seal.origin,
        "size": contents.seal.size,
        "root": contents.seal.root,
        "records": [
            {
                "number": contents.numbers[r.id],
                "state": "current" if r.id in current else "replaced or withdrawn",
                "record": msgspec.to_builtins(r),
            }
            for r in contents.shown
        ],
        "kept_back": [
            {"number": k.index, "type": k.type, "why": KEPT_BACK[k.reason]}
            for k in contents.kept_back
        ],
        "withheld": list(contents.withheld),
        "erased": list(contents.erased),
        "imports": imports,
        "outside": [
            {"kind": h.kind, "at": h.at, "size": h.size, "holder": h.holder}
            for h in casefile.outside
        ],
        "events": {"dated": len(casefile.events), "undated": casefile.events.undated},
    }
    file.write(canonical.encode(document))


EXPORT = Export(path="data/casefile.json", write=_write)
