"""The whole chain through the real pages, the real diary and no JavaScript."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from PIL import Image

from tallymark.diary import Diary
from tallymark.model.record import Exhibit, HandOver, Import, Incident, Person
from web.window import PASSPHRASE, Window, window

WHEN = {
    "sure": "exact",
    "from_d": "3",
    "from_m": "5",
    "from_y": "2026",
    "from_time": "9.10pm",
    "then": "on",
}
WHERE = {"place_text": "Outside my flat", "channel": "in_person", "then": "on"}
WHAT = {"what_happened": "He stood by the gate.", "words_said": "You cannot hide.", "then": "on"}
WHO = {"seen": "yes", "seen_by": "Priya\nThe man from the shop", "then": "on"}
CHAT = "\n".join(
    f"{day:02}/06/2026, 21:{minute:02} - {who}: message {minute}"
    for day in (13, 14, 15)
    for minute, who in ((1, "Alex"), (5, "Sam"), (30, "Alex"))
)


def photo() -> bytes:
    """A small JPEG with a note in its metadata."""
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "HIDDEN-NOTE"
    Image.new("RGB", (320, 200), "#468").save(target, "JPEG", exif=exif)
    return target.getvalue()


def write_entry(shown: Window) -> str:
    """Answer the questions and save; the id of the entry."""
    shown.go("/add")
    for answers in (WHEN, WHERE, WHAT, WHO):
        assert "You can stop here. It is saved." in shown.page.says
        shown.send(**answers)
    assert "Look it over" in shown.page.says
    assert "Sunday 3 May 2026 at 21:10" in shown.page.says
    shown.send()
    assert "It is in your diary" in shown.page.says
    return shown.path.rsplit("/", 1)[1]


def _record(shown: Window, ident: str) -> object:
    assert shown.book.diary is not None
    return shown.book.diary.vault.record(ident).record


def test_a_new_diary_from_the_first_question_to_the_first_entry(tmp_path: Path) -> None:
    """No terminal: device question, passphrase typed twice, one entry, and it is on disk."""
    path = tmp_path / "data"
    with window(path) as shown:
        shown.arrive()
        assert "Is this device only yours?" in shown.page.says
        shown.send(device="")
        assert "Choose yes or no." in shown.page.says
        shown.send(device="shared")
        assert "Use another device if you can" in shown.page.says
        shown.go("/start")
        shown.send(device="mine")
        offered = re.findall(r"<span>(\w+)</span>", shown.page.text)
        assert len(offered) == 5
        shown.send(passphrase=" ".join(offered), passphrase_again="other")
        assert "The two do not match" in shown.page.says
        assert re.findall(r"<span>(\w+)</span>", shown.page.text) == offered
        shown.send(passphrase="short", passphrase_again="short")
        assert "too easy to guess" in shown.page.says
        shown.send(passphrase=" ".join(offered), passphrase_again=" ".join(offered))
        assert "Nothing is written yet" in shown.page.says
        write_entry(shown)
    with Diary.open(path, passphrase=" ".join(offered)) as diary:
        assert len(diary.entries()) == 1


def test_an_entry_keeps_answers_questions_and_people(opened: Window) -> None:
    """Every answer stands in its own field, beside the question as it was asked."""
    record = _record(opened, write_entry(opened))
    body = record.body  # type: ignore[attr-defined]
    assert isinstance(body, Incident)
    assert (body.happened.value, body.happened.precision) == ("2026-05-03T21:10", "minute")
    assert (body.place_text, body.channel) == ("Outside my flat", "in_person")
    assert (body.what_happened, body.words_said) == (WHAT["what_happened"], WHAT["words_said"])
    people = [_record(opened, w.person).body for w in body.witnesses]  # type: ignore[attr-defined]
    assert [p.label for p in people] == ["Priya", "The man from the shop"]
    asked = {q.id: q.text for q in record.asked}  # type: ignore[attr-defined]
    assert asked["web.entry.what"] == "What happened?"
    assert asked["web.entry.when"] == "When did it happen?"
    assert "web.entry.effect" not in asked


def test_a_witness_named_again_is_the_same_person(opened: Window) -> None:
    """Two entries, one Priya."""
    write_entry(opened)
    write_entry(opened)
    assert opened.book.diary is not None
    labels = [
        s.record.body.label
        for s in opened.book.diary.vault.records()
        if isinstance(s.record.body, Person)
    ]
    assert sorted(labels) == ["Priya", "The man from the shop"]


def test_stopping_in_the_middle_loses_nothing(vault: Path) -> None:
    """Half an entry, lock, a new launch: home offers it, and the answers are there."""
    with window(vault) as shown:
        shown.unlock()
        shown.go("/add")
        shown.send(**WHEN)
        shown.send(**{**WHERE, "then": "stop"})
        assert "You began an entry" in shown.page.says
        shown.send("/lock")
        assert shown.path == "/locked"
    with window(vault) as shown:
        shown.unlock()
        assert "You began an entry" in shown.page.says
        shown.go("/add")
        assert shown.path == "/add/3"
        assert "Outside my flat" in shown.go("/add/2").text


def test_what_cannot_be_read_is_asked_again_with_what_was_typed(opened: Window) -> None:
    """An error summary with a link to the field, and the field as it was filled."""
    opened.go("/add/1")
    opened.send(sure="exact", from_d="31", from_m="2", from_y="2026", then="on")
    assert opened.path == "/add/1"
    assert 'href="#from"' in opened.page.text
    assert 'id="from"' in opened.page.text
    assert 'value="31"' in opened.page.text
    assert 'aria-invalid="true"' in opened.page.text


def test_a_begun_entry_is_thrown_away_only_after_asking(opened: Window) -> None:
    """Two steps, and the first says what it means."""
    opened.go("/add")
    opened.send(**WHEN)
    opened.go("/add/drop")
    assert "Throw away what you began?" in opened.page.says
    opened.send()
    assert "You began an entry" not in opened.page.says


def test_a_saved_form_sent_twice_makes_one_entry(opened: Window) -> None:
    """A double press or a reload does not write it twice."""
    write_entry(opened)
    opened.go("/home")
    fit = opened.fit()
    answer = opened.ask("POST", "/add/5", f"fit={fit}".encode())
    assert answer.status == 303
    assert opened.book.diary is not None
    assert len(opened.book.diary.entries()) == 1


def test_a_file_is_kept_byte_for_byte_and_shown_as_new_pixels(opened: Window) -> None:
    """The original downloads unchanged; what is shown is drawn anew, without its metadata."""
    data, ident = photo(), write_entry(opened)
    opened.go(f"/file/{ident}")
    opened.send_file("gate.jpg", data, title="Photo of the gate", method="photographed")
    assert "Photo of the gate" in opened.page.says
    kept = opened.path.rsplit("/", 1)[1]
    shown = opened.ask("GET", f"/e/{kept}", headers={"Sec-Fetch-Dest": "image"})
    assert shown.status == 200
    assert shown.header("content-type") == "image/jpeg"
    assert shown.header("content-security-policy").startswith("sandbox; default-src 'none'")
    assert b"HIDDEN-NOTE" in data
    assert b"HIDDEN-NOTE" not in shown.body
    assert Image.open(io.BytesIO(shown.body)).size == (320, 200)
    whole = opened.ask("GET", f"/e/{kept}/file")
    assert whole.body == data
    assert "attachment" in whole.header("content-disposition")
    assert "gate" not in whole.header("content-disposition")
    assert opened.book.diary is not None
    (entry,) = opened.book.diary.entries()
    assert entry.record.body.exhibits == (kept,)  # type: ignore[union-attr]
    assert entry.record.supersedes == ident
    assert "newer version" in opened.go(f"/i/{ident}").says


def test_a_chat_is_brought_in_with_its_questions(opened: Window) -> None:
    """The file is offered, the name is asked, and the ledger is shown."""
    export = Path.home() / "Downloads" / "WhatsApp Chat with Alex.txt"
    export.write_text(CHAT + "\n", encoding="utf-8")
    opened.go("/bring")
    assert "WhatsApp Chat with Alex.txt" in opened.page.says
    _work(opened, chat="0")
    assert "Which name is you?" in opened.page.says
    number = re.search(r'value="(\d)"[^>]*>\s*<label[^>]*>Sam', opened.page.text)
    assert number
    _work(opened, owner=number[1])
    assert "The chat is in your diary" in opened.page.says, opened.page.says
    opened.send()
    assert opened.book.diary is not None
    bodies = [s.record.body for s in opened.book.diary.vault.records()]
    (brought,) = [b for b in bodies if isinstance(b, Import)]
    assert brought.events == 9
    assert brought.options["owner"] == "Sam"
    assert export.read_text(encoding="utf-8") == CHAT + "\n"


def _work(shown: Window, **fields: str) -> None:
    """Send the form and look again until the work is done."""
    shown.send(**fields)
    for _ in range(60):
        if "Working on it" not in shown.page.says:
            return
        assert shown.book.job is None or shown.book.job.wait(2) is not None
        shown.go(shown.path)


def test_day_or_month_first_is_asked_on_a_page(opened: Window) -> None:
    """A chat that can be read in two ways is not guessed."""
    export = Path.home() / "Downloads" / "WhatsApp odd.txt"
    lines = [f"03/04/2026, 21:0{n} - Alex: message {n}" for n in range(3)]
    export.write_text("\n".join(lines) + "\n", encoding="utf-8")
    opened.go("/bring")
    _work(opened, path=str(export))
    assert "Which day was it?" in opened.page.says, opened.page.says
    assert "3 April 2026" in opened.page.says
    _work(opened, order="mdy")
    assert "Which name is you?" in opened.page.says
    _work(opened, owner="none")
    assert "4 March 2026" in opened.page.says


def test_a_file_that_is_no_chat_is_said_plainly(opened: Window) -> None:
    """The next step is on the page, and nothing was kept."""
    other = Path.home() / "Downloads" / "letter.txt"
    other.write_text("Dear neighbour", encoding="utf-8")
    opened.go("/bring")
    _work(opened, path=str(other))
    assert "You can still keep it as a file" in opened.page.says
    _work(opened, path="relative.txt")
    assert "Choose a file" in opened.page.says


def test_the_picture_shows_a_still_chart_then_a_table(opened: Window) -> None:
    """Every number leads to what it counts; the chart is a picture that cannot run anything."""
    ident = write_entry(opened)
    opened.go("/view")
    numbers = re.findall(r'href="/view/(\d+)"', opened.page.text)
    assert numbers
    for number in numbers:
        text = opened.go(f"/view/{number}").text
        assert text.index('<img class="chart"') < text.index("<table")
        chart = opened.ask("GET", f"/g/{number}", headers={"Sec-Fetch-Dest": "image"})
        assert chart.header("content-type") == "image/svg+xml"
        assert "script-src" not in chart.header("content-security-policy")
        assert chart.header("content-security-policy").startswith("sandbox; default-src 'none'")
        assert opened.ask("GET", f"/g/{number}").status == 404
    assert f"/i/{ident}" in opened.go("/view/1").text
    assert opened.ask("GET", "/view/1/0-99").status == 404
    assert opened.ask("GET", "/view/99").status == 404


def test_a_number_that_counts_more_than_one_lists_them(opened: Window) -> None:
    """Two entries behind one count are both named."""
    for _ in range(2):
        write_entry(opened)
    found = [
        cell
        for number in range(1, 9)
        for cell in re.findall(r'href="(/view/\d+/\d+-\d+)"', opened.go(f"/view/{number}").text)
    ]
    assert found
    assert "this counts" in opened.go(found[0]).says
    assert opened.page.text.count('href="/i/') >= 2


def test_a_pack_is_shown_before_it_is_made(opened: Window) -> None:
    """Choose, see exactly what goes in, make it; it is where the page said it would be."""
    ident = write_entry(opened)
    opened.go("/give")
    opened.send(purpose="")
    assert "Choose who it is for." in opened.page.says
    place = Path.home() / "Downloads"
    opened.send(purpose="police", folder_typed=str(place / "nowhere"))
    assert "There is no such folder" in opened.page.says
    opened.send(purpose="police", folder_typed=str(place))
    assert "This is what they will see" in opened.page.says
    assert f"/i/{ident}" in opened.page.text
    assert list(place.iterdir()) == []
    _work(opened)
    assert "The pack is ready" in opened.page.says, opened.page.says
    assert len(re.findall(r"<span>(\w+)</span>", opened.page.text)) == 6
    (file,) = place.glob("notes-*.zip")
    assert str(file) in opened.page.says
    with zipfile.ZipFile(file) as pack:
        assert any(name.endswith("1-START-HERE.pdf") for name in pack.namelist())
    assert opened.book.diary is not None
    assert any(isinstance(s.record.body, HandOver) for s in opened.book.diary.vault.records())
    opened.send()
    opened.go("/give")
    opened.send(purpose="police", folder_typed=str(place))
    assert "-2" in opened.page.says


def test_a_pack_of_nothing_says_so(opened: Window) -> None:
    """Dates that hold nothing are no reason for a fault."""
    opened.go("/give")
    place = str(Path.home() / "Downloads")
    opened.send(
        purpose="court", folder_typed=place, since_d="1", since_m="1", since_y="2001",
        until_d="2", until_m="1", until_y="2001",
    )  # fmt: skip
    assert "No entry is in these dates." in opened.page.says
    opened.send(
        "/give", purpose="court", folder_typed=place, since_d="5", since_m="1", since_y="2001",
        until_d="2", until_m="1", until_y="2001",
    )  # fmt: skip
    assert "The last day is before the first day." in opened.page.says


def test_home_draws_one_mark_for_each_entry(opened: Window) -> None:
    """Six entries are six marks, and the words say six."""
    for _ in range(6):
        write_entry(opened)
    text = opened.go("/home").text
    assert text.count("<path d=") == 6
    assert 'aria-label="6 entries, one mark for each."' in text
    assert "6 entries so far" in opened.page.says


def test_lists_and_pages_of_entries(opened: Window) -> None:
    """The newest first; a page number that is not there is a plain 404."""
    ident = write_entry(opened)
    assert f"/i/{ident}" in opened.go("/list").text
    assert opened.ask("GET", "/list/2").status == 404
    opened.go("/file")
    opened.send_file("note.txt", b"<b>hello</b> \xe2\x80\xae evil", title="")
    kept = opened.path.rsplit("/", 1)[1]
    assert "note.txt" in opened.go("/files").says
    shown = opened.ask("GET", f"/e/{kept}", headers={"Sec-Fetch-Dest": "iframe"})
    assert "&lt;b&gt;hello&lt;/b&gt; [U+202E] evil" in shown.text
    assert opened.ask("GET", f"/e/{kept}", headers={"Sec-Fetch-Dest": "script"}).status == 404
    assert opened.book.diary is not None
    kinds = [s.record.body for s in opened.book.diary.vault.records()]
    assert sum(isinstance(k, Exhibit) for k in kinds) == 1


def test_lock_ends_it_and_the_old_cookie_opens_nothing(vault: Path) -> None:
    """Keys are dropped at once; what the browser held is worth nothing."""
    with window(vault) as shown:
        shown.unlock()
        held = dict(shown.cookies)
        answer = shown.ask("POST", "/lock", f"fit={shown.fit()}".encode())
        assert shown.book.diary is None
        assert answer.status == 303
        assert answer.header("clear-site-data") == '"cache", "cookies", "storage"'
        assert shown.go("/locked").status == 200
        assert "Locked" in shown.page.says
        again = Window(shown.book, shown.port, cookies=held)
        assert again.ask("GET", "/home").status == 403
    with Diary.open(vault, passphrase=PASSPHRASE) as diary:
        assert diary.entries() == []
