"""Proofs that one event stands in the log that was signed: made from the archive, checked with the public key alone."""

from __future__ import annotations

import contextlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from shared.base.gc_pause import uncollected
from shared.contract.envelope import Message
from shared.ledger.archive_format import Archive, ArchiveDamaged
from shared.ledger.merkle import (
    NotVerified,
    Tree,
    TreeHead,
    VerifierKey,
    includes,
    inclusion_path,
    leaf_hash,
    leaf_of,
    place,
    verified,
)

PROOF = "maillage-proof@v1"


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Shows that one event stands in the log that was signed. Hashes and bytes in base64 (RFC 4648 §4).

    `leaf` is the hash of the leaf, `path` its audit path (RFC 6962 §2.1.1) in the tree of `checkpoint`. `subject` and
    `body` are the event itself; without them the proof is of the hash alone.
    """

    format: str = PROOF
    seq: int
    leaf: str
    path: list[str]
    checkpoint: str
    key: str
    subject: str | None = None
    body: str | None = None


class Proven(NamedTuple):
    """What a proof shows: that this stands in the log at its place, among `head.size` events."""

    seq: int
    head: TreeHead
    message: Message | None


def proof_of(
    seq: int, note: str, key: VerifierKey, node: Callable[[int, int], bytes], message: Message | None = None
) -> Proof:
    """Raises ValueError for an event that the checkpoint does not cover, NotVerified for a checkpoint that is none, and
    ArchiveDamaged where these nodes prove nothing."""
    head = verified(note, key)
    leaf, path = node(0, seq - 1), inclusion_path(seq - 1, head.size, node)
    if not includes(head.root, head.size, seq - 1, leaf, path):
        raise ArchiveDamaged("tree", f"it does not lead from event {seq} to the signed root")
    return Proof(
        seq=seq,
        leaf=b64encode(leaf).decode(),
        path=[b64encode(part).decode() for part in path],
        checkpoint=note,
        key=str(key),
        subject=message.subject if message else None,
        body=b64encode(message.body).decode() if message else None,
    )


def prove(archive: Archive, key: VerifierKey, wanted: Callable[[Message], bool], *, after: int = 0) -> Proof | None:
    """A proof of the first event that is wanted, from the archive alone; None where there is none. `after`: the event
    is later in the log than this. Raises NotVerified where it is not signed, or where the archive is not what was
    signed, and ArchiveDamaged."""
    latest = archive.latest()
    if latest is None:
        raise NotVerified("there is no checkpoint in this archive yet")
    head = verified(latest, key)
    found = next((message for run in archive.read(after) for message in run if wanted(message)), None)
    if found is None:
        return None
    if found.seq > head.size:
        raise NotVerified(f"event {found.seq} is not signed yet; the latest checkpoint covers {head.size} events")
    for node in (archive.kept_node, _nodes(archive, head.size)):
        with contextlib.suppress(ArchiveDamaged):  # of the file `tree`; then it is computed
            if node(0, found.seq - 1) == leaf_hash(leaf_of(found)):
                return proof_of(found.seq, latest, key, node, found)
    raise NotVerified("the archive is not the one that was signed; `maillage audit verify` says where it differs")


def _nodes(archive: Archive, size: int) -> Callable[[int, int], bytes]:
    """The nodes of the tree, computed from every event once the first is asked for."""
    nodes: list[bytes] = []

    def node(level: int, index: int) -> bytes:
        if not nodes:
            tree = Tree()
            with uncollected():
                for run in archive.read():
                    nodes.extend(tree.extend(leaf_hash(leaf_of(message)) for message in run[: size - tree.size]))
                    if tree.size == size:
                        break
            if tree.size < size:
                raise NotVerified(f"the archive ends with event {tree.size}, but {size} were signed")
        return nodes[place(level, index)]

    return node


def check(text: bytes, key: VerifierKey) -> Proven:
    """What a proof shows to somebody who trusts this key. Raises NotVerified."""
    try:
        proof = msgspec.json.decode(text, type=Proof)
        leaf, path = b64decode(proof.leaf, validate=True), [b64decode(part, validate=True) for part in proof.path]
        body = None if proof.body is None else b64decode(proof.body, validate=True)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise NotVerified(f"this is no proof of Maillage ({error})") from None
    if proof.format != PROOF or not 0 < proof.seq < 2**62:
        raise NotVerified("this is no proof of a kind that is known here")
    if (body is None) != (proof.subject is None):
        raise NotVerified("the proof has only half of an event")
    message = None
    if body is not None and proof.subject is not None:
        message = Message(proof.seq, proof.subject, body)
        if leaf_hash(leaf_of(message)) != leaf:
            raise NotVerified("the event in the proof is not the one whose hash it proves")
    head = verified(proof.checkpoint, key)
    if not includes(head.root, head.size, proof.seq - 1, leaf, path):
        raise NotVerified(f"the path does not lead from event {proof.seq} to the signed root")
    return Proven(proof.seq, head, message)
