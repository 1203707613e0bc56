"""Every kind of file with clocks: each read where its format keeps them, none corrected, none harmful."""

from __future__ import annotations

import importlib.util
import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

import media_files as made
from pictures import saved
from shared_samples import samples
from tallymark import examiners
from tallymark.examiners import Examiner
from tallymark.examiners._child import _REFUSALS, _looker
from tallymark.examiners._forward import Forward
from tallymark.examiners.metadata import LookBeside

UTC_STAMP = "2026-05-03T20:10:09Z"
SEEDS = {
    "video/mp4": made.movie(),
    "video/quicktime": made.movie(brand=b"qt  ", extra=made.apple({"creationdate": UTC_STAMP})),
    "audio/wav": made.wav(),
    "video/x-msvideo": made.avi(),
    "audio/ogg": made.ogg(),
    "audio/amr": made.amr(),
    "video/x-matroska": made.webm(),
    "audio/mpeg": b"ID3\x04\x00\x00\x00\x00\x00\x30TDRC"
    + bytes(7)
    + b"2026-05-03T21:10:09"
    + bytes(20),
    "application/pdf": made.pdf(),
}


@pytest.fixture(scope="module")
def examiner():
    """One child for all files of this module."""
    with Examiner() as one:
        yield one


def look(examiner: Examiner, data: bytes):
    """What the file says of itself."""
    return examiners.look(io.BytesIO(data), examiner=examiner)


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("long_media", [False, True])
def test_a_clip_whose_index_comes_last(examiner, version: int, long_media: bool) -> None:
    """The movie header in both versions, behind media in short and long boxes."""
    found = look(
        examiner, made.movie(version=version, long_media=long_media, kinds=(b"vide", b"soun"))
    )
    assert found.clocks == {"movie_made_utc": UTC_STAMP, "movie_changed_utc": UTC_STAMP}
    assert found.facts == {"seconds": "12.3", "streams": "picture, sound"}


def test_a_clip_that_says_nothing_says_nothing(examiner) -> None:
    """Seven of twelve samples have 0 where the time belongs: unknown, not 1904."""
    assert look(examiner, made.movie(made=0)).clocks == {}


def test_a_phone_writes_its_own_time_beside_the_header(examiner) -> None:
    """Apple's date with its offset, the place and the pair id; the header's UTC stays apart."""
    extra = made.apple({
        "creationdate": "2026-05-03T21:10:09+0100", "content.identifier": "AB-12",
        "location.ISO6709": "+51.5000-000.1200+010.000/", "make": "Apple", "model": "iPhone 15",
    })  # fmt: skip
    found = look(examiner, made.movie(brand=b"qt  ", extra=extra))
    assert found.clocks["movie_made"] == "2026-05-03T21:10:09+01:00"
    assert found.clocks["movie_made_utc"] == UTC_STAMP
    assert found.facts["pair_id"] == "AB-12"
    assert found.facts["position"] == "+51.5000-000.1200"
    assert found.facts["device"] == "Apple iPhone 15"


def test_sounds_and_recorders(examiner) -> None:
    """WAV, AVI, Opus, AMR, WebM and MP3, each by its own rule."""
    assert look(examiner, made.wav()).clocks == {"sound_made": "2026-05-03T21:10:09"}
    assert look(examiner, made.wav()).facts == {"seconds": "1.0"}
    assert look(examiner, made.avi()).clocks == {"sound_made": "2026-05-03T21:10:09"}
    assert look(examiner, made.ogg()).clocks == {"sound_made": "2026-05-03T21:10:09"}
    assert look(examiner, made.ogg()).facts == {"seconds": "3.0"}
    assert look(examiner, made.amr()).facts == {"seconds": "1.0"}
    assert look(examiner, made.amr()).clocks == {}
    assert look(examiner, made.webm()).clocks == {"movie_made_utc": UTC_STAMP}
    assert look(examiner, made.webm()).facts == {"seconds": "2.5"}
    assert look(examiner, SEEDS["audio/mpeg"]).clocks == {"sound_made": "2026-05-03T21:10:09"}


def test_documents(examiner) -> None:
    """A PDF and a DOCX: dates, pages, and that there are files inside."""
    found = look(examiner, made.pdf())
    assert found.clocks == {"document_made": "2026-05-03T21:10:09+01:00"}
    assert (found.facts["pages"], found.facts["attached"]) == ("1", "1")
    assert look(examiner, made.pdf(password="x")).facts == {"protected": "asks for a password"}
    word = look(examiner, made.docx())
    assert word.clocks == {"document_made": UTC_STAMP, "document_changed": "2026-05-04T09:00:00Z"}
    assert word.facts == {"attached": "1"}


