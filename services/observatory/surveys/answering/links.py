"""The links by which surveys are answered: signed, so that nobody can make one; they carry ids only.

A token is base64url of a payload and the first 16 bytes of its HMAC-SHA-256 (RFC 2104) under a key of this
installation, bound to the network and to what the link is for. It has no end of its own: it is good as long as its
survey is open.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from services.observatory.surveys.domain.answer import answer_id
from shared.base.secret_files import mac, same, secret_file
from shared.runtime.faces import Keys, Premises
from shared.runtime.parts import Key

MAC = 16  # bytes
LONGEST = 200  # characters of a token; ours have 87 to 108
NOBODY = UUID(int=0)


class BadLink(Exception):
    """A link that we did not make, or that was cut on its way."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. `answer`: the answer that it leads to, None for the open link before it is given. `person`: of
    the directory's contact to whom it was sent."""

    survey: UUID
    answer: UUID | None = None
    structure: UUID | None = None
    person: UUID | None = None


class Links:
    """Makes and reads tokens. `folder` holds the key, which is made at the first use."""

    def __init__(self, folder: Path, network: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key, self._network = secret_file(folder / "observatory.link-key"), network

    def personal(self, survey: UUID, structure: UUID, person: UUID | None = None) -> str:
        """The token for a structure, and for the one to whom it is sent."""
        return self._signed(b"s" + survey.bytes + structure.bytes + (person or NOBODY).bytes)

    def open(self, survey: UUID) -> str:
        """The token for everybody."""
        return self._signed(b"o" + survey.bytes)

    def changing(self, survey: UUID, answer: UUID) -> str:
        """The token that leads back to an answer given by the open link."""
        return self._signed(b"c" + survey.bytes + answer.bytes)

    def read(self, token: str) -> Link:
        """Raises BadLink."""
        payload = self._read(token)
        kind, ids = payload[:1], [UUID(bytes=payload[at : at + 16]) for at in range(1, len(payload) - 15, 16)]
        match kind, ids:
            case b"s", [survey, structure, person]:
                return Link(survey, answer_id(survey, structure), structure, person if person != NOBODY else None)
            case b"o", [survey]:
                return Link(survey)
            case b"c", [survey, answer]:
                return Link(survey, answer)
        raise BadLink

    def _read(self, token: str) -> bytes:
        if len(token) > LONGEST:
            raise BadLink
        try:
            raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except (NotBase64, ValueError):
            raise BadLink from None
        payload, shown = raw[:-MAC], raw[-MAC:]
        if not same(shown, self._mac(payload)):
            raise BadLink
        return payload

    def _signed(self, payload: bytes) -> str:
        return urlsafe_b64encode(payload + self._mac(payload)).rstrip(b"=").decode()

    def _mac(self, payload: bytes) -> bytes:
        about = f"maillage survey link|{self._network}|".encode()
        return mac(self._key, about + payload)[:MAC]


LINKS: Key[Links] = Key("observatory.survey-links")


def links_of(service: Keys) -> Links:
    """What makes the links of a running service."""
    found = service.parts.get(LINKS)
    return service.parts.put(LINKS, Links(service.keyring.folder, service.network)) if found is None else found


def address(service: Premises, token: str) -> str:
    """The address of the page where a survey is answered."""
    return f"{service.public_url.rstrip('/')}/observatory/answer/{token}"
