"""The view `access`, which every service has beside its own: what each account may do, and the keys of sessions.

It holds no personal data: an account has a label that says its function. Documents of accounts and of signing keys
have the id of their entity as key, so one question to the store finds both that a cookie needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.accounts import (
    AccountClosed,
    AccountOpened,
    AccountReopened,
    AccountRevised,
    LinkHandedOver,
    PasswordSet,
    RoleGranted,
    RoleWithdrawn,
    SessionBegan,
    SessionEnded,
    SessionEvent,
    SessionsEnded,
    SignedIn,
    SignedOut,
    SigningKeyPublished,
    SigningKeyWithdrawn,
    TokenIssued,
    TokenWithdrawn,
)
from shared.contract.directory.capabilities import CapabilityGranted, CapabilityWithdrawn
from shared.contract.envelope import Recorded
from shared.identity import capabilities
from shared.kernel.views.projection import Document, View

MOST_TOLD = 5  # that are kept of what a holder is told
Change = Callable[[Document, Any, Recorded], Document]


def _opened(document: Document | None, event: AccountOpened, at: Recorded) -> Document:
    return {
        "sort": "account",
        "kind": event.kind,
        "label": event.label,
        "closed": False,
        "roles": [],
        "capabilities": [],
        "had": [],
        "sessions": {},
        "tokens": {},
        "token_ids": [],
        "told": [],
        "seen": False,
    }


def _known(change: Change) -> Callable[[Document | None, Any, Recorded], Document | None]:
    """What happens to an account that nobody opened changes nothing."""
    return lambda document, event, at: None if document is None else change(document, event, at)


def _revised(document: Document, event: AccountRevised, at: Recorded) -> Document:
    return {**document, "kind": event.kind or document["kind"], "label": event.label or document["label"]}


def _closed(document: Document, event: AccountClosed, at: Recorded) -> Document:
    return {**document, "closed": True, "capabilities": [], "sessions": {}, "tokens": {}, "token_ids": []}


def _granted(document: Document, event: RoleGranted, at: Recorded) -> Document:
    grant = f"{event.where}:{event.role}"
    return {**document, "roles": sorted({*document["roles"], grant})}


def _withdrawn(document: Document, event: RoleWithdrawn, at: Recorded) -> Document:
    return {**document, "roles": [one for one in document["roles"] if one != f"{event.where}:{event.role}"]}


def _capable(document: Document, event: CapabilityGranted, at: Recorded) -> Document:
    """`had`: which it ever had, from which it is known whether the network gave one to anybody (ADR 69)."""
    if document["closed"]:
        return document
    had = sorted({*document["had"], event.capability})
    return {**document, "capabilities": capabilities.granted(document["capabilities"], event), "had": had}


def _incapable(document: Document, event: CapabilityWithdrawn, at: Recorded) -> Document:
    return {**document, "capabilities": capabilities.withdrawn(document["capabilities"], event)}


def _password(document: Document, event: PasswordSet, at: Recorded) -> Document:
    return {**document, "sessions": {id: ends for id, ends in document["sessions"].items() if id == str(event.kept)}}


def _signed_in(document: Document, event: SignedIn | SessionBegan, at: Recorded) -> Document:
    if document["closed"]:  # it was closed just before: what began then holds as little as what ended with it
        return document
    # Those that ended before this one began would only pile up.
    open_ = {id: ends for id, ends in document["sessions"].items() if datetime.fromisoformat(ends) > at.time}
    document = {**document, "seen": True, "sessions": {**open_, _session(event, at): event.ends.isoformat()}}
    if isinstance(event, SessionBegan) and (event.browser == "new" or event.way == "handed-link"):
        return _told(
            document, "session", at, given_to=event.given_to, way=event.way, browser=event.browser, session=at.entity_id
        )
    return document


def _handed(document: Document, event: LinkHandedOver, at: Recorded) -> Document:
    """Who gives a link to themselves need not be told, nor who comes in for the first time by the one that they were
    handed: of whoever came in before them by it they are."""
    quiet = str(event.given_to) == at.entity_id or not document["seen"]
    return document if quiet else _told(document, "link", at, given_to=event.given_to)


def _told(document: Document, what: str, at: Recorded, *, given_to: UUID | None, **more: str | None) -> Document:
    """What a holder is told on their pages, the latest of it."""
    one = {"what": what, "at": at.cloud.time, "given_to": str(given_to) if given_to else None, **more}
    return {**document, "told": [*document["told"], one][-MOST_TOLD:]}


def _signed_out(document: Document, event: SignedOut | SessionEnded, at: Recorded) -> Document:
    ended = _session(event, at)
    return {**document, "sessions": {id: e for id, e in document["sessions"].items() if id != ended}}


def _session(event: SignedIn | SignedOut | SessionEvent, at: Recorded) -> str:
    """The session that an event is about: its entity, or the one that it names in the stream of the account."""
    return at.entity_id if isinstance(event, SessionEvent) else str(event.session)


def account_of(event: Recorded) -> Sequence[str]:
    """Whose document an event is told in: what is said of a session, in that of its account."""
    data = event.data
    return (str(data.account),) if isinstance(data, SessionEvent) else (event.entity_id,)


def _issued(document: Document, event: TokenIssued, at: Recorded) -> Document:
    token = {"digest": event.digest, "scopes": event.scopes, "ends": event.ends.isoformat()}
    kind, _, maker = at.actor.partition(":")
    by = UUID(maker.partition("/")[0]) if kind in ("account", "token") else None
    if str(by) != at.entity_id and document["seen"]:  # whoever made it acts in the name of the holder
        document = _told(document, "token", at, given_to=by)
    return _with_tokens(document, {**document["tokens"], str(event.token): token})


def _token_withdrawn(document: Document, event: TokenWithdrawn, at: Recorded) -> Document:
    return _with_tokens(document, {id: t for id, t in document["tokens"].items() if id != str(event.token)})


def _with_tokens(document: Document, tokens: Document) -> Document:
    return {**document, "tokens": tokens, "token_ids": list(tokens)}


def _key(document: Document | None, event: SigningKeyPublished, at: Recorded) -> Document:
    return {"sort": "key", "kind": None, "public": event.public, "token_ids": [], "had": []}


def _gone(document: Document | None, event: Event, at: Recorded) -> None:
    return None


ACCESS = View(
    name="access",
    version=4,
    keys=account_of,
    on={
        AccountOpened: _opened,
        AccountRevised: _known(_revised),
        AccountClosed: _known(_closed),
        AccountReopened: _known(lambda document, event, at: {**document, "closed": False}),
        RoleGranted: _known(_granted),
        RoleWithdrawn: _known(_withdrawn),
        CapabilityGranted: _known(_capable),
        CapabilityWithdrawn: _known(_incapable),
        PasswordSet: _known(_password),
        SignedIn: _known(_signed_in),
        SignedOut: _known(_signed_out),
        SessionBegan: _known(_signed_in),
        SessionEnded: _known(_signed_out),
        LinkHandedOver: _known(_handed),
        SessionsEnded: _known(lambda document, event, at: {**document, "sessions": {}}),
        TokenIssued: _known(_issued),
        TokenWithdrawn: _known(_token_withdrawn),
        SigningKeyPublished: _key,
        SigningKeyWithdrawn: _gone,
    },
    fields=("kind", "token_ids", "had"),
)
