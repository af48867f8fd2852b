"""A cookie says when its holder proved who they are, and whether with a second factor; a renewed one says the same.
Roles that ask a second factor hold in no other session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt

from shared.identity.operator_token import operator_token
from shared.identity.principal import PUBLIC
from shared.identity.sessions import Sessions
from shared.runtime.service import Service
from tests.fixtures.signing_in import Account, account, signer

NOW = datetime.now(UTC).replace(microsecond=0)


async def cookie_of(who: Account, *, strong: bool = False, at: datetime = NOW) -> str:
    session, seq, ends = await who.session()
    return signer(who.service).sign(who.id, session, seq, ends, at, strong=strong)


def judge(service: Service, *roles: str, minutes: float = 0) -> Sessions:
    token, now = operator_token(service.around.data / "keys"), NOW + timedelta(minutes=minutes)
    return Sessions(service.runner, service.store, service.network, token, lambda: now, second_factor=roles)


@pytest.mark.parametrize("strong", [True, False])
async def test_renewing_proves_nothing_anew(service: Service, strong: bool) -> None:
    who = await account(service, "all:reader")
    cookie = await cookie_of(who, strong=strong)
    for minutes in (8, 16, 24, 60, 600):
        later = judge(service, minutes=minutes)
        cookie = await later.renewed(cookie, signer(service)) or ""
        found = await later.by_cookie(cookie)
        assert (found.proved, found.strong) == (NOW, strong)


async def test_a_role_that_asks_a_second_factor_holds_in_a_session_that_began_with_one(service: Service) -> None:
    who = await account(service, "all:administrator", "events:editor", "membership:reader")
    weak, strong = await cookie_of(who), await cookie_of(who, strong=True)
    for asked, left in ((("administrator",), True), (("administrator", "editor"), False)):
        found = await judge(service, *asked).by_cookie(weak)
        assert found.signed_in and found.withheld and not found.may("directory", "reader")
        assert found.may("membership", "reader") and found.may("events", "editor") is left
        whole = await judge(service, *asked).by_cookie(strong)
        assert whole.may("directory", "administrator") and not whole.withheld
    assert not (await judge(service).by_cookie(weak)).withheld
    assert not (await judge(service, "auditor").by_cookie(weak)).withheld


async def test_a_role_that_is_given_amid_a_session_waits_as_well_and_a_token_does_not(service: Service) -> None:
    from shared.contract.directory.accounts import RoleGranted

    who = await account(service, "all:reader")
    cookie = await cookie_of(who)
    await who.say(RoleGranted(where="all", role="administrator"))
    strict = judge(service, "administrator")
    found = await strict.by_cookie(cookie)
    assert found.withheld and found.may("events", "reader") and not found.may("events", "administrator")
    assert (await strict.by_token(await who.token("events:administrator"))).may("events", "administrator")


@pytest.mark.parametrize("odd", [{"auth_time": "soon"}, {"auth_time": None}, {"amr": 5}, {"amr": None}])
async def test_a_cookie_of_our_own_key_that_says_something_odd_of_its_proof_is_not_good(
    service: Service, odd: dict[str, object]
) -> None:
    who = await account(service, "all:reader")
    key = signer(service)._key
    said = jwt.decode(await cookie_of(who, strong=True), key, algorithms=["Ed25519"])
    assert await service.sessions.by_cookie(jwt.encode(said.header, {**said.claims, **odd}, key, ["Ed25519"])) == PUBLIC


async def test_a_cookie_of_an_older_release_says_nothing_of_it(service: Service) -> None:
    who = await account(service, "all:reader")
    key = signer(service)._key
    said = jwt.decode(await cookie_of(who), key, algorithms=["Ed25519"])
    claims = {name: value for name, value in said.claims.items() if name not in ("auth_time", "amr")}
    found = await service.sessions.by_cookie(jwt.encode(said.header, claims, key, ["Ed25519"]))
    assert found.signed_in and found.proved is None and not found.strong
