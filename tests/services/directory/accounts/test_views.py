"""Accounts as their pages read them: who administers, which sessions and tokens there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.directory.accounts.views import ACCOUNTS, SIGNING_KEYS
from shared.contract import Event
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
    SigningKeyPublished,
    SigningKeyWithdrawn,
    TokenIssued,
    TokenWithdrawn,
)
from shared.contract.personal import Personal
from tests.fixtures.log_writing import recorded

ID, ONE, TWO = (UUID(int=n) for n in range(1, 4))
LATE, EARLY = datetime(2030, 1, 1, tzinfo=UTC), datetime(2017, 3, 2, tzinfo=UTC)
OPENED = AccountOpened(kind="staff", label="Secrétariat", email=Personal("a@exemple.fr", person=ID, sealed=b"x"))


def folded(*events: Event | tuple[UUID, Event]) -> Any:
    document = None
    for version, one in enumerate(events, 1):
        entity, event = one if isinstance(one, tuple) else (ID, one)
        document = ACCOUNTS.evolve(document, recorded(event, entity, version))
    return document


def began(session: UUID, ends: datetime = LATE) -> tuple[UUID, Event]:
    return session, SessionBegan(account=ID, way="password", ends=ends)


def sessions(document: Any) -> list[str]:
    return [one["session"] for one in document["sessions"]]


def test_an_address_is_kept_sealed_and_what_a_change_does_not_name_stays() -> None:
    found = folded(OPENED, AccountRevised(label="Accueil"))
    assert "exemple.fr" not in str(found) and found["person"] == str(ID)
    assert (found["label"], found["kind"], found["order"], found["version"]) == ("Accueil", "staff", "accueil", 2)


def test_who_administers_is_open_and_has_that_role_here_or_everywhere() -> None:
    for where, administers in (("all", True), ("directory", True), ("events", False)):
        grant = RoleGranted(where=where, role="administrator")
        assert folded(OPENED, grant)["administers"] is administers
        assert folded(OPENED, grant, RoleWithdrawn(where=where, role="administrator"))["administers"] is False
        assert folded(OPENED, grant, AccountClosed())["administers"] is False
        assert folded(OPENED, grant, AccountClosed(), AccountReopened())["administers"] is administers


def test_a_session_is_there_until_it_ends_and_changes_nothing_of_its_account() -> None:
    both = (OPENED, began(ONE), began(TWO))
    assert sessions(folded(*both)) == [str(ONE), str(TWO)] and folded(*both)["version"] == 1
    assert sessions(folded(*both, (ONE, SessionEnded(account=ID)))) == [str(TWO)]
    assert sessions(folded(*both, PasswordSet(digest="x", kept=TWO))) == [str(TWO)]
    assert sessions(folded(*both, SessionsEnded())) == [] == sessions(folded(*both, AccountClosed()))
    assert sessions(folded(OPENED, began(ONE, EARLY), began(TWO))) == [str(TWO)], "what ended is not piled up"


def test_nobody_signs_in_where_nobody_may() -> None:
    assert folded(began(ONE)) is None is folded((ONE, SessionEnded(account=ID)))
    assert sessions(folded(OPENED, AccountClosed(), began(ONE))) == []


def test_a_token_is_shown_without_its_secret() -> None:
    token = TokenIssued(token=ONE, name="x", scopes=["directory:reader"], digest="0" * 64, ends=LATE)
    assert folded(OPENED, token)["tokens"][0]["name"] == "x" and "0" * 64 not in str(folded(OPENED, token))
    assert folded(OPENED, token, TokenWithdrawn(token=ONE))["tokens"] == []


def test_a_key_that_was_withdrawn_is_known_for_one() -> None:
    document = SIGNING_KEYS.evolve(None, recorded(SigningKeyPublished(public="k"), ID))
    assert document is not None and document["withdrawn"] is False
    gone = SIGNING_KEYS.evolve(document, recorded(SigningKeyWithdrawn(), ID, 2))
    assert gone is not None and gone["withdrawn"] is True
