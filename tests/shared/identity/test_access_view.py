"""What each account may do, as every service folds it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.accounts import (
    AccountClosed,
    AccountOpened,
    AccountReopened,
    AccountRevised,
    PasswordSet,
    RoleGranted,
    RoleWithdrawn,
    SessionsEnded,
    SignedIn,
    SignedOut,
    SigningKeyPublished,
    SigningKeyWithdrawn,
    TokenIssued,
    TokenWithdrawn,
)
from shared.contract.personal import Personal
from shared.identity.access_view import ACCESS
from tests.fixtures.log_writing import recorded

ID, ONE, TWO, OLD = (UUID(int=n) for n in range(1, 5))
LATE, EARLY = datetime(2030, 1, 1, tzinfo=UTC), datetime(2017, 3, 2, tzinfo=UTC)
OPENED = AccountOpened(kind="staff", label="Secrétariat", email=Personal("a@exemple.fr", person=ID, sealed=b"x"))


def folded(*events: Event) -> Any:
    document = None
    for version, event in enumerate(events, 1):
        document = ACCESS.evolve(document, recorded(event, ID, version))
    return document


def signed_in(session: UUID, ends: datetime = LATE) -> SignedIn:
    return SignedIn(session=session, way="password", ends=ends)


def token(id: UUID) -> TokenIssued:
    return TokenIssued(token=id, name="x", scopes=["directory:reader"], digest="0" * 64, ends=LATE)


def test_an_account_holds_no_name_and_no_address() -> None:
    found = folded(OPENED, AccountRevised(label="Accueil"))
    assert found["label"] == "Accueil" and found["kind"] == "staff" and "exemple.fr" not in str(found)


def test_what_happens_to_an_account_that_nobody_opened_changes_nothing() -> None:
    for event in (RoleGranted(where="all", role="editor"), signed_in(ONE), token(ONE), AccountReopened()):
        assert folded(event) is None


def test_a_role_is_had_once_until_it_is_withdrawn() -> None:
    grant = RoleGranted(where="events", role="editor")
    assert folded(OPENED, grant, grant)["roles"] == ["events:editor"]
    assert folded(OPENED, grant, RoleWithdrawn(where="all", role="editor"))["roles"] == ["events:editor"]
    assert folded(OPENED, grant, RoleWithdrawn(where="events", role="editor"))["roles"] == []


def test_closing_ends_all_and_what_begins_after_it_holds_nothing() -> None:
    found = folded(OPENED, signed_in(ONE), token(TWO), AccountClosed(), signed_in(TWO))
    assert (found["closed"], found["sessions"], found["tokens"], found["token_ids"]) == (True, {}, {}, [])
    assert folded(OPENED, AccountClosed(), AccountReopened())["closed"] is False


def test_sessions_end_by_one_by_all_and_by_a_password_but_for_the_one_that_set_it() -> None:
    both = (OPENED, signed_in(OLD, EARLY), signed_in(ONE), signed_in(TWO))
    assert set(folded(*both)["sessions"]) == {str(ONE), str(TWO)}, "what ended before is not piled up"
    assert set(folded(*both, SignedOut(session=ONE))["sessions"]) == {str(TWO)}
    assert folded(*both, SessionsEnded())["sessions"] == {}
    assert set(folded(*both, PasswordSet(digest="x", kept=ONE))["sessions"]) == {str(ONE)}
    assert folded(*both, PasswordSet(digest="x"))["sessions"] == {}


def test_a_token_is_known_by_its_id_until_it_is_withdrawn() -> None:
    assert folded(OPENED, token(ONE), token(TWO))["token_ids"] == [str(ONE), str(TWO)]
    assert folded(OPENED, token(ONE), token(TWO), TokenWithdrawn(token=ONE))["token_ids"] == [str(TWO)]


def test_a_key_of_sessions_is_there_until_it_is_withdrawn() -> None:
    assert folded(SigningKeyPublished(public="k"))["public"] == "k"
    assert folded(SigningKeyPublished(public="k"), SigningKeyWithdrawn()) is None
