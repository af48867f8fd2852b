"""What the pages of accounts read. Who may do what is asked of the kernel's own view, as in every service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.base.paris_days import day_of
from shared.contract.directory.accounts import (
    AccountClosed,
    AccountOpened,
    AccountReopened,
    AccountRevised,
    PasswordSet,
    RoleGranted,
    RoleWithdrawn,
    SessionBegan,
    SessionEnded,
    SessionsEnded,
    SignedIn,
    SignedOut,
    SigningKeyPublished,
    SigningKeyWithdrawn,
    TokenIssued,
    TokenWithdrawn,
)
from shared.contract.directory.capabilities import CapabilityGranted, CapabilityWithdrawn
from shared.contract.directory.second_factors import (
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorRemoved,
    SecondFactorReset,
    SecondFactorSet,
)
from shared.contract.envelope import Recorded, instant
from shared.identity import capabilities
from shared.identity.access_view import account_of
from shared.kernel.views.projection import Document, View, folded, kept

ADMINISTERS = {"all:administrator", "directory:administrator"}


def _document(document: Document, event: Recorded) -> Document:
    return {
        **document,
        "order": folded(document["label"]),
        "administers": document["open"] and not ADMINISTERS.isdisjoint(document["roles"]),
        "version": event.version,
    }


def _opened(document: Document | None, data: AccountOpened, event: Recorded) -> Document:
    made: Document = {
        "kind": data.kind,
        "label": data.label,
        "person": str(data.email.person),
        "email": kept(data.email, event, "email"),
        "name": kept(data.name, event, "name"),
        "open": True,
        "roles": [],
        "capabilities": [],
        "password": False,
        "second_factor": None,
        "recovery_codes": 0,
        "sessions": [],
        "tokens": [],
        "since": event.cloud.time,
        "seen": None,
        "distrusts": None,
    }
    return _document(made, event)


def _changed(change: Any) -> Any:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else _document({**document, **change(document, data, event)}, event)

    return evolve


def _revised(document: Document, data: AccountRevised, event: Recorded) -> Document:
    given = {"kind": data.kind, "label": data.label, "name": kept(data.name, event, "name")}
    return {name: value for name, value in given.items() if value is not None}


def _granted(document: Document, data: RoleGranted, event: Recorded) -> Document:
    return {"roles": sorted({*document["roles"], f"{data.where}:{data.role}"})}


def _withdrawn(document: Document, data: RoleWithdrawn, event: Recorded) -> Document:
    return {"roles": [role for role in document["roles"] if role != f"{data.where}:{data.role}"]}


def _capable(document: Document, data: CapabilityGranted, event: Recorded) -> Document:
    given: Document = {
        "since": event.cloud.time,
        "by": event.actor,
        "last": day_of(data.ends - timedelta(seconds=1)).isoformat() if data.ends else None,
    }
    return {"capabilities": capabilities.granted(document["capabilities"], data, **given)}


def _incapable(document: Document, data: CapabilityWithdrawn, event: Recorded) -> Document:
    return {"capabilities": capabilities.withdrawn(document["capabilities"], data)}


def _password(document: Document, data: PasswordSet, event: Recorded) -> Document:
    return {"password": True, "sessions": [s for s in document["sessions"] if s["session"] == str(data.kept)]}


def _factor_set(document: Document, data: SecondFactorSet, event: Recorded) -> Document:
    return {"second_factor": event.cloud.time}


def _codes(document: Document, data: RecoveryCodesMade | RecoveryCodeUsed, event: Recorded) -> Document:
    return {"recovery_codes": data.codes}


def _no_factor(*_: Any) -> Document:
    return {"second_factor": None, "recovery_codes": 0}


def _began(document: Document, id: str, data: SignedIn | SessionBegan, event: Recorded) -> Document:
    session: Document = {"session": id, "way": data.way, "began": event.cloud.time, "ends": instant(data.ends)}
    if isinstance(data, SessionBegan):
        session |= {"given_to": str(data.given_to) if data.given_to else None, "browser": data.browser}
    still = [one for one in document["sessions"] if one["ends"] > event.cloud.time]
    return {"sessions": [*still, session], "seen": event.cloud.time}


def _signed_in(document: Document, data: SignedIn, event: Recorded) -> Document:
    return _began(document, str(data.session), data, event)


def _signed_out(document: Document, data: SignedOut, event: Recorded) -> Document:
    return {"sessions": [one for one in document["sessions"] if one["session"] != str(data.session)]}


def _session_began(document: Document | None, data: SessionBegan, event: Recorded) -> Document | None:
    """The account's version stays: nothing was said of the account."""
    if document is None or not document["open"]:
        return document
    return {**document, **_began(document, event.entity_id, data, event)}


def _session_ended(document: Document | None, data: SessionEnded, event: Recorded) -> Document | None:
    left = [one for one in document["sessions"] if one["session"] != event.entity_id] if document else []
    return document and {**document, "sessions": left}


def _issued(document: Document, data: TokenIssued, event: Recorded) -> Document:
    token = {
        "token": str(data.token),
        "name": data.name,
        "scopes": data.scopes,
        "ends": instant(data.ends),
        "since": event.cloud.time,
    }
    return {"tokens": [*document["tokens"], token]}


def _token_gone(document: Document, data: TokenWithdrawn, event: Recorded) -> Document:
    return {"tokens": [one for one in document["tokens"] if one["token"] != str(data.token)]}


ACCOUNTS = View(
    name="accounts",
    version=4,
    keys=account_of,
    on={
        AccountOpened: _opened,
        AccountRevised: _changed(_revised),
        AccountClosed: _changed(lambda *_: {"open": False, "capabilities": [], "sessions": [], "tokens": []}),
        AccountReopened: _changed(lambda *_: {"open": True}),
        RoleGranted: _changed(_granted),
        RoleWithdrawn: _changed(_withdrawn),
        CapabilityGranted: _changed(_capable),
        CapabilityWithdrawn: _changed(_incapable),
        PasswordSet: _changed(_password),
        SecondFactorSet: _changed(_factor_set),
        SecondFactorRemoved: _changed(_no_factor),
        SecondFactorReset: _changed(_no_factor),
        RecoveryCodesMade: _changed(_codes),
        RecoveryCodeUsed: _changed(_codes),
        SignedIn: _changed(_signed_in),
        SignedOut: _changed(_signed_out),
        SessionBegan: _session_began,
        SessionEnded: _session_ended,
        # With them go the browsers by which somebody came in: each is a new one again.
        SessionsEnded: _changed(lambda d, data, event: {"sessions": [], "distrusts": event.cloud.time}),
        TokenIssued: _changed(_issued),
        TokenWithdrawn: _changed(_token_gone),
    },
    fields=("order", "kind", "open", "administers", "seen"),
    asks="administrator",
    text=lambda d: d["label"],
)


def _published(document: Document | None, data: SigningKeyPublished, event: Recorded) -> Document:
    return {"public": data.public, "since": event.cloud.recordedtime, "withdrawn": False, "version": event.version}


def _key_withdrawn(document: Document | None, data: SigningKeyWithdrawn, event: Recorded) -> Document | None:
    return None if document is None else {**document, "withdrawn": True, "version": event.version}


SIGNING_KEYS = View(
    name="signing_keys",
    version=1,
    on={SigningKeyPublished: _published, SigningKeyWithdrawn: _key_withdrawn},
    fields=("since", "withdrawn"),
    asks="administrator",
)
