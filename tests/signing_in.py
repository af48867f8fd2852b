"""Signing in without pages: accounts by events, sessions by the directory's own signing key, the operator by his token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.contract import Event
from shared.contract.directory.accounts import (
    AccountKind,
    AccountOpened,
    RoleGranted,
    SignedIn,
    SigningKeyPublished,
    TokenIssued,
)  # fmt: skip
from shared.contract.envelope import Provenance, address, sealed_body
from shared.contract.personal import Personal
from shared.identity.operator_token import operator_token
from shared.identity.sessions import Signer
from shared.kernel.eventlog.event_log import Unit, Write
from shared.runtime.service import Service
from shared.web.security.authorization import cookie_name


def operator(service: Service) -> dict[str, str]:
    """The header of whoever sits at the machine: everything is open to them."""
    return {"Authorization": f"Bearer {operator_token(service.around.data / 'keys')}"}


async def say(service: Service, id: UUID, *events: Event, now: datetime | None = None) -> int:
    """Appends events to one entity of the log, as its own service would; the sequence of the last. `now`: when they were
    recorded, without a word of whether the clock was believed, as by a release that did not know that."""
    history = await service.log.load(events[0].service, events[0].entity, id)
    now = now or datetime.now(UTC)
    by = Provenance(actor="test", command=uuid4(), correlation=uuid4())
    writes = []
    for n, event in enumerate(events, history.version + 1):
        event_id = uuid4()
        body = sealed_body(service.network, event, id, id=event_id, version=n, at=now, now=now, by=by)
        writes.append(Write(address(service.network, event, id), str(event_id), body))
    seq = await service.log.append(Unit(writes, {writes[0].subject.rpartition(".")[0]: history.seq}))
    await service.runner.wait_for(seq)
    return seq


@dataclass
class Account:
    """An account of the directory, as a test made it."""

    service: Service
    id: UUID
    label: str

    async def say(self, *events: Event) -> int:
        return await say(self.service, self.id, *events)

    async def session(self, hours: float = 12) -> tuple[UUID, int, datetime]:
        """A session: its id, the sequence of its beginning, its end."""
        session, ends = uuid4(), datetime.now(UTC) + timedelta(hours=hours)
        return session, await self.say(SignedIn(session=session, way="password", ends=ends)), ends

    async def cookie(self) -> dict[str, str]:
        """The cookie of a fresh session, by name."""
        session, seq, ends = await self.session()
        return {cookie_name(self.service.settings): signer(self.service).sign(self.id, session, seq, ends)}

    async def token(self, *scopes: str, hours: float = 1) -> str:
        """A token of the account within `scopes`."""
        from hashlib import sha256

        id, secret = uuid4(), uuid4().hex + uuid4().hex
        ends = datetime.now(UTC) + timedelta(hours=hours)
        digest = sha256(secret.encode()).hexdigest()
        await self.say(TokenIssued(token=id, name="test", digest=digest, scopes=list(scopes), ends=ends))
        return f"mlg_{id.hex}_{secret}"


def signer(service: Service) -> Signer:
    """The directory's key of sessions, in the data folder of the service."""
    return Signer(service.around.data / "keys" / "directory.session-key", service.network)


async def account(service: Service, *roles: str, kind: AccountKind = "staff", label: str = "Secrétariat") -> Account:
    """Opens an account with roles (`<service or all>:<role>`); publishes the signing key where it is not yet."""
    key = signer(service)
    if not (await service.log.load("directory", "signing-key", key.key_id)).events:
        await say(service, key.key_id, SigningKeyPublished(public=key.public))
    id = uuid4()
    grants: Sequence[RoleGranted] = [
        RoleGranted(where=where, role=role)  # type: ignore[arg-type]  # the model checks it
        for where, _, role in (text.partition(":") for text in roles)
    ]
    email = Personal(person=uuid4(), sealed="AAAA")
    await say(service, id, AccountOpened(kind=kind, label=label, email=email), *grants)
    return Account(service, id, label)
