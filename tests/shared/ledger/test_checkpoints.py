"""Checkpoints: the form of C2SP, and that nothing but what was signed is believed."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.merkle import NotVerified, SigningKey, TreeHead, VerifierKey, signed, verified

KEY = SigningKey.of("exemple.invalid/journal", bytes(range(32)))
HEAD = TreeHead(KEY.name, 20852163, bytes(range(32, 64)))
NOTE = signed(HEAD, KEY)

# The example of c2sp.org/signed-note: a verifier key, and a note that it verifies.
THEIR_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def test_a_checkpoint_has_the_form_of_c2sp() -> None:
    lines = NOTE.split("\n")
    assert lines[:4] == ["exemple.invalid/journal", "20852163", b64encode(HEAD.root).decode(), ""]
    dash, name, signature = lines[4].split(" ")
    assert (dash, name, lines[5:]) == ("\u2014", KEY.name, [""])
    assert b64decode(signature)[:4] == KEY.verifier.id
    assert len(b64decode(signature)) == 4 + 64


def test_what_was_signed_is_believed() -> None:
    assert verified(NOTE, KEY.verifier) == HEAD
    assert verified(NOTE, VerifierKey.read(str(KEY.verifier))) == HEAD


def test_the_key_of_the_published_example_has_the_published_number() -> None:
    key = VerifierKey.read(THEIR_KEY)
    assert (key.name, key.id.hex(), str(key)) == ("example.com/foo", "530d903a", THEIR_KEY)


def test_the_published_example_verifies_but_is_no_checkpoint() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = VerifierKey.read(THEIR_KEY)
    signature = b64decode(
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    )
    assert signature[:4] == key.id
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], b"This is an example message.\n")
    note = f"This is an example message.\n\n— {key.name} {b64encode(signature).decode()}\n"
    with pytest.raises(NotVerified, match="no checkpoint"):
        verified(note, key)


@given(st.integers(0, 8 * len(NOTE.encode()) - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    bent = bytearray(NOTE.encode())
    bent[bit // 8] ^= 1 << bit % 8
    try:
        text = bent.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(NotVerified):
        verified(text, KEY.verifier)


@given(st.text(max_size=300))
def test_any_text_is_refused_clearly(text: str) -> None:
    with pytest.raises(NotVerified):
        verified(text, KEY.verifier)
    with pytest.raises(NotVerified):
        VerifierKey.read(text)


def test_a_signature_of_somebody_else_changes_nothing_and_is_not_enough() -> None:
    other = SigningKey.of("witness.invalid", bytes(32))
    theirs = signed(TreeHead(KEY.name, HEAD.size, HEAD.root), other)
    both = NOTE + theirs.rpartition("\n\n")[2]
    assert verified(both, KEY.verifier) == HEAD
    with pytest.raises(NotVerified, match="not signed by"):
        verified(theirs, KEY.verifier)
    same_name = SigningKey.of(KEY.name, bytes(32))
    with pytest.raises(NotVerified, match="not signed by"):
        verified(signed(HEAD, same_name), KEY.verifier)


def test_a_head_of_another_log_is_refused_though_the_key_signed_it() -> None:
    with pytest.raises(NotVerified, match="another log"):
        verified(signed(TreeHead("autre.invalid/journal", 1, HEAD.root), KEY), KEY.verifier)


@pytest.mark.parametrize(
    "bent",
    [
        NOTE.replace("20852163", "020852163"),
        NOTE.replace("20852163", "-1"),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n\n", "\n\n\n"),
        NOTE.rstrip("\n"),
        NOTE + "\n",
        NOTE.replace("— ", "- "),
        NOTE.replace("=\n", "==\n"),
        NOTE + "— x y\n",
        "\n" + NOTE,
        NOTE + "x" * 70_000,
    ],
)
def test_another_form_is_refused(bent: str) -> None:
    with pytest.raises(NotVerified):
        verified(bent, KEY.verifier)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_a_name_that_would_not_read_back_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        SigningKey.of(name, bytes(32))


@pytest.mark.parametrize(
    "bent", [THEIR_KEY.replace("530d903a", "530d903b"), THEIR_KEY[:-1], THEIR_KEY.replace("Aek", "Bek")]
)
def test_a_mistyped_key_is_refused(bent: str) -> None:
    with pytest.raises(NotVerified):
        VerifierKey.read(bent)