def test_case_22_a_live_photo_that_came_apart(examiner) -> None:
    """The picture's maker note and the clip's metadata hold the same identifier."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x927C] = made.maker_note("C0FFEE-1")
    photo = look(examiner, saved("JPEG", exif=exif))
    clip = look(
        examiner, made.movie(brand=b"qt  ", extra=made.apple({"content.identifier": "C0FFEE-1"}))
    )
    assert photo.facts["pair_id"] == clip.facts["pair_id"] == "C0FFEE-1"


@pytest.mark.parametrize(("length", "words"), [(3000, "at the end"), (9_000_000, "not there")])
def test_case_22_a_motion_photo_that_was_cut(examiner, length: int, words: str) -> None:
    """The clip that the picture says it carries is there, or is said to be missing."""
    clip = made.movie(media=2000)
    xmp = f'<x GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{length}"/>'.encode()
    clip = clip.ljust(length, b"\0") if length < 10_000 else b""
    data = saved("JPEG", xmp=xmp) + clip
    assert words in look(examiner, data).facts["moving_part"]


def test_a_png_says_when_it_was_changed(examiner) -> None:
    """TIME is UTC; the text chunk is the writer's own words."""
    note = PngImagePlugin.PngInfo()
    note.add(b"tIME", struct.pack(">H5B", 2026, 5, 3, 20, 10, 9))
    note.add_text("Creation Time", "2026-05-03T21:10:09+01:00")
    assert look(examiner, saved("PNG", pnginfo=note)).clocks == {
        "png_time_utc": UTC_STAMP, "picture_written": "2026-05-03T21:10:09+01:00",
    }  # fmt: skip


def test_case_21_a_camera_a_day_off_the_satellites(examiner) -> None:
    """Both are listed; neither is corrected."""
    found = look(examiner, (samples("photo/exif-samples") / "DSCN0010.jpg").read_bytes())
    assert found.clocks["camera_taken"] == "2008-10-22T16:28:39"
    assert found.clocks["gps_utc"] == "2008-10-23T14:27:07Z"
    assert found.facts["position"] == "43.46745,11.88513"


def test_published_photos_with_odd_insides(examiner) -> None:
    """EXIF behind XMP, a hole in the picture with a second one behind it, and no clock at all."""
    folder = samples("photo/exif-samples")
    odd = look(examiner, (folder / "no_exif.jpg").read_bytes())
    assert odd.clocks == {
        "file_changed": "2014-09-22T10:56:35",
        "xmp_created": "2013-09-23T10:09:46+02:00",
        "xmp_changed": "2014-09-22T10:56:35+02:00",
    }
    broken = look(examiner, (folder / "corrupted.jpg").read_bytes())
    assert broken.clocks["camera_taken"] == "2015-09-08T11:02:17"
    assert broken.facts["second_picture"] == "from byte 1,901,632"
    assert look(examiner, (samples("photo/c2pa") / "C.jpg").read_bytes()).clocks == {}


@pytest.mark.parametrize("mime", sorted(SEEDS))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damage_ends_in_nothing_or_a_part(mime: str, data: st.DataObject) -> None:
    """Any cut and any changed byte: the reader ends by itself or by an error that the child catches."""
    whole = bytearray(SEEDS[mime])
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        clocks, facts = _looker(mime)(Forward(io.BytesIO(cut)))
    except _REFUSALS:
        return
    assert all(isinstance(text, str) for text in (*clocks.values(), *facts.values()))


def test_a_child_that_died_is_replaced() -> None:
    """One file that ends the child costs that file's clocks and no other's."""
    with Examiner() as one:
        assert look(one, made.wav()).seen
        one._process.kill()
        assert not look(one, made.wav()).seen
        assert look(one, made.wav()).seen


def test_a_large_clip_is_looked_into_while_it_is_kept() -> None:
    """Forward only: nothing of the media is held, and the clocks are there at the end."""
    data = made.movie(media=40 << 20)
    beside = LookBeside(io.BytesIO(data))
    size = sum(len(piece) for piece in iter(lambda: beside.read(1 << 20), b""))
    assert (size, beside.found.clocks["movie_made_utc"]) == (len(data), UTC_STAMP)
    beside.close()


needs_c2pa = pytest.mark.skipif(
    importlib.util.find_spec("c2pa") is None,
    reason="the part that reads credentials (c2pa) is not installed",
)


@needs_c2pa
def test_content_credentials_fit_or_do_not(examiner) -> None:
    """A good seal of an unknown signer, one whose digest fits but whose signature does not, and none."""
    folder = samples("photo/c2pa")
    said = {
        name: look(examiner, (folder / name).read_bytes()).facts.get("credentials", "")
        for name in ("A.jpg", "C.jpg", "E-sig-CA.jpg")
    }
    assert said == {
        "A.jpg": "",
        "C.jpg": "fit the picture; the signer is not known here",
        "E-sig-CA.jpg": "do not fit: claimSignature.mismatch",
    }


def test_credentials_of_our_own_making_are_read_or_named(examiner) -> None:
    """Bytes that only look like credentials give no verdict."""
    assert "fit" not in look(examiner, saved("JPEG") + b"c2pa").facts.get("credentials", "")
