"""The ledger: a Merkle tree over the exact messages of the log (RFC 6962 §2.1), and signed heads of it.

A leaf is one message of the stream, void or not: its sequence (8 bytes, big-endian), the length of its subject (4
bytes, big-endian), its subject in UTF-8, its body as it lies in the stream. Sequence n is leaf n-1, so a message can be
neither changed nor moved, and where one part ends is never in doubt. A head is signed as a C2SP checkpoint
(c2sp.org/tlog-checkpoint, c2sp.org/signed-note, Ed25519), so that verifiers of others read ours.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.contract.envelope import Message

HASH = 32  # bytes
EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""

# -- the tree -----------------------------------------------------------------------------------------------------

Node = Callable[[int, int], bytes]
"""(level, index) → the root of the complete subtree of 2**level leaves that begins at leaf index * 2**level."""


def leaf_of(message: Message) -> bytes:
    """The bytes that stand for a message in the tree."""
    subject = message.subject.encode()
    return message.seq.to_bytes(8, "big") + len(subject).to_bytes(4, "big") + subject + message.body


def message_of(leaf: bytes) -> Message:
    """The reverse of `leaf_of`. Raises ValueError where the bytes are no leaf."""
    end = 12 + int.from_bytes(leaf[8:12], "big")
    if len(leaf) < end or len(leaf) < 12:
        raise ValueError("no leaf of the ledger")
    return Message(int.from_bytes(leaf[:8], "big"), leaf[12:end].decode(), leaf[end:])


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree, of which only the right edge is kept: the roots of its complete subtrees, the largest first."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size, self._edge = size, list(edge)
        if len(self._edge) != size.bit_count():
            raise ValueError(f"{len(self._edge)} hashes are no edge of a tree of {size}")

    def extend(self, leaves: Iterable[bytes]) -> list[bytes]:
        """Adds the hashes of leaves. Returns every node that is complete by now and was not before, in the order of
        `place`."""
        edge, size, complete = self._edge, self.size, []
        for node in leaves:
            complete.append(node)
            rest = size
            while rest & 1:
                node = sha256(b"\x01" + edge.pop() + node).digest()
                complete.append(node)
                rest >>= 1
            edge.append(node)
            size += 1
        self.size = size
        return complete

    @property
    def root(self) -> bytes:
        return _folded(self._edge)

    def copy(self) -> Tree:
        return Tree(self.size, self._edge)


def _folded(parts: Sequence[bytes]) -> bytes:
    if not parts:
        return EMPTY
    root = parts[-1]
    for part in reversed(parts[:-1]):
        root = node_hash(part, root)
    return root


def place(level: int, index: int) -> int:
    """Where a node stands in a list to which each leaf adds itself and then the nodes that it completes, upwards."""
    last = ((index + 1) << level) - 1  # the leaf that completes it
    return 2 * last - last.bit_count() + level


def nodes_of(size: int) -> int:
    """How long that list is for a tree of this size."""
    return 2 * size - size.bit_count()


def edge_of(size: int, node: Node) -> list[bytes]:
    """The right edge of a tree: what `Tree` goes on from."""
    return _parts(0, size, node)


def root_of(size: int, node: Node) -> bytes:
    return _folded(edge_of(size, node))


def _parts(start: int, end: int, node: Node) -> list[bytes]:
    """The largest complete subtrees of the leaves start … end-1, where start is aligned as RFC 6962 splits."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(node(level, start >> level))
        start += 1 << level
    return found


def _half(count: int) -> int:
    """The largest power of two below a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """RFC 6962 §2.1.1: what leads from a leaf to the root of a tree of `size`. Raises ValueError beyond the tree."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            path.append(_folded(_parts(middle, end, node)))
            end = middle
        else:
            path.append(_folded(_parts(start, middle, node)))
            start = middle
    return path[::-1]


def consistency_path(first: int, second: int, node: Node) -> list[bytes]:
    """RFC 6962 §2.1.2: what shows that a tree of `second` leaves begins with the tree of `first`. Raises ValueError for
    sizes out of order and for a first size of 0, from which nothing can be shown."""
    if not 0 < first <= second:
        raise ValueError(f"nothing shows that a tree of {second} begins with one of {first}")
    path, start, end = [], 0, second
    while first != end:
        middle = start + _half(end - start)
        if first <= middle:
            path.append(_folded(_parts(middle, end, node)))
            end = middle
        else:
            path.append(_folded(_parts(start, middle, node)))
            start = middle
    if start:
        path.append(_folded(_parts(start, end, node)))
    return path[::-1]


