"""Links that let somebody in: signed, so that nobody can make one; good once and for a short while.

A token carries ids only, nothing about a person: base64url of a payload and the first 16 bytes of its HMAC-SHA-256
(RFC 2104) under a key of this installation, bound to the network and to what the link is for. One that was sent by mail
carries a keyed hash of the address, too: what it proves is that its holder reads the mail of that address.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from shared.base.secret_files import mac, same, secret_file

GOOD_FOR = timedelta(minutes=15)
INVITATION = timedelta(days=3)  # the first link of an account that an administrator has opened
MAC = MARK = 16  # bytes


class BadLink(Exception):
    """A link that we did not make, or that was cut on its way."""


class OldLink(Exception):
    """A link of ours that can't be followed any more."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who may come in by a link, and its id, by which it is known when it comes a second time. `mark`: of the address
    to which it was sent (`Links.mark`, its beginning); empty where it was sent to none."""

    person: UUID
    link: UUID
    mark: bytes = b""


class Links:
    """Makes and reads tokens. `folder` holds the key, which is made at the first use."""

    def __init__(self, folder: Path, network: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key, self._network = secret_file(folder / "directory.link-key"), network

    def token(self, person: UUID, link: UUID, until: datetime, *, to: str | None = None) -> str:
        """The token of a link that lets this person in, once, until then. `to`: the address that it is sent to."""
        ends, mark = int(until.timestamp()), self.mark(to)[:MARK] if to is not None else b""
        payload = b"e" + person.bytes + link.bytes + mark + ends.to_bytes(6, "big")
        return urlsafe_b64encode(payload + self._mac(payload)).rstrip(b"=").decode()

    def read(self, token: str, now: datetime) -> Entrance:
        """Raises BadLink or OldLink."""
        payload = self._payload(token, b"e", (39, 39 + MARK), now)
        return Entrance(UUID(bytes=payload[1:17]), UUID(bytes=payload[17:33]), payload[33:-6])

    def claim_token(self, claim: UUID, until: datetime) -> str:
        """The token of a link that says: the address of this claim is mine."""
        payload = b"c" + claim.bytes + int(until.timestamp()).to_bytes(6, "big")
        return urlsafe_b64encode(payload + self._mac(payload)).rstrip(b"=").decode()

    def read_claim(self, token: str, now: datetime) -> UUID:
        """The claim of a token. Raises BadLink or OldLink."""
        return UUID(bytes=self._payload(token, b"c", (23,), now)[1:17])

    def _payload(self, token: str, what: bytes, lengths: tuple[int, ...], now: datetime) -> bytes:
        """What a token of this kind says, its end checked."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except (NotBase64, ValueError):
            raise BadLink from None
        payload, shown = raw[:-MAC], raw[-MAC:]
        if not same(shown, self._mac(payload)) or payload[:1] != what or len(payload) not in lengths:
            raise BadLink
        if datetime.fromtimestamp(int.from_bytes(payload[-6:], "big"), UTC) < now:
            raise OldLink
        return payload

    def mark(self, address: str) -> bytes:
        """A keyed hash of a mail address, to count and to compare without keeping it."""
        folded = address.strip().casefold().encode(errors="surrogatepass")
        return mac(self._key, b"address|" + folded)

    def _mac(self, payload: bytes) -> bytes:
        about = f"maillage sign-in link|{self._network}|".encode()
        return mac(self._key, about + payload)[:MAC]
