"""Cookies and tokens: who they are of, and what no forger, thief or latecomer gets from them."""

from __future__ import annotations

import base64
import hmac
import json
import stat
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.contract.directory.accounts import (
    AccountClosed,
    AccountReopened,
    AccountRevised,
    PasswordSet,
    RoleGranted,
    RoleWithdrawn,
    SessionsEnded,
    SignedOut,
    SigningKeyWithdrawn,
    TokenWithdrawn,
)
from shared.identity.access_view import ACCESS
from shared.identity.operator_token import operator_token
from shared.identity.principal import OPERATOR, PUBLIC
from shared.identity.sessions import BadToken, Sessions, Signer, Unsure
from shared.runtime.service import Service
from tests.conftest import OpenService
from tests.fixtures.signing_in import Account, account, say, signer


async def cookie_of(who: Account) -> str:
    return next(iter((await who.cookie()).values()))


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=="))
    return found


def later(service: Service, _behind: float = 0.0, **more: float) -> Sessions:
    """The same judge at a later hour."""
    now = datetime.now(UTC) + timedelta(**more)
    token = operator_token(service.around.data / "keys")
    judge = (service.runner, service.store, service.network, token, lambda: now)
    return Sessions(*judge, behind=lambda: _behind, patience=1)


async def test_a_cookie_says_who_it_is_and_what_they_may(service: Service) -> None:
    who = await account(service, "directory:editor", "all:reader")
    found = await service.sessions.by_cookie(await cookie_of(who))
    assert (found.actor, found.kind, found.label) == (f"account:{who.id}", "staff", "Secrétariat")
    assert found.may("directory", "editor") and found.may("membership", "reader")
    assert not found.may("membership", "editor") and not found.may("directory", "administrator")
    assert found.sees_persons("directory") and not found.sees_persons("membership")


async def test_a_contact_has_their_own_space_and_nothing_else(service: Service) -> None:
    who = await account(service, kind="contact", label="Contact")
    found = await service.sessions.by_cookie(await cookie_of(who))
    assert found.may("directory", "space") and found.may("directory", "public")
    assert not found.may("directory", "reader") and not found.sees_persons("directory")


async def test_nobody_is_let_in_by_a_cookie_that_was_made_or_changed_elsewhere(service: Service) -> None:
    good = await cookie_of(await account(service, "all:administrator"))
    header, payload, signature = good.split(".")
    said, claims = read(header), read(payload)
    public = signer(service).public
    foreign = OKPKey.generate_key("Ed25519")
    signed = jwt.encode({**said}, claims, foreign, algorithms=["Ed25519"])
    confused = {"alg": "HS256", "kid": said["kid"]}
    hs = hmac.new(public.encode(), f"{part(confused)}.{payload}".encode(), sha256).digest()
    raw = hmac.new(base64.urlsafe_b64decode(public + "=="), f"{part(confused)}.{payload}".encode(), sha256).digest()
    forged = [
        f"{part({'alg': 'none', 'kid': said['kid']})}.{payload}.",
        f"{part({**said, 'alg': 'none'})}.{payload}.{signature}",
        f"{part(confused)}.{payload}.{base64.urlsafe_b64encode(hs).rstrip(b'=').decode()}",
        f"{part(confused)}.{payload}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}",
        jwt.encode(confused, claims, OctKey.import_key(public), algorithms=["HS256"]),
        f"{part({**said, 'kid': str(uuid4())})}.{payload}.{signature}",
        f"{part({**said, 'kid': claims['sub']})}.{payload}.{signature}",  # an account is no key
        f"{part({**said, 'jwk': foreign.as_dict(private=False)})}.{payload}.{signed.split('.')[2]}",
        f"{header}.{part({**claims, 'sub': str(uuid4())})}.{signature}",
        f"{header}.{part({**claims, 'exp': claims['exp'] + 1})}.{signature}",
        signed,
        f"{header}.{payload}.",
        f"{header}.{payload}",
        good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB"),
        "", ".", "..", "é.é.é", "[" * 3000, f"{part([[]])}.{payload}.{signature}", "x" * 100_000,
    ]  # fmt: skip
    assert (await service.sessions.by_cookie(good)).signed_in
    for one in forged:
        assert await service.sessions.by_cookie(one) == PUBLIC, one[:80]


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "elsewhere"},
        {"iss": None},
        {"iat": "early"},
        {"exp": 1},
        {"exp": "soon"},
        {"sid": "x"},
        {"seq": None},
    ],
)
async def test_a_cookie_of_our_own_key_that_says_something_odd_is_not_good(
    service: Service, change: dict[str, Any]
) -> None:
    who = await account(service, "all:reader")
    header, payload, _ = (await cookie_of(who)).split(".")
    key = signer(service)._key
    odd = jwt.encode(read(header), {**read(payload), **change}, key, algorithms=["Ed25519"])
    assert await service.sessions.by_cookie(odd) == PUBLIC


