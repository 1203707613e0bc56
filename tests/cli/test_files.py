"""Photos, clips and screenshots by the command line: looked at, kept, and told with every clock."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
from PIL import Image

import media_files as made
from chain import Home
from pictures import saved
from shared_samples import samples


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home with a vault."""
    one = Home(tmp_path)
    one.make()
    return one


def photo(folder: Path, *, name: str = "IMG_20260503_211009.jpg", pair: str = "") -> Path:
    """A photo whose camera is a day behind its satellites."""
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:05:03 21:10:09"})
    exif.get_ifd(0x8825).update({0x1D: "2026:05:04", 0x07: (19.0, 8.0, 30.0)})
    if pair:
        exif.get_ifd(0x8769)[0x927C] = made.maker_note(pair)
    path = folder / name
    path.write_bytes(saved("JPEG", exif=exif))
    return path


def test_inspect_shows_every_clock_and_what_differs(home: Home, tmp_path: Path) -> None:
    """In the contract of inspect, with the clocks beside it; in words for people."""
    path = photo(tmp_path)
    found = home.run("inspect", str(path), "--json", secret=None).json
    assert (found["format"], found["counts"]["events"], found["counts"]["message"]) == (
        "photo",
        1,
        0,
    )
    assert found["coverage"]["bytes"] == found["coverage"]["records"] == path.stat().st_size
    assert found["clocks"]["name_says"] == "2026-05-03T21:10:09"
    assert [i["code"] for i in found["issues"]] == ["CLOCKS_DIFFER"]
    said = home.run("inspect", str(path), secret=None).out
    assert "Two clocks differ by 21 hours 58 minutes" in said
    assert "It holds no messages." in said


def test_import_keeps_a_clip_and_show_tells_its_clocks(home: Home, tmp_path: Path) -> None:
    """A clip is no export: it is kept byte for byte, with its clocks."""
    clip = tmp_path / "RingVideo_20260503_211009.mp4"
    clip.write_bytes(made.movie())
    kept = home.run("import", str(clip), "--json").json
    assert kept["exhibit"] == "EX/1"
    listed = home.run("list", "--all", "--json").json
    number = next(row["number"] for row in listed if row["type"] == "exhibit")
    body = home.run("show", str(number), "--json").json["body"]
    assert body["clocks"] == {
        "movie_made_utc": "2026-05-03T20:10:09Z",
        "movie_changed_utc": "2026-05-03T20:10:09Z",
        "name_says": "2026-05-03T21:10:09",
    }
    assert "This may be the time zone." in home.run("show", str(number)).out
    unknown = tmp_path / "x.bin"
    unknown.write_bytes(bytes(100))
    assert home.run("import", str(unknown)).code == 43


def test_screenshots_are_offered_and_kept_run_by_run(home: Home, tmp_path: Path) -> None:
    """Looked at without a vault; kept only what the person says."""
    folder = tmp_path / "shots"
    folder.mkdir()
    for minute in (1, 2, 40):
        name = f"Screenshot_20260301-21{minute:02}00.png"
        Image.new("RGB", (200, 400), (minute, 2, 3)).save(folder / name)
    found = home.run("screenshots", str(folder), "--json", secret=None).json
    assert [len(run["files"]) for run in found["runs"]] == [2, 1]
    said = home.run("screenshots", str(folder), "--keep", stdin=b"y\nn\n")
    assert "2 kept in 1 runs." in said.out
    listed = home.run("list", "--all", "--json").json
    kept = [row for row in listed if row["type"] == "exhibit"]
    body = home.run("show", str(kept[0]["number"]), "--json").json["body"]
    assert body["run"]["of"] == 2


def test_a_live_photo_that_came_apart_is_named_in_the_pack(home: Home, tmp_path: Path) -> None:
    """Both halves are kept at different times; the pack says that they belong together."""
    from pypdf import PdfReader

    clip = tmp_path / "IMG_1.MOV"
    clip.write_bytes(made.movie(brand=b"qt  ", extra=made.apple({"content.identifier": "P-1"})))
    home.run("attach", str(photo(tmp_path, pair="P-1")))
    home.run("attach", str(clip))
    home.add("He stood outside.")
    assert home.run("pack", str(tmp_path / "out")).code == 0
    text = "".join(
        page.extract_text()
        for path in (tmp_path / "out").rglob("*.pdf")
        for page in PdfReader(path).pages
    )
    assert "Belongs with" in text
    assert "Clocks that differ" in text


def test_read_text_from_a_pdf_by_its_number(home: Home, tmp_path: Path) -> None:
    """Read once, told as read by a program; another kind of entry is refused by name."""
    paper = tmp_path / "letter.pdf"
    paper.write_bytes(made.pdf())
    number = str(home.run("attach", str(paper), "--json").json[0]["entry"])
    read = home.run("read-text", number, "--json").json[0]
    assert (read["method"], read["already"], read["lines"]) == ("document_text", False, [])
    assert home.run("read-text", number, "--json").json[0]["already"]
    assert "it can be wrong" in home.run("read-text", number).out
    assert home.run("read-text", "0").code == 30


def test_an_archive_without_an_export_is_listed_and_kept(home: Home) -> None:
    """A zip that holds itself, and one with a locked member: what can be had is named with its digest."""
    folder = samples("hostile/tika")
    itself = home.run("inspect", str(folder / "droste.zip"), "--json", secret=None).json
    assert [(m["name"], m["state"]) for m in itself["members"]] == [
        ("droste.jpg", "present"),
        ("droste.zip", "repeat"),
    ]
    assert [issue["code"] for issue in itself["issues"]] == ["ARCHIVE_REPEATS"]
    locked = home.run("import", str(folder / "testZipEncrypted.zip"), "--json").json
    assert {m["name"]: m["state"] for m in locked["members"]} == {
        "unencrypted.txt": "present",
        "encrypted.txt": "locked",
    }
    assert locked["exhibit"] == "EX/1"
    assert home.run("inspect", str(folder / "testXXE.xml"), secret=None).code == 43


def test_an_empty_archive_and_a_packed_file_say_what_to_do(home: Home, tmp_path: Path) -> None:
    """No file in it, and a form that is not opened here: refused with the next step."""
    empty, packed = tmp_path / "e.zip", tmp_path / "p.tgz"
    with zipfile.ZipFile(empty, "w"):
        pass
    packed.write_bytes(gzip.compress(b"x"))
    assert home.run("inspect", str(empty), secret=None).code in {43, 48}
    said = home.run("inspect", str(packed), secret=None)
    assert (said.code, "Unpack it into a folder" in said.err) == (43, True)
