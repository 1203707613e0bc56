"""Writes tests/samples/email: ``python tests/importers/make_mail_samples.py``. The same bytes each time."""

from __future__ import annotations

import base64
import sys
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from importers.compound import attached_file, attached_message, compound, message
from importers.mail import mail

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "email"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
STAMP = "from mail.example.org (192.0.2.10) by mx.mailhost.example; Mon, 2 Mar 2026 22:41:07 +0000"


def signed() -> bytes:
    """A mail with a signed body, results of checks, a chain, an answer address that differs, and a picture."""
    body = (
        b'\n--cut\nContent-Type: text/plain; charset="utf-8"\n\nYou can move. I will know. \xe2\x80\x93 N.\n'
        b'\n--cut\nContent-Type: image/jpeg; name="door.jpg"\nContent-Disposition: attachment;\n'
        b' filename="door.jpg"\nContent-Transfer-Encoding: base64\n\n'
        + base64.encodebytes(PICTURE)
        + b"\n--cut--\n"
    )
    digest = base64.b64encode(sha256(body[1:].replace(b"\n", b"\r\n")).digest()).decode()
    return mail(
        body,
        Delivered_To="anna@example.com",
        Received=STAMP,
        Authentication_Results="mx.mailhost.example; dkim=pass header.d=example.org; spf=pass; dmarc=pass",
        DKIM_Signature=f"v=1; a=rsa-sha256; c=relaxed/simple; d=example.org; s=s1; h=from; bh={digest}; b=AAAA",
        From="police@example.net <neil.g@Example.org>",
        Reply_To="n.g.1977@example.net",
        Subject="=?utf-8?q?You_can=27t_hide?=",
        Date="Mon, 2 Mar 2026 22:41:02 +0000",
        MIME_Version="1.0",
        Content_Type='multipart/mixed; boundary="cut"',
    )


def mailbox() -> bytes:
    """Four mails as Takeout writes them: labels and threads, a From line in a body, no zone, a page only."""
    odd = "From jörg@example.org Tue Mar  3 08:00:00 2026\n".encode("latin-1")
    lines = [b"From 1700@xxx Mon Mar 02 22:41:07 +0000 2026\n", odd, odd, odd]
    answer = mail(
        b"\nStop writing to me.\n",
        X_GM_THRID="1700",
        X_Gmail_Labels="Sent,Opened",
        From="Anna <anna@example.com>",
        To="neil.g@example.org",
        Subject="Re: You can't hide",
        Message_ID="<a2@example.com>",
        In_Reply_To="<m1@example.org>",
        References="<m1@example.org>",
        Date="Tue, 3 Mar 2026 08:00:00 +0000",
    )
    quoted = mail(
        b"\nYou wrote:\n\n>From now on I will not answer.\n\nFrom now on I will.\n",
        Date="Tue, 3 Mar 2026 09:10:00",
        Message_ID="<m3@example.org>",
    )
    page = mail(
        b"\n<html><style>p{color:red}</style><p>Look <b>behind</b> you</p><img src='http://track.example/1.gif'></html>\n",
        Content_Type="text/html; charset=utf-8",
        Date="Wed, 4 Mar 2026 07:00:00 +0100",
        Message_ID="<m4@example.org>",
    )
    mails = [b"X-GM-THRID: 1700\nX-Gmail-Labels: Inbox,Opened\n" + signed(), answer, quoted, page]
    return b"".join(line + one + b"\n" for line, one in zip(lines, mails, strict=True))


def outlook() -> bytes:
    """A .msg that carries another .msg and a file."""
    inner = message(
        {0x0037: "Inner", 0x1000: "As I said.", 0x0C1A: "Neil G", 0x5D01: "neil.g@example.org"},
        sent=datetime(2026, 3, 5, 6, 0, tzinfo=UTC),
        inner=True,
    )
    files = [attached_file("door.jpg", PICTURE, "image/jpeg"), attached_message("Inner.msg", inner)]
    words = {0x0037: "Fwd: Inner", 0x1000: "See below.", 0x0C1A: "Anna", 0x5D01: "anna@example.com"}
    to = [("A friend", "friend@example.com", 1)]
    return compound(
        message(words, sent=datetime(2026, 3, 5, 9, 0, tzinfo=UTC), to=to, attached=files)
    )


def maildir(path: Path) -> None:
    """A Maildir as a zip: flags in the names of its files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (
            ("Mail/cur/1772491262.M1P1.host:2,RS", signed()),
            (
                "Mail/new/1772600000.M2P1.host",
                mail(
                    b"\nAgain.\n",
                    Date="Wed, 4 Mar 2026 06:00:00 +0000",
                    Message_ID="<m5@example.org>",
                ),
            ),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 5, 0, 0, 0)), data)


def write(folder: Path) -> None:
    """All of them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "signed.eml").write_bytes(signed())
    (folder / "takeout.mbox").write_bytes(mailbox())
    (folder / "outlook.msg").write_bytes(outlook())
    maildir(folder / "maildir.zip")


if __name__ == "__main__":
    write(SAMPLES)