def includes(root: bytes, size: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether the hash `leaf` stands at `index` of the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != HASH:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0 or len(p) != HASH:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the second tree begins with the first (RFC 9162 §2.1.4.2). Never true for a first size of 0."""
    if not 0 < first <= second or any(len(p) != HASH for p in path):
        return False
    if first == second:
        return not path and first_root == second_root
    if not path:
        return False
    rest = list(path) if first & (first - 1) else [first_root, *path]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = rest[0]
    for c in rest[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


# -- the signed head ----------------------------------------------------------------------------------------------

ED25519 = b"\x01"  # the type of signature, in C2SP signed-note
NOTE_LIMIT = 64 * 1024  # bytes of a note
SIZE_LIMIT = 2**62  # leaves
_is_name = re.compile(r"[^\s+]+").fullmatch
_is_size = re.compile(r"0|[1-9][0-9]{0,18}").fullmatch
_control = re.compile(r"[\x00-\x09\x0b-\x1f]").search


class NotVerified(Exception):
    """A note, a key or a proof that must not be believed; the text says why."""


@dataclass(frozen=True)
class VerifierKey:
    """The public key of a log: `<name>+<key id in hex>+<base64 of type and key>` as text, as C2SP signed-note has
    it."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """Raises NotVerified."""
        parts = text.strip().split("+", 2)  # base64 has a plus of its own
        if len(parts) != 3 or not _is_name(parts[0]):
            raise NotVerified("this is no public key of a ledger: it reads <name>+<8 hexadecimal digits>+<base64>")
        encoded = _decoded(parts[2])
        if encoded is None or encoded[:1] != ED25519 or len(encoded) != 1 + HASH:
            raise NotVerified("this is no public key of a ledger that signs with Ed25519")
        key = cls(parts[0], encoded[1:])
        if key.id.hex() != parts[1]:
            raise NotVerified("the public key of the ledger does not fit its own name and number: it was mistyped")
        return key


@dataclass(frozen=True)
class SigningKey:
    """What signs: the log's name and 32 secret bytes (RFC 8032)."""

    name: str
    secret: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, secret: bytes) -> SigningKey:
        """Raises ValueError for a name with spaces or a plus, or a secret of another length."""
        if not _is_name(name):
            raise ValueError(f"a ledger can't be called {name!r}: no spaces, no plus")
        return cls(name, Ed25519PrivateKey.from_private_bytes(secret))

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.secret.public_key().public_bytes_raw())


@dataclass(frozen=True)
class TreeHead:
    """What a checkpoint says: the tree of the log `origin` has this root at this size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def signed(head: TreeHead, key: SigningKey) -> str:
    """The checkpoint: the text of the head, an empty line, the signature."""
    signature = b64encode(key.verifier.id + key.secret.sign(head.text.encode())).decode()
    return f"{head.text}\n— {key.name} {signature}\n"


def verified(note: str, key: VerifierKey) -> TreeHead:
    """The head in a checkpoint that this key signed. Signatures of other keys are ignored. Raises NotVerified."""
    if len(note) > NOTE_LIMIT or _control(note):
        raise NotVerified("this is no checkpoint: it is too long, or not plain text")
    text, empty, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    if not empty or not signatures.endswith("\n") or len(lines) < 3 or not all(lines):
        raise NotVerified("this is no checkpoint: it has not the form of one")
    text += "\n"
    root = _decoded(lines[2])
    if not _is_size(lines[1]) or int(lines[1]) > SIZE_LIMIT or root is None or len(root) != HASH:
        raise NotVerified("this is no checkpoint: its size or its root can't be read")
    good = False
    for line in signatures[:-1].split("\n"):
        dash, name, encoded = (line.split(" ") + [""] * 3)[:3]
        signature = _decoded(encoded)
        if dash != "—" or not _is_name(name) or line.count(" ") != 2 or signature is None or len(signature) < 5:
            raise NotVerified("this is no checkpoint: a line of signature can't be read")
        if name != key.name or signature[:4] != key.id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
        except (InvalidSignature, ValueError):
            raise NotVerified("the signature is wrong") from None
        good = True
    if not good:
        raise NotVerified(f"it is not signed by {key.name} with the key {key.id.hex()}")
    if lines[0] != key.name:
        raise NotVerified(f"it speaks of another log: {lines[0]}")
    return TreeHead(lines[0], int(lines[1]), root)


def _decoded(text: str) -> bytes | None:
    """The bytes of base64 as RFC 4648 §4 writes them; None for any other writing of them."""
    try:
        found = b64decode(text, validate=True)
    except ValueError:
        return None
    return found if b64encode(found).decode() == text else None


def fingerprint(key: VerifierKey) -> str:
    """A short name of a key, to be read aloud: the first 16 bytes of the SHA-256 of its text, in groups of four."""
    digits = sha256(str(key).encode()).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))
