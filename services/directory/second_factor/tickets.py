"""What a browser holds between two steps, sealed by the directory: that the first step of signing in was done, which
secret an app was given and has not confirmed yet. Nothing of it is written anywhere else."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.base.outside import Outside
from shared.contract.directory.accounts import Way

FIRST_STEP = timedelta(minutes=10)
"""How long a code is waited for"""
OFFERED = timedelta(minutes=30)
"""How long a secret that an app was given may be confirmed"""
NONCE = 12  # bytes
LONGEST = 2000  # characters; ours are shorter


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Who has shown a password or a link, and has yet to show a code. `id`: of the command that begins the session."""

    account: UUID
    way: Way
    id: UUID
    link: UUID | None


class CodeWanted(Exception):
    """The first step was done; a session begins with the second."""

    def __init__(self, first: FirstStep) -> None:
        super().__init__("a code is wanted")
        self.first = first


class Tickets:
    """Seals and opens them under a key of the directory. `network`: they are good in it alone."""

    def __init__(self, key: bytes, network: str, outside: Outside) -> None:
        self._key, self._network, self._outside = AESGCM(key), network, outside

    def after_first(self, first: FirstStep) -> str:
        said = {"account": first.account, "way": first.way, "id": first.id, "link": first.link}
        return self._sealed("first step", said, FIRST_STEP)

    def first(self, ticket: str) -> FirstStep | None:
        """The first step that a ticket says was done; None for one that is over, or none of ours."""
        said = self._opened("first step", ticket)
        if said is None or said["way"] not in get_args(Way):
            return None
        link = said["link"]
        return FirstStep(UUID(said["account"]), said["way"], UUID(said["id"]), UUID(link) if link else None)

    def offering(self, account: UUID, secret: str) -> str:
        return self._sealed("offered", {"account": account, "secret": secret}, OFFERED)

    def offered(self, account: UUID, ticket: str) -> str | None:
        """The secret that this account's app was given; None for a ticket that is over, or another's."""
        said = self._opened("offered", ticket)
        return str(said["secret"]) if said is not None and said["account"] == str(account) else None

    def _sealed(self, about: str, said: Mapping[str, Any], term: timedelta) -> str:
        until = int((self._outside.now() + term).timestamp())
        nonce = self._outside.random(NONCE)
        sealed = self._key.encrypt(nonce, orjson.dumps({**said, "until": until}), self._bound(about))
        return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def _opened(self, about: str, ticket: str) -> dict[str, Any] | None:
        if len(ticket) > LONGEST or not ticket.isascii():
            return None
        try:
            raw = urlsafe_b64decode(ticket.encode() + b"=" * (-len(ticket) % 4))
            said: dict[str, Any] = orjson.loads(self._key.decrypt(raw[:NONCE], raw[NONCE:], self._bound(about)))
        except (NotBase64, InvalidTag, ValueError):
            return None
        now = self._outside.now()
        return said if now <= datetime.fromtimestamp(said["until"], now.tzinfo) else None

    def _bound(self, about: str) -> bytes:
        return f"maillage second factor|{self._network}|{about}".encode()
