"""The Merkle tree, against the published vectors of Certificate Transparency and against pymerkle.

`vectors.json` is data of github.com/transparency-dev/merkle (Apache-2.0); it says so itself.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from shared.contract.envelope import Message
from shared.ledger import merkle as ledger
from shared.ledger.merkle import (
    Tree,
    consistency_path,
    consistent,
    includes,
    inclusion_path,
    leaf_hash,
    leaf_of,
    message_of,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())


def decoded(values: list[str] | None) -> list[bytes]:
    return [b64decode(value) for value in values or []]


def grown(leaves: list[bytes]) -> tuple[Tree, ledger.Node]:
    """A tree of these leaves, and its nodes."""
    tree = Tree()
    nodes = tree.extend(map(leaf_hash, leaves))
    assert len(nodes) == ledger.nodes_of(tree.size)
    return tree, lambda level, index: nodes[ledger.place(level, index)]


def test_the_published_roots_of_the_test_leaves_come_out() -> None:
    tree = Tree()
    assert tree.root.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for leaf, root in zip(VECTORS["leaves"], VECTORS["roots"], strict=True):
        tree.extend([leaf_hash(bytes.fromhex(leaf))])
        assert tree.root.hex() == root


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda v: v["of"])
def test_an_inclusion_is_judged_as_published(vector: dict[str, Any]) -> None:
    found = includes(
        b64decode(vector["root"]),
        vector["treeSize"],
        vector["leafIdx"],
        b64decode(vector["leafHash"] or ""),
        decoded(vector["proof"]),
    )
    assert found is not vector["wantErr"]


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda v: v["of"])
def test_a_consistency_is_judged_as_published(vector: dict[str, Any]) -> None:
    found = consistent(
        vector["size1"],
        b64decode(vector["root1"] or ""),
        vector["size2"],
        b64decode(vector["root2"] or ""),
        decoded(vector["proof"]),
    )
    assert found is not vector["wantErr"]


def test_the_published_proofs_are_the_ones_that_we_make() -> None:
    _, node = grown([bytes.fromhex(leaf) for leaf in VECTORS["leaves"]])
    made = 0
    for vector in VECTORS["consistency"]:
        if vector["desc"] == "happy path":
            assert consistency_path(vector["size1"], vector["size2"], node) == decoded(vector["proof"])
            made += 1
    for vector in VECTORS["inclusion"]:
        if vector["desc"] == "happy path" and vector["treeSize"] == 8:
            assert inclusion_path(vector["leafIdx"], 8, node) == decoded(vector["proof"])
            made += 1
    assert made == 7


def test_nothing_is_consistent_with_an_empty_tree_or_a_larger_one() -> None:
    _, node = grown([b"a", b"b"])
    for first, second in ((0, 2), (0, 0), (2, 1)):
        with pytest.raises(ValueError):
            consistency_path(first, second, node)
        assert not consistent(first, ledger.EMPTY, second, ledger.EMPTY, [])


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_pymerkle_finds_the_same_roots_and_proofs(leaves: list[bytes], data: st.DataObject) -> None:
    oracle = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        oracle.append_entry(leaf)
    tree, node = grown(leaves)
    assert tree.root == oracle.get_root()
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    root = oracle.get_root(size)
    assert ledger.root_of(size, node) == root
    path = inclusion_path(index, size, node)
    assert oracle.prove_inclusion(index + 1, size).path[1:] == path
    assert includes(root, size, index, leaf_hash(leaves[index]), path)
    path = consistency_path(size, len(leaves), node)
    assert consistent(size, root, len(leaves), tree.root, path)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40), st.data())
def test_a_proof_shows_nothing_else_than_what_it_was_made_for(leaves: list[bytes], data: st.DataObject) -> None:
    tree, node = grown(leaves)
    size = tree.size
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, node)
    leaf = leaf_hash(leaves[index])
    bit = data.draw(st.integers(0, 8 * 32 * len(path) - 1))
    bent = bytearray(b"".join(path))
    bent[bit // 8] ^= 1 << bit % 8
    assert not includes(tree.root, size, index, leaf, [bytes(bent[i : i + 32]) for i in range(0, len(bent), 32)])
    assert not includes(tree.root, size, index, leaf, path[:-1])
    assert not includes(tree.root, size, index, leaf, [*path, leaf])
    assert not includes(tree.root, size, index, leaf_hash(leaves[index] + b"x"), path)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_tree_goes_on_from_its_right_edge_alone(first: int, more: int) -> None:
    hashes = [leaf_hash(n.to_bytes(2, "big")) for n in range(first + more)]
    whole, begun = Tree(), Tree()
    nodes = begun.extend(hashes[:first])
    going_on = Tree(first, ledger.edge_of(first, lambda level, index: nodes[ledger.place(level, index)]))
    assert nodes + going_on.extend(hashes[first:]) == whole.extend(hashes)
    assert going_on.root == whole.root


def test_an_edge_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError):
        Tree(3, [b"\x00" * 32])


@given(st.integers(1, 2**60), st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.binary(max_size=40))
def test_a_leaf_reads_back_as_the_message_that_it_is(seq: int, subject: str, body: bytes) -> None:
    message = Message(seq, subject, body)
    assert message_of(leaf_of(message)) == message


def test_subject_and_body_can_not_be_shifted_into_each_other() -> None:
    assert leaf_of(Message(1, "a.b", b"c")) != leaf_of(Message(1, "a.", b"bc"))
    assert leaf_of(Message(1, "a", b"")) != leaf_of(Message(2, "a", b""))


@pytest.mark.parametrize("bytes_", [b"", b"\x00" * 11, (1).to_bytes(8, "big") + (9).to_bytes(4, "big") + b"short"])
def test_what_is_no_leaf_is_refused(bytes_: bytes) -> None:
    with pytest.raises(ValueError):
        message_of(bytes_)
