"""The BagIt conformance suite, version 1.0, folder by folder, against what a bundle may be.

A bundle is a narrow profile of BagIt 1.0: SHA-256 alone, and our statement and signature in it.
So the suite's one valid bag is refused too, for that reason and no other.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_samples import vectors
from tallymark.errors import VerificationError
from tallymark.verify import inventory, verify

# folder: the words in check 2, and what the sha256 manifest alone gives
EXPECTED = {
    "valid/basicBag": ("manifest-sha256.txt is missing", None),  # SHA-512 only
    "invalid/bagit-with-invalid-whitespace": (
        "a line that is not a digest",
        1,
    ),  # its tag manifest; bagit.txt below
    "invalid/notAllManifestsListAllFiles": ("manifest-sha256.txt is missing", None),
    "invalid/same-filename-listed-twice-with-different-hashes": ("twice", "twice"),
    "invalid/same-filename-listed-twice-with-the-same-hash": ("twice", "twice"),
}


def _folders(root: Path) -> set[str]:
    return {
        str(path.relative_to(root))
        for kind in ("valid", "invalid")
        for path in (root / kind).iterdir()
    }


def test_every_folder_of_the_suite_has_an_expectation() -> None:
    """A folder added to the suite is not passed over."""
    assert _folders(vectors("bagit-conformance") / "v1.0") == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_bag_that_is_no_bundle_fails_the_inventory(name: str) -> None:
    """Each is refused at check 2 for the stated reason; a folder of files is no container fault."""
    words, _ = EXPECTED[name]
    verdict = verify(vectors("bagit-conformance") / "v1.0" / name)
    assert verdict.checks[0].ok
    assert 2 in verdict.failed
    assert words in verdict.checks[1].detail


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_their_manifests_are_read_as_stated(name: str) -> None:
    """A file listed twice is refused with the same hash or another; other manifests are read."""
    _, expected = EXPECTED[name]
    path = vectors("bagit-conformance") / "v1.0" / name / "manifest-sha256.txt"
    if expected is None:
        assert not path.exists()
    elif isinstance(expected, int):
        assert len(inventory.parse_manifest(path.read_bytes())) == expected
    else:
        with pytest.raises(VerificationError, match=expected):
            inventory.parse_manifest(path.read_bytes())


def test_white_space_in_bagit_txt_is_refused() -> None:
    """The suite's bad bagit.txt is not the one that a bundle has."""
    folder = vectors("bagit-conformance") / "v1.0/invalid/bagit-with-invalid-whitespace"
    assert (folder / "bagit.txt").read_bytes() != inventory.BAGIT_TXT
