"""A sealed original is read like a file: same events, same refusals, no plaintext on a disk."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark import importers
from tallymark.errors import EnvelopeDamaged, SourceChanged, UnknownFormat
from tallymark.integrity.envelope import Identity, SealedReader, seal
from tallymark.jail.supply import MOST, Descriptor, Served, Stream, supplied
from tallymark.model.event import EventBatch

CHAT = b"".join(
    b"%02d/%02d/2026, 09:00 - Ann: number %d\n" % (n % 28 + 1, n % 12 + 1, n) for n in range(60_000)
)


@pytest.fixture
def sealed(tmp_path):
    """A function that seals bytes and gives the stream that opens them."""

    def make(data: bytes) -> SealedReader:
        identity = Identity.generate()
        with (tmp_path / "sealed").open("wb") as target:
            seal(io.BytesIO(data), target, recipients=[identity.recipient], pad=True)
        return SealedReader((tmp_path / "sealed").open("rb"), identity=identity, size=len(data))

    return make


def _lines(source: object, **answers: str) -> tuple[list[bytes], dict[str, object]]:
    batches: list[bytes] = []
    summary = importers.inspect(
        source,  # type: ignore[arg-type]
        options=answers,
        on_batch=lambda batch: batches.append(batch.lines),
        ask=False,
    )
    return batches, summary


def test_a_sealed_original_gives_what_the_file_gives(sealed, tmp_path: Path) -> None:
    """The same events, the same ledger and the same digest of the whole."""
    path = tmp_path / "chat.txt"
    path.write_bytes(CHAT)
    from_file, told = _lines(path)
    with sealed(CHAT) as stream:
        from_seal, again = _lines(stream)
        assert importers.detect(stream) == ["whatsapp"]
        assert importers.shape(stream) == importers.shape(path)
        lines = importers.event_lines(stream)
        assert next(lines) == next(importers.event_lines(path))
        lines.close()
    assert from_seal == from_file
    assert {k: v for k, v in again.items() if k != "source"} == {
        k: v for k, v in told.items() if k != "source"
    }
    assert again["source"]["sha256"] == told["source"]["sha256"]  # type: ignore[index]


def test_a_sealed_original_that_was_changed(sealed, tmp_path: Path) -> None:
    """The error of the seal, not one about the words that came out."""
    with sealed(CHAT):
        pass
    with sealed(CHAT) as stream:
        size = (tmp_path / "sealed").stat().st_size
        with (tmp_path / "sealed").open("r+b") as file:
            file.seek(size // 2)
            file.write(b"\0" * 40)
        with pytest.raises(EnvelopeDamaged):
            importers.inspect(stream)


def test_a_stream_that_unpacks_is_read_as_what_it_gives(tmp_path: Path) -> None:
    """Its descriptor is that of the packed file; the child must not get that one."""
    packed = tmp_path / "chat.gz"
    packed.write_bytes(gzip.compress(CHAT))
    with gzip.open(packed) as stream:
        assert importers.inspect(stream)["counts"]["events"] == 60_000  # type: ignore[arg-type, index]


def test_a_stream_that_gives_other_bytes_the_second_time() -> None:
    """What was read is not what was hashed: refused."""

    class Fickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            turned = bytes(reversed(found)) if self.turns > 3 else found
            self.turns += 1
            return turned

        turns = 0

    with pytest.raises((SourceChanged, UnknownFormat)):
        importers.inspect(Fickle(CHAT))


def test_no_descriptor_is_left() -> None:
    """Neither after a reading nor after a refusal."""
    before = _open_files()
    with pytest.raises(UnknownFormat):
        importers.inspect(io.BytesIO(b"dear diary"))
    importers.inspect(io.BytesIO(CHAT))
    assert _open_files() == before


def _open_files() -> int:
    """How many descriptors are open; 0 where the system does not say."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_leaving_a_reading_early(sealed) -> None:
    """Whoever stops in the middle leaves no thread waiting."""

    def stop(_batch: EventBatch) -> None:
        raise KeyboardInterrupt

    with sealed(CHAT) as stream, pytest.raises(KeyboardInterrupt):
        importers.inspect(stream, on_batch=stop, ask=False)


@given(
    data=st.binary(max_size=3000),
    steps=st.lists(st.tuples(st.integers(0, 3200), st.integers(0, 3200)), max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_any_place_and_length(data: bytes, steps: list[tuple[int, int]]) -> None:
    """Over the pipes a read gives what the same read of the bytes gives."""
    with supplied(Stream(io.BytesIO(data))) as supply:
        child = _other_end(supply)
        for at, count in steps:
            assert child.pread(count, at) == data[at : at + count]
        _leave(child)


def test_reading_on_and_jumping_in_a_large_source() -> None:
    """What was asked for ahead is used when it fits and thrown away when it does not."""
    data = os.urandom(1 << 20) * 10
    with supplied(Stream(io.BytesIO(data))) as supply:
        child = _other_end(supply)
        found = b"".join(child.pread(1 << 20, at) for at in range(0, len(data) + 1, 1 << 20))
        assert found == data
        assert child.pread(10, 7) == data[7:17]
        assert child.pread(MOST + 5, 3) == data[3 : MOST + 8]
        assert child.pread(1 << 20, 5) == data[5 : 5 + (1 << 20)]
        assert child.pread(len(data), 0) == data
        _leave(child)


def _other_end(supply) -> Served:
    """The child's side, in this process."""
    given = supply.given
    kept = type(given)(given.size, asks=os.dup(given.asks), answers=os.dup(given.answers))
    supply.begin()
    return Served(kept)


def _leave(child: Served) -> None:
    os.close(child._asks)
    os.close(child._answers)


def test_a_plain_file_is_handed_over_by_descriptor(tmp_path: Path) -> None:
    """No pipe where none is needed."""
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    with path.open("rb") as file, supplied(Descriptor(file.fileno())) as supply:
        assert supply.given.descriptors == (file.fileno(),)
