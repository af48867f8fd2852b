"""Accounts: opened once an address, roles, the last administrator, sessions, tokens, keys. The register stands
beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.directory.accounts.domain.account import (
    ACCOUNT,
    CloseAccount,
    GrantRole,
    OpenAccount,
    ReopenAccount,
    ReviseAccount,
    SetRoles,
    WithdrawRole,
)
from services.directory.accounts.domain.account_state import account_id
from services.directory.accounts.domain.administrators import ADMINISTRATORS, REGISTER
from services.directory.accounts.domain.sessions import SESSION, EndSessions, SetPassword, SignIn, SignOut
from services.directory.accounts.domain.signing_key import SIGNING_KEY, PublishSigningKey, WithdrawSigningKey
from services.directory.accounts.domain.tokens import MOST_TOKENS, IssueToken, WithdrawToken
from shared.contract import Event
from shared.contract.directory.accounts import (
    AccountClosed,
    AccountOpened,
    AccountReopened,
    AccountRevised,
    AdministratorNamed,
    AdministratorReleased,
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
    Way,
)
from shared.contract.personal import Personal
from shared.kernel.decider import Command, Elsewhere, Place, Refused
from shared.notions.one_kind import together
from tests.fixtures.deciding import NOON, context

PERSON, OTHER = uuid4(), uuid4()
ID = account_id(PERSON)
ADDRESS = Personal("equipe@exemple.invalid")
OPENED = AccountOpened(kind="staff", label="Secrétariat", email=ADDRESS.of(PERSON))
CONTACT = AccountOpened(kind="contact", label="Contact", email=ADDRESS.of(PERSON))
ALL = RoleGranted(where="all", role="administrator")
DIGEST = "0" * 64
LASTS = timedelta(hours=12)
NEW = UUID(int=99)
STORED = together(ACCOUNT, REGISTER)


def decided(
    given: Sequence[Event],
    command: Command,
    register: Sequence[Event] = (),
    at: timedelta = timedelta(),
    sessions: Mapping[int, Sequence[Event]] | None = None,
) -> list[Event | Elsewhere] | str:
    """What a command comes to, with the register of administrators beside, and what its sessions say themselves."""
    streams = {UUID(int=n): events for n, events in (sessions or {}).items()}
    others = {ADMINISTRATORS: STORED.fold(register)} | {
        one: SESSION.fold(streams.get(one.id, ())) for one in command.alongside() if isinstance(one, Place)
    }
    try:
        return list(STORED.decide(command, STORED.fold(given), replace(context(NOON + at), others=others)))
    except Refused as refused:
        return refused.code


def wanting(**more: object) -> OpenAccount:
    return OpenAccount.model_validate(
        {"label": "Secrétariat", "email": "equipe@exemple.invalid", "person": PERSON, **more}
    )


def sign_in(way: Way = "mail-link", **more: object) -> SignIn:
    return SignIn.model_validate({"account": ID, "session": NEW, "way": way, **more})


def began(ends: timedelta = LASTS, account: UUID = ID) -> SessionBegan:
    return SessionBegan(account=account, way="mail-link", ends=NOON + ends)


def signed_in(n: int, ends: timedelta = LASTS, link: UUID | None = None) -> SignedIn:
    return SignedIn(session=UUID(int=n), way="mail-link", ends=NOON + ends, link=link)


def test_an_account_has_the_id_of_its_address() -> None:
    assert wanting().target(context()) == ID
    (opened,) = decided([], wanting())
    assert isinstance(opened, AccountOpened)
    assert opened.email.person == PERSON


def test_a_name_given_at_the_opening_is_sealed_for_the_same_person() -> None:
    (opened,) = decided([], wanting(name="Personne inventée"))
    assert isinstance(opened, AccountOpened)
    assert opened.name is not None
    assert opened.name.person == PERSON


def test_an_address_has_one_account() -> None:
    assert decided([OPENED], wanting()) == "already-has-account"
    assert decided([OPENED, AccountClosed()], wanting()) == "already-has-account"


def test_roles_given_at_the_opening_come_with_it() -> None:
    assert decided([], wanting(roles=["events:editor", "events:editor", "all:reader"]))[1:] == [
        RoleGranted(where="all", role="reader"),
        RoleGranted(where="events", role="editor"),
    ]


def test_whoever_was_known_as_a_contact_may_come_to_work_for_the_network() -> None:
    found = decided([CONTACT], wanting(roles=["events:editor"]))
    assert found == [
        AccountRevised(kind="staff", label="Secrétariat"),
        RoleGranted(where="events", role="editor"),
    ]


@pytest.mark.parametrize("label", ["x", "a" * 81, "personne@exemple.invalid", "deux\u0085lignes", "  "])
def test_a_label_is_a_short_function_and_no_address(label: str) -> None:
    with pytest.raises(ValidationError):
        wanting(label=label)


@pytest.mark.parametrize("role", ["all:king", "elsewhere:reader", "all", "reader", "all:reader:more"])
def test_a_role_that_is_none_is_not_taken(role: str) -> None:
    with pytest.raises(ValidationError):
        wanting(roles=[role])


def test_a_contact_has_no_roles() -> None:
    assert decided([CONTACT], GrantRole(account=ID, where="all", role="reader")) == "contact-has-no-roles"
    assert decided([CONTACT], SetRoles(account=ID, roles=["all:reader"])) == "contact-has-no-roles"
    assert decided([], wanting(kind="contact", roles=["all:reader"])) == "contact-has-no-roles"


def test_a_role_is_given_once_and_taken_once() -> None:
    grant, withdraw = (kind(account=ID, where="events", role="editor") for kind in (GrantRole, WithdrawRole))
    given = RoleGranted(where="events", role="editor")
    assert decided([OPENED], grant) == [given]
    assert decided([OPENED, given], grant) == []
    assert decided([OPENED, given], withdraw) == [RoleWithdrawn(where="events", role="editor")]
    assert decided([OPENED], withdraw) == []


def test_the_table_of_roles_says_all_that_is_to_be_and_only_what_differs_happens() -> None:
    has = [RoleGranted(where="events", role="editor"), RoleGranted(where="directory", role="reader")]
    assert decided([OPENED, *has], SetRoles(account=ID, roles=["directory:reader", "newsletter:editor"])) == [
        RoleGranted(where="newsletter", role="editor"),
        RoleWithdrawn(where="events", role="editor"),
    ]


@pytest.mark.parametrize("where", ["all", "directory"])
def test_an_administrator_is_noted_in_the_register_in_the_same_batch(where: str) -> None:
    named = Elsewhere(ADMINISTRATORS, AdministratorNamed(account=ID))
    assert decided([OPENED], GrantRole(account=ID, where=where, role="administrator"))[0] == named  # type: ignore[arg-type]
    assert decided([], wanting(roles=[f"{where}:administrator"]))[0] == named
    assert decided([OPENED], SetRoles(account=ID, roles=[f"{where}:administrator"]))[0] == named


def test_an_administrator_of_another_service_alone_is_none_of_accounts() -> None:
    found = decided([OPENED], GrantRole(account=ID, where="events", role="administrator"))
    assert found == [RoleGranted(where="events", role="administrator")]


@pytest.mark.parametrize(
    "command",
    [
        WithdrawRole(account=ID, where="all", role="administrator"),
        CloseAccount(account=ID),
        SetRoles(account=ID, roles=["all:editor"]),
    ],
)
def test_the_last_administrator_stays(command: Command) -> None:
    mine, another = AdministratorNamed(account=ID), AdministratorNamed(account=OTHER)
    assert decided([OPENED, ALL], command, [mine]) == "last-administrator"
    assert (
        decided([OPENED, ALL], command, [mine, another, AdministratorReleased(account=OTHER)]) == "last-administrator"
    )
    found = decided([OPENED, ALL], command, [mine, another])
    assert found[0] == Elsewhere(ADMINISTRATORS, AdministratorReleased(account=ID))
    assert len(found) > 1


def test_one_of_two_grants_may_go_while_the_other_stands() -> None:
    both = [OPENED, ALL, RoleGranted(where="directory", role="administrator")]
    withdraw = WithdrawRole(account=ID, where="all", role="administrator")
    assert decided(both, withdraw, [AdministratorNamed(account=ID)]) == [
        RoleWithdrawn(where="all", role="administrator")
    ]


def test_a_closed_account_comes_back_with_its_roles_and_counts_again() -> None:
    closed = [OPENED, ALL, signed_in(1), AccountClosed()]
    assert decided(closed, ReopenAccount(account=ID)) == [
        Elsewhere(ADMINISTRATORS, AdministratorNamed(account=ID)),
        AccountReopened(),
    ]
    state = ACCOUNT.fold([*closed, AccountReopened()])
    assert (state.open, dict(state.sessions), state.roles) == (True, {}, {("all", "administrator")})


def test_nothing_is_done_to_a_closed_account_but_reopening_it() -> None:
    closed = [OPENED, AccountClosed()]
    for command in (
        GrantRole(account=ID, where="all", role="reader"),
        ReviseAccount(account=ID, label="Autre"),
        sign_in(),
        SetPassword(account=ID),
        IssueToken(account=ID, name="t1", digest=DIGEST, scopes=["events:reader"]),
        SetRoles(account=ID, roles=[]),
    ):
        assert decided(closed, command) == "account-closed"
    assert decided(closed, CloseAccount(account=ID)) == []


def test_nothing_is_done_to_an_account_that_nobody_opened() -> None:
    for command in (CloseAccount(account=ID), ReopenAccount(account=ID), sign_in()):
        assert decided([], command) == "unknown-account"


def test_a_revision_says_only_what_changed() -> None:
    assert decided([OPENED], ReviseAccount(account=ID, label="Secrétariat")) == []
    assert decided([OPENED], ReviseAccount(account=ID, label="Accueil")) == [AccountRevised(label="Accueil")]


def test_a_session_begins_for_twelve_hours_in_a_stream_of_its_own() -> None:
    (begun,) = decided([OPENED], sign_in(hours=12))
    assert begun == Elsewhere(NEW, began())
    assert {event.entity for event in (SessionBegan, SessionEnded)} == {"session"}


def test_a_session_and_a_link_begin_once() -> None:
    assert decided([OPENED], sign_in(), sessions={99: [began()]}) == "link-used"
    assert decided([OPENED], sign_in(), sessions={99: [began(), SessionEnded(account=ID)]}) == "link-used"


def test_a_link_that_began_a_session_in_the_stream_of_its_account_is_used_too() -> None:
    link = uuid4()
    assert decided([OPENED, signed_in(1, link=link)], sign_in(link=link)) == "link-used"
    ended = [OPENED, signed_in(1, link=link), SessionsEnded()]
    assert decided(ended, sign_in(link=link)) == "link-used"


def test_of_sessions_in_the_stream_of_an_account_only_what_may_still_hold_is_kept() -> None:
    many = [
        signed_in(n, timedelta(days=n), UUID(int=n)) for n in range(1, 400)
    ]  # one a day, and each with a link of its own
    state = ACCOUNT.fold([OPENED, *many])
    assert len(state.sessions) == 30 and UUID(int=399) in state.sessions
    assert len(state.links) == 34 and UUID(int=365) not in state.links


def test_a_password_session_needs_a_password() -> None:
    assert decided([OPENED], sign_in("password")) == "no-password"
    assert len(decided([OPENED, PasswordSet()], sign_in("password"))) == 1


def test_the_oldest_sessions_give_way_each_in_the_stream_in_which_it_began() -> None:
    old, own, over, others = (UUID(int=n) for n in range(1, 5))
    streams = {2: [began()], 3: [began(-LASTS)], 4: [began(account=OTHER)]}
    command = sign_in(give_way=[old, own, over, others])
    found = decided([OPENED, signed_in(1)], command, sessions=streams)
    ended = [SignedOut(session=old), Elsewhere(own, SessionEnded(account=ID))]
    assert found == [*ended, Elsewhere(NEW, began())]


def test_sessions_end_one_by_one_or_all() -> None:
    def out(n: int, *given: Event, **more: object) -> list[Event | Elsewhere] | str:
        return decided([OPENED, *given], SignOut(account=ID, session=UUID(int=n)), **more)  # type: ignore[arg-type]

    ended = SessionEnded(account=ID)
    assert out(1, sessions={1: [began()]}) == [Elsewhere(UUID(int=1), ended)]
    assert out(1, sessions={1: [began(), ended]}) == [] == out(1, sessions={1: [began()]}, at=LASTS)
    assert out(1, sessions={1: [began(account=OTHER)]}) == [] == out(1), "nobody ends what is not theirs"
    assert out(1, signed_in(1)) == [SignedOut(session=UUID(int=1))], "one that began in the account's stream"
    assert decided([OPENED], EndSessions(account=ID)) == [SessionsEnded()]
    assert decided([], EndSessions(account=ID)) == "unknown-account"


def test_a_new_password_ends_the_other_sessions_and_no_secret_is_in_the_event() -> None:
    def kept(n: int, **more: object) -> list[Event | Elsewhere] | str:
        given = [OPENED, signed_in(1), signed_in(2)]
        return decided(given, SetPassword(account=ID, session=UUID(int=n)), **more)  # type: ignore[arg-type]

    (changed,) = kept(2)
    assert changed == PasswordSet(kept=UUID(int=2))
    assert isinstance(changed, PasswordSet)
    assert set(ACCOUNT.fold([OPENED, signed_in(1), signed_in(2), changed]).sessions) == {UUID(int=2)}
    assert kept(3, sessions={3: [began()]}) == [PasswordSet(kept=UUID(int=3))]
    assert kept(3, sessions={3: [began(account=OTHER)]}) == kept(4) == [PasswordSet()]
    assert set(PasswordSet.model_fields) == {"kept"}
    assert decided([CONTACT], SetPassword(account=ID)) == "contact-has-no-password"


@pytest.mark.parametrize(
    ("roles", "scope", "good"),
    [
        (["all:administrator"], "events:administrator", True),
        (["events:editor"], "events:reader", True),
        (["events:editor"], "events:editor", True),
        (["events:editor"], "events:administrator", False),
        (["events:editor"], "membership:reader", False),
        (["events:editor"], "events:auditor", False),
        (["events:reader", "events:auditor"], "events:auditor", True),
        (["all:reader"], "newsletter:reader", True),
        ([], "newsletter:reader", False),
    ],
)
def test_a_token_lies_within_the_roles_of_its_account(roles: list[str], scope: str, good: bool) -> None:
    given = [
        OPENED,
        *(RoleGranted.model_validate(dict(zip(("where", "role"), r.split(":"), strict=True))) for r in roles),
    ]
    found = decided(given, IssueToken(account=ID, name="essai", digest=DIGEST, scopes=[scope]))
    assert (found != "scope-beyond-roles") == good


def test_a_token_has_an_end_and_can_be_withdrawn() -> None:
    given = [OPENED, RoleGranted(where="all", role="reader")]
    (issued,) = decided(given, IssueToken(account=ID, name="essai", digest=DIGEST, scopes=["events:reader"], days=7))
    assert isinstance(issued, TokenIssued)
    assert issued.ends == NOON + timedelta(days=7)
    withdraw = WithdrawToken(account=ID, token=issued.token)
    assert decided([*given, issued], withdraw) == [TokenWithdrawn(token=issued.token)]
    assert decided([*given, issued, TokenWithdrawn(token=issued.token)], withdraw) == []


def test_there_is_an_end_to_how_many_tokens_are_good() -> None:
    one = {"name": "t", "digest": DIGEST, "scopes": ["events:reader"], "ends": NOON + timedelta(days=9)}
    given = [OPENED, RoleGranted(where="all", role="reader")]
    given += [TokenIssued.model_validate({**one, "token": uuid4()}) for _ in range(MOST_TOKENS)]
    command = IssueToken(account=ID, name="essai", digest=DIGEST, scopes=["events:reader"])
    assert decided(given, command) == "too-many-tokens"
    assert len(decided(given, command, at=timedelta(days=10))) == 1


def test_a_signing_key_is_published_once_and_never_again_once_withdrawn() -> None:
    key = uuid4()
    publish, withdraw = PublishSigningKey(signing_key=key, public="A" * 43), WithdrawSigningKey(signing_key=key)

    def of(given: Sequence[Event], command: Command) -> list[Event] | str:
        try:
            return list(SIGNING_KEY.decide(command, SIGNING_KEY.fold(given), context()))  # type: ignore[arg-type]
        except Refused as refused:
            return refused.code

    published = SigningKeyPublished(public="A" * 43)
    assert of([], publish) == [published]
    assert of([published], publish) == []
    assert of([published], withdraw) == [SigningKeyWithdrawn()]
    assert of([published, SigningKeyWithdrawn()], withdraw) == []
    assert of([published, SigningKeyWithdrawn()], publish) == "signing-key-taken"
    assert of([], withdraw) == "unknown-signing-key"