async def test_a_cookie_whose_minutes_are_over_is_good_and_renewed_while_its_session_stands(service: Service) -> None:
    cookie = await cookie_of(await account(service, "all:reader"))
    claims = await service.sessions.claims(cookie)
    assert claims is not None and not claims.wants_renewal(datetime.now(UTC))
    assert claims.wants_renewal(datetime.now(UTC) + timedelta(minutes=8))
    at_eight = later(service, minutes=8)
    renewed = await at_eight.renewed(cookie, signer(service))
    assert renewed is not None
    for judge in (later(service, minutes=20), later(service, hours=11)):
        assert (await judge.by_cookie(cookie)).signed_in and (await judge.by_cookie(renewed)).signed_in
        next_ = await judge.renewed(cookie, signer(service))
        claims = await judge.claims(next_ or "")
        assert claims is not None and not claims.wants_renewal(judge.now())
    over = later(service, hours=12, minutes=1)
    assert not (await over.by_cookie(cookie)).signed_in and not (await over.by_cookie(renewed)).signed_in
    assert await over.renewed(cookie, signer(service)) is None, "the session's own end"


async def test_whoever_is_behind_the_log_believes_a_cookie_for_its_minutes_and_no_longer(service: Service) -> None:
    cookie = await cookie_of(await account(service, "all:reader"))
    for behind, minutes, sure in ((899, 20, True), (901, 14, True), (901, 20, False), (float("inf"), 20, False)):
        judge = later(service, _behind=behind, minutes=minutes)
        if sure:
            assert (await judge.by_cookie(cookie)).signed_in
        else:
            with pytest.raises(Unsure):
                await judge.by_cookie(cookie)


