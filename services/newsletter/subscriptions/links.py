"""The links in mails: signed, so that nobody can make one; they carry ids only, nothing about a person.

A token is base64url of a payload and the first 16 bytes of its HMAC-SHA-256 (RFC 2104) under a key of this
installation, bound to the network and to what the link is for.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from shared.base.secret_files import mac, same, secret_file
from shared.contract.newsletter.bulletins import BulletinCode
from shared.runtime.parts import Key

MAC = 16  # bytes


class BadLink(Exception):
    """A link that we did not make, or that was cut on its way."""


class OldLink(Exception):
    """A link of ours that can't be followed any more."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """What a link to confirm says."""

    subscriber: UUID
    request: UUID


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a link to unsubscribe says. It never ends: an old mail must still let people leave."""

    subscriber: UUID
    bulletin: BulletinCode


class Links:
    """Makes and reads tokens. `folder` holds the key, which is made at the first use."""

    def __init__(self, folder: Path, network: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key, self._network = secret_file(folder / "newsletter.link-key"), network

    def confirming(self, subscriber: UUID, request: UUID, expires: datetime) -> str:
        """The token of a link to confirm, good until `expires`."""
        return self._signed(b"c" + subscriber.bytes + request.bytes + int(expires.timestamp()).to_bytes(6, "big"))

    def leaving(self, subscriber: UUID, bulletin: BulletinCode) -> str:
        """The token of a link to unsubscribe."""
        return self._signed(b"u" + subscriber.bytes + bulletin.encode())

    def read_confirming(self, token: str, now: datetime) -> Confirming:
        """Raises BadLink or OldLink."""
        payload = self._read(token, b"c")
        if len(payload) != 39:
            raise BadLink
        if datetime.fromtimestamp(int.from_bytes(payload[33:], "big"), UTC) < now:
            raise OldLink
        return Confirming(UUID(bytes=payload[1:17]), UUID(bytes=payload[17:33]))

    def read_leaving(self, token: str) -> Leaving:
        """Raises BadLink."""
        payload = self._read(token, b"u")
        code = payload[17:].decode(errors="replace")
        if not code:
            raise BadLink
        return Leaving(UUID(bytes=payload[1:17]), code)

    def _read(self, token: str, kind: bytes) -> bytes:
        try:
            raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except (NotBase64, ValueError):
            raise BadLink from None
        payload, shown = raw[:-MAC], raw[-MAC:]
        if not same(shown, self._mac(payload)) or payload[:1] != kind:
            raise BadLink
        return payload

    def _signed(self, payload: bytes) -> str:
        return urlsafe_b64encode(payload + self._mac(payload)).rstrip(b"=").decode()

    def _mac(self, payload: bytes) -> bytes:
        about = f"maillage newsletter link|{self._network}|".encode()
        return mac(self._key, about + payload)[:MAC]


LINKS: Key[Links] = Key("newsletter.links")
"""The links of this service's mails, from its opening on."""
