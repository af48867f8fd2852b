"""The browsers by which somebody has come in before: a signed cookie that names the accounts, and nothing of the
machine. It opens nothing by itself. Whoever shows it does not wait because of what others try at the account's address,
and coming in by one without it is told to the holder (docs/privacy.md).

The cookie is base64url of up to eight accounts (16 bytes) with the millisecond at which each came in last (6), and the
first 16 bytes of an HMAC-SHA-256 over them and the network's name.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from shared.base.secret_files import mac, same, secret_file
from shared.base.settings import Settings
from shared.web.security.authorization import is_https

MAC, ENTRY = 16, 22  # bytes
MOST = 8  # accounts of one browser; that which came in longest ago gives way
Known = Mapping[UUID, datetime]
"""account → when it came in last by a browser"""


class Browsers:
    """Makes and reads the cookies of one installation. `folder` holds the key of its sign-in links, which signs these,
    too; `days`: how long a browser is known after its account came in last."""

    def __init__(self, folder: Path, network: str, days: int) -> None:
        self._key, self._network, self._term = secret_file(folder / "directory.link-key"), network, timedelta(days=days)

    def known(self, request: Request, settings: Settings, now: datetime) -> Known:
        """The accounts that came in by this browser within the term; none where nothing, or nothing of ours, is
        shown."""
        return self.read(request.cookies.get(_name(settings), ""), now)

    def remember(self, response: Response, known: Known, account: UUID, settings: Settings, now: datetime) -> None:
        """Hands out the cookie of a browser by which an account has just come in."""
        secure = is_https(settings)
        value, age = self.cookie({**known, account: now}), int(self._term.total_seconds())
        response.set_cookie(_name(settings), value, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")

    def cookie(self, known: Known) -> str:
        latest = sorted(known.items(), key=lambda one: one[1], reverse=True)[:MOST]
        payload = b"".join(account.bytes + int(at.timestamp() * 1000).to_bytes(6, "big") for account, at in latest)
        return urlsafe_b64encode(payload + self._mac(payload)).rstrip(b"=").decode()

    def read(self, cookie: str, now: datetime) -> Known:
        try:
            raw = urlsafe_b64decode(cookie.encode("ascii") + b"=" * (-len(cookie) % 4))
        except (NotBase64, ValueError):
            return {}
        payload, shown = raw[:-MAC], raw[-MAC:]
        if not payload or len(payload) % ENTRY or not same(shown, self._mac(payload)):
            return {}
        found = {}
        for at in range(0, len(payload), ENTRY):
            one = payload[at : at + ENTRY]
            came = datetime.fromtimestamp(int.from_bytes(one[16:], "big") / 1000, UTC)
            if came + self._term > now:
                found[UUID(bytes=one[:16])] = came
        return found

    def _mac(self, payload: bytes) -> bytes:
        return mac(self._key, f"maillage known browser|{self._network}|".encode() + payload)[:MAC]


def _name(settings: Settings) -> str:
    return "__Host-maillage-browser" if is_https(settings) else "maillage-browser"
