"""The tree: two other libraries agree, every proof fits only what it is for."""

from __future__ import annotations

import sys

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.errors import IntegrityError
from tallymark.integrity import checkpoint, signature
from tallymark.integrity.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

DATA = [bytes([index]) * (index % 5) for index in range(40)]
LEAVES = [leaf_hash(data) for data in DATA]
TREE = Tree(LEAVES)
KEY = signature.SigningKey.from_seed(bytes(range(32)))

leaf_lists = st.lists(st.binary(min_size=32, max_size=32), max_size=70)


def test_pymerkle_agrees() -> None:
    """Roots and audit paths are an unrelated library's; its consistency proofs fit our roots."""
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    for size, data in enumerate(DATA, 1):
        theirs.append_entry(data)
        assert theirs.get_root(size) == TREE.root(size)
    for size in (1, 2, 7, 8, 33, 40):
        for index in range(size):
            proof = theirs.prove_inclusion(index + 1, size)
            assert proof.path == [LEAVES[index], *TREE.inclusion(index, size)]
        for old in range(1, size):
            proof = theirs.prove_consistency(old, size)
            pymerkle.verify_consistency(TREE.root(old), TREE.root(size), proof)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="aics-tlog needs Python 3.12 or newer")
def test_aics_tlog_agrees() -> None:
    """Roots, proofs and signed checkpoints are those of a transparency-log library."""
    tlog = pytest.importorskip("aics_tlog")
    theirs = tlog.MerkleTree(DATA)
    for size in (0, 1, 2, 7, 8, 33, 40):
        assert theirs.root(size) == TREE.root(size)
        for index in range(size):
            assert theirs.inclusion_proof(index, size) == TREE.inclusion(index, size)
        for old in range(1, size):
            proof = TREE.consistency(old, size)
            assert theirs.consistency_proof(old, size) == proof
            assert tlog.verify_consistency(old, size, TREE.root(old), TREE.root(size), proof)
    head = checkpoint.Checkpoint("0f1e2d3c/1", 40, TREE.root())
    note = tlog.parse_note(checkpoint.sign(head, key=KEY))
    vkey = tlog.vkey_from_ed25519(head.origin, KEY.public)
    assert tlog.verify_note(note, [vkey])
    assert vkey.key_id == checkpoint.key_id(head.origin, KEY.public)
    read = tlog.parse_checkpoint(head.body())
    assert (read.origin, read.size, read.root) == (head.origin, head.size, head.root)


@given(leaf_lists)
def test_appending_and_building_agree(leaves: list[bytes]) -> None:
    """The frontier, stored and read back at any point, leads to the root of the whole tree."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = Frontier.from_bytes(frontier.to_bytes())
        frontier.append(leaf)
    assert frontier.size == len(leaves)
    assert frontier.root() == Tree(leaves).root() == by_the_letter(leaves)


def by_the_letter(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written there."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else EMPTY_ROOT
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_the_letter(leaves[:split]), by_the_letter(leaves[split:]))


@settings(max_examples=60, deadline=None)
@given(leaf_lists.filter(bool), st.data())
def test_proofs_fit_and_only_there(leaves: list[bytes], data: st.DataObject) -> None:
    """A proof holds for its leaf, place and sizes, and for no other root or leaf."""
    tree = Tree(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion(index, size), tree.root(size)
    given_ = {"index": index, "size": size, "proof": proof}
    assert verify_inclusion(leaves[index], root=root, **given_)
    assert not verify_inclusion(leaf_hash(leaves[index]), root=root, **given_)
    assert not verify_inclusion(leaves[index], root=leaf_hash(root), **given_)
    old = data.draw(st.integers(0, size))
    pair = {"old_size": old, "new_size": size, "proof": tree.consistency(old, size)}
    assert verify_consistency(old_root=tree.root(old), new_root=root, **pair)
    assert not verify_consistency(old_root=leaf_hash(b"x"), new_root=root, **pair)
    if old:
        assert not verify_consistency(old_root=tree.root(old), new_root=leaf_hash(b"x"), **pair)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=40), st.integers(-2, 100), st.integers(-2, 100),
    st.lists(st.binary(min_size=31, max_size=32), max_size=8), st.binary(max_size=40),
)  # fmt: skip
def test_arbitrary_proofs_are_refused(leaf, one, two, proof, root) -> None:
    """Made-up proofs are false, never an error."""
    assert not verify_inclusion(leaf, index=one, size=two, proof=proof, root=root)
    if one != two:
        assert not verify_consistency(
            old_size=one, old_root=leaf, new_size=two, new_root=root, proof=proof
        )


@given(st.binary(max_size=200))
def test_arbitrary_frontiers_are_refused_or_spelt_one_way(data: bytes) -> None:
    """Stored bytes are a frontier in its one spelling, or an IntegrityError."""
    try:
        frontier = Frontier.from_bytes(data)
    except IntegrityError:
        return
    assert frontier.to_bytes() == data


def test_what_is_no_leaf_or_place_is_refused() -> None:
    """Leaf hashes have 32 bytes; sizes and places lie within the log."""
    for act in (
        lambda: Frontier().append(b"short"),
        lambda: Tree([b"short"]),
        lambda: TREE.root(41),
        lambda: TREE.root(-1),
        lambda: TREE.inclusion(40),
        lambda: TREE.inclusion(3, 3),
        lambda: TREE.inclusion(-1),
        lambda: TREE.consistency(5, 4),
        lambda: TREE.consistency(-1),
    ):
        with pytest.raises(IntegrityError):
            act()


def test_the_tree_does_not_hold_on_to_the_list() -> None:
    """A list that grows afterwards does not change a tree already built."""
    leaves = LEAVES[:3]
    tree = Tree(leaves)
    leaves.append(LEAVES[3])
    assert tree.size == 3