async def test_a_session_that_the_view_does_not_reach_is_unsure_and_nobodys_once_the_view_is_whole(
    service: Service,
) -> None:
    """It began a moment ago where the view is behind; in the log of a backup it never began."""
    who = await account(service, "all:reader")
    cookie = signer(service).sign(who.id, uuid4(), 10**9, datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(Unsure):
        await later(service, _behind=float("inf")).by_cookie(cookie)
    assert await later(service, _behind=0.5).by_cookie(cookie) == PUBLIC
    service.runner.damage = "a view that can't be written"  # it was whole a moment ago, before the session began
    with pytest.raises(Unsure):
        await later(service, _behind=0.5).by_cookie(cookie)


async def test_no_renewal_outlives_the_session(service: Service) -> None:
    who = await account(service, "all:reader")
    session, seq, ends = await who.session(hours=0.2)
    cookie = signer(service).sign(who.id, session, seq, ends, datetime.now(UTC))
    claims = await service.sessions.claims(cookie)
    assert claims is not None and claims.until <= ends
    renewed = await later(service, minutes=8).renewed(cookie, signer(service))
    assert renewed is not None
    assert (await later(service, minutes=11).by_cookie(renewed)).signed_in
    assert not (await later(service, minutes=13).by_cookie(renewed)).signed_in


@pytest.mark.parametrize("earlier", [False, True], ids=["in its own stream", "in its account's"])
async def test_whoever_is_signed_out_is_out_with_the_cookie_still_in_their_hand(
    service: Service, earlier: bool
) -> None:
    who = await account(service, "all:reader")
    begin = who.earlier_session if earlier else who.session
    (a, seq_a, end_a), (b, seq_b, end_b) = await begin(), await begin()
    one, two = signer(service).sign(who.id, a, seq_a, end_a), signer(service).sign(who.id, b, seq_b, end_b)
    judge = service.sessions
    await (who.say(SignedOut(session=a)) if earlier else who.end(a))
    assert not (await judge.by_cookie(one)).signed_in and (await judge.by_cookie(two)).signed_in
    assert await judge.renewed(one, signer(service)) is None
    await who.say(PasswordSet(kept=b))
    assert (await judge.by_cookie(two)).signed_in
    await who.say(PasswordSet())
    assert not (await judge.by_cookie(two)).signed_in
    three = await cookie_of(who)
    await who.say(SessionsEnded())
    assert not (await judge.by_cookie(three)).signed_in
    four = await cookie_of(who)
    await who.say(AccountClosed())
    assert not (await judge.by_cookie(four)).signed_in
    await who.say(AccountReopened())
    assert not (await judge.by_cookie(four)).signed_in, "what ended stays ended"
    await who.say(AccountClosed())
    five = await cookie_of(who)
    assert not (await judge.by_cookie(five)).signed_in, "what began just after the closing does not hold"
    await who.say(AccountReopened())
    assert not (await judge.by_cookie(five)).signed_in, "nor when it is open again"
    assert (await judge.by_cookie(await cookie_of(who))).may("events", "reader"), "with the roles that it had"


async def test_roles_change_at_once_for_a_session_that_stands(service: Service) -> None:
    who = await account(service, "directory:reader")
    cookie = await cookie_of(who)
    await who.say(RoleGranted(where="events", role="editor"), AccountRevised(label="Direction"))
    found = await service.sessions.by_cookie(cookie)
    assert found.may("events", "editor") and found.label == "Direction"
    await who.say(RoleWithdrawn(where="events", role="editor"))
    assert not (await service.sessions.by_cookie(cookie)).may("events", "reader")


async def test_a_withdrawn_key_makes_its_cookies_worthless(service: Service) -> None:
    cookie = await cookie_of(await account(service, "all:reader"))
    await say(service, signer(service).key_id, SigningKeyWithdrawn())
    assert await service.sessions.by_cookie(cookie) == PUBLIC


async def test_a_service_waits_for_the_sign_in_that_it_has_not_read_yet(service: Service) -> None:
    who = await account(service, "all:reader")
    session, seq, ends = await who.session()
    future = signer(service).sign(who.id, session, seq, ends)
    assert (await service.sessions.by_cookie(future)).session == session


async def test_a_token_acts_within_its_scopes_and_its_accounts_roles(service: Service) -> None:
    who = await account(service, "directory:administrator", "events:reader")
    token = await who.token("directory:reader", "events:administrator", "membership:editor")
    found = await service.sessions.by_token(token)
    assert found.kind == "token" and found.actor.startswith(f"token:{who.id}/")
    assert found.may("directory", "reader") and not found.may("directory", "editor")
    assert found.may("events", "reader") and not found.may("events", "editor")
    assert not found.may("membership", "reader")
    assert not found.sees_persons("directory")


async def test_a_token_that_is_not_good_is_refused(service: Service) -> None:
    who = await account(service, "all:editor")
    good, late = await who.token("all:editor"), await who.token("all:editor", hours=-1)
    assert (await service.sessions.by_token(good)).may("events", "editor")
    id, secret = good[4:].split("_")
    bad = [
        late, good + "0", good[:-1], f"mlg_{uuid4().hex}_{secret}", f"mlg_{id}_", f"mlg_{id}", "mlg_", "", "é",
        f"mlg_operator_{'0' * 64}", "mlg_operator_", secret, good.replace("mlg_", "MLG_"), "x" * 100_000,
    ]  # fmt: skip
    for one in bad:
        with pytest.raises(BadToken):
            await service.sessions.by_token(one)
    (document,) = (await service.store.find(ACCESS, {"token_ids": str(_uuid(id))})).documents
    assert secret not in json.dumps(document), "only the digest is kept"
    from uuid import UUID

    await who.say(TokenWithdrawn(token=UUID(id)))
    with pytest.raises(BadToken):
        await service.sessions.by_token(good)


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


async def test_a_closed_account_takes_its_tokens_with_it(service: Service) -> None:
    who = await account(service, "all:editor")
    token = await who.token("all:editor")
    await who.say(AccountClosed())
    with pytest.raises(BadToken):
        await service.sessions.by_token(token)


async def test_the_operators_secret_is_a_file_that_only_its_owner_reads(service: Service, tmp_path: Path) -> None:
    token = operator_token(tmp_path / "keys")
    assert await service.sessions.by_token(token) == OPERATOR
    path = tmp_path / "keys" / "operator-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.read_text() == token
    assert operator_token(tmp_path / "keys") == token != operator_token(tmp_path / "elsewhere")


def test_the_signing_key_is_kept_and_its_public_half_names_it(tmp_path: Path) -> None:
    first, again = Signer(tmp_path / "key", "n"), Signer(tmp_path / "key", "n")
    assert (first.key_id, first.public) == (again.key_id, again.public)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert Signer(tmp_path / "other", "n").key_id != first.key_id
    assert (tmp_path / "key").read_bytes().hex() not in repr(vars(first))


async def test_a_service_that_starts_again_knows_the_same_sessions(open_service: OpenService) -> None:
    service = await open_service()
    cookie = await cookie_of(await account(service, "all:reader"))
    await service.stop()
    assert (await (await open_service()).sessions.by_cookie(cookie)).signed_in
