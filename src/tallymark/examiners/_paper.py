"""PDF and Office files: the dates they state, how many pages, and what is attached. Nothing is run.

ISO 32000-1 sections 7.9.4 and 14.3.3; ECMA-376 part 2 (core properties).
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Mapping

_PDF_DATE = re.compile(
    r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?", re.ASCII
)
_OFFICE_DATE = re.compile(
    rb"<dcterms:(created|modified)[^>]{0,200}>\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z?)"
)
_MOST_PART = 1 << 20
_MOST_PAGES = 100_000


def pdf(data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """What the information dictionary of a PDF says, and what the file holds besides its pages."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    clocks: dict[str, str] = {}
    facts: dict[str, str] = {}
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return {}, {"protected": "asks for a password"}
    try:
        information: Mapping[str, object] = reader.metadata or {}
        for key, name in (("/CreationDate", "document_made"), ("/ModDate", "document_changed")):
            text = pdf_date(str(information.get(key, "")))
            if text:
                clocks[name] = text
        facts["software"] = str(information.get("/Producer", ""))
        facts["pages"] = str(min(len(reader.pages), _MOST_PAGES))
        attached = len(reader.attachments)
        facts["attached"] = str(attached) if attached else ""
    except PyPdfError:
        pass  # what was found before the damage stands
    return clocks, {name: value for name, value in facts.items() if value}


def pdf_date(text: str) -> str:
    """``D:20260503211000+01'00'`` as ``2026-05-03T21:10:00+01:00``; empty when it is no date."""
    found = _PDF_DATE.match(text)
    if not found:
        return ""
    year, month, day, hour, minute, second = (part or "" for part in found.groups()[:6])
    when = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    if found[7]:
        return f"{when}Z"
    return f"{when}{found[8]}{found[9]}:{found[10] or '00'}" if found[8] else when


def office(data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """The core properties of a DOCX, XLSX or PPTX."""
    clocks: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        part = (
            package.open("docProps/core.xml").read(_MOST_PART)
            if "docProps/core.xml" in names
            else b""
        )
        for kind, when, zulu in _OFFICE_DATE.findall(part):
            name = "document_made" if kind == b"created" else "document_changed"
            clocks[name] = (when + zulu).decode("ascii")
        embedded = sum("/embeddings/" in name for name in names)
    return clocks, {"attached": str(embedded)} if embedded else {}
