"""Sessions in streams of their own: an account's does not grow by who comes in, a session's ends; those of an older
release are honoured until they end; none outlives what ended it, also where both come at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.directory.accounts.domain.account import CloseAccount, ReopenAccount
from services.directory.accounts.domain.sessions import SESSION, EndSessions, SignOut
from shared.contract.directory.accounts import SignedIn
from shared.kernel.decider import Refused
from shared.web.security.authorization import cookie_name
from tests.fixtures.running_directory import HOST, House, house
from tests.fixtures.signing_in import say

pytestmark = pytest.mark.slow
__all__ = ["house"]
WHO = "equipe@exemple.invalid"


async def types_of(house: House, kind: str, id: UUID) -> list[str]:
    return [event.type for event in (await house.now.execute.history(kind, id)).events]


async def test_an_account_s_stream_does_not_grow_and_a_session_s_ends(house: House) -> None:
    account = await house.opened(WHO, "all:reader")
    before = await types_of(house, "account", account)
    begun = [await house.entry.begin(account, "mail-link", uuid4()) for _ in range(3)]
    await house.now.runner.wait_for(await house.now.log.last())
    sessions = [UUID(one["session"]) for one in (await house.document(account))["sessions"]]
    for one in sessions[:2]:
        await house.do(SignOut(account=account, session=one))
        assert not (await house.now.execute(SignOut(account=account, session=one), id=uuid4(), actor="test")).changed
    assert await types_of(house, "account", account) == before
    assert [await types_of(house, "session", one) for one in sessions] == [
        ["SessionBegan", "SessionEnded"],
        ["SessionBegan", "SessionEnded"],
        ["SessionBegan"],
    ]
    judged = [(await house.now.sessions.by_cookie(one.cookie)).signed_in for one in begun]
    assert judged == [False, False, True]
    await house.do(EndSessions(account=account))
    assert not (await house.now.sessions.by_cookie(begun[2].cookie)).signed_in
    assert await types_of(house, "account", account) == [*before, "SessionsEnded"]
    said = [event.body for event in (await house.now.execute.history(SESSION.entity, sessions[0])).events]
    assert not any(WHO.encode() in body for body in said), "nothing personal"


async def test_a_session_of_an_older_release_is_honoured_and_ended_where_it_began(house: House) -> None:
    account = await house.opened(WHO, "all:reader")
    person = UUID((await house.document(account))["person"])
    path = house.entry.mail.link(person)
    link = house.entry.links.read(path.rpartition("/")[2], house.now.now()).link
    session, ends = uuid4(), datetime.now(UTC) + timedelta(hours=12)
    signer = await house.entry.keys.ready()
    seq = await say(house.now, account, SignedIn(session=session, way="mail-link", ends=ends, link=link))
    async with house.browser() as browser:
        browser.cookies.set(cookie_name(house.now.settings), signer.sign(account, session, seq, ends))
        assert (await browser.get("/directory/me")).status_code == 200
        again = await browser.post(path.removeprefix(HOST))
        assert again.status_code == 410 and "déjà servi" in again.text, "its link was used"
        assert (await browser.post("/directory/sign-out")).status_code == 303
        assert (await browser.get("/directory/me")).status_code == 303
    assert (await types_of(house, "account", account))[-1] == "SignedOut"
    assert await types_of(house, "session", session) == []


async def test_nobody_is_in_after_a_closing_that_came_at_the_same_moment(house: House) -> None:
    await house.opened("chef@exemple.invalid", "all:administrator")
    account = await house.opened(WHO, "all:reader")
    for _ in range(10):
        closing = CloseAccount(account=account)
        found = await asyncio.gather(
            house.entry.begin(account, "mail-link", uuid4()),
            house.now.execute(closing, id=uuid4(), actor="test"),
            house.entry.begin(account, "mail-link", uuid4()),
            return_exceptions=True,
        )
        await house.now.runner.wait_for(await house.now.log.last())
        assert all(not isinstance(one, BaseException) or isinstance(one, Refused) for one in found), found
        cookies = [one.cookie for one in (found[0], found[2]) if not isinstance(one, BaseException)]
        for reopened in (False, True):
            for cookie in cookies:
                assert not (await house.now.sessions.by_cookie(cookie)).signed_in, reopened
            if not reopened:
                await house.do(ReopenAccount(account=account))
