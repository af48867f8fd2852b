"""Signing in in two steps: after a password and a link alike, with a code or a recovery code, and no way around."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from httpx2 import AsyncClient, Response

from services.directory.accounts.domain.account import CloseAccount
from services.directory.accounts.domain.account_state import account_id
from services.directory.sign_in.retention import forget_sign_in
from shared.contract import Event
from shared.contract.directory.accounts import SessionBegan
from shared.identity.principal import OPERATOR
from shared.web.security.authorization import cookie_name
from tests.fixtures.running_directory import HOST, PASSWORD, House, house

pytestmark = pytest.mark.slow

WHO = "equipe@exemple.invalid"
__all__ = ["house"]  # pytest finds its fixtures here


@dataclass
class Holder:
    """Somebody with a password and an app."""

    house: House
    account: UUID
    secret: str
    recovery: list[str]

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.house.now.now() + timedelta(seconds=30 * steps))

    async def password(self, browser: AsyncClient, **more: str) -> Response:
        return await browser.post("/directory/sign-in", data={"email": WHO, "password": PASSWORD, **more})

    async def link(self) -> str:
        person = UUID((await self.house.document(self.account))["person"])
        return self.house.entry.mail.link(person).removeprefix(HOST)


async def with_app(house: House, *roles: str) -> Holder:
    """An account whose app was set up some minutes ago."""
    account = await house.opened(WHO, *roles)
    await house.entry.set_password(account, PASSWORD, session=None, actor="test")
    secret = house.entry.factors.new_secret()
    code = pyotp.TOTP(secret).at(house.now.now() - timedelta(seconds=30))
    return Holder(house, account, secret, house.entry.factors.begin(account, secret, code))


@pytest.fixture
async def holder(house: House) -> AsyncIterator[Holder]:
    yield await with_app(house, "all:editor")


async def signed_in(browser: AsyncClient) -> bool:
    return (await browser.get("/directory/me")).status_code == 200


async def events(house: House, kind: type[Event]) -> list[Event]:
    found = []
    async for run in house.now.log.read():
        found += [message for message in run if message.subject.endswith(f".{kind.__name__}")]
    return [
        (await house.now.log.load("directory", "session", UUID(m.subject.split(".")[3]))).events[0].data for m in found
    ]


async def test_a_password_alone_begins_no_session(house: House, holder: Holder) -> None:
    async with house.browser() as browser:
        first = await holder.password(browser, to="/directory/projects")
        assert first.status_code == 303 and first.headers["location"].startswith("/directory/sign-in/code?to=")
        assert cookie_name(house.now.settings) not in browser.cookies and not await signed_in(browser)
        assert await house.events("SessionBegan") == 0
        page = (await browser.get(first.headers["location"])).text
        assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page
        done = await browser.post("/directory/sign-in/code", data={"code": holder.code(), "to": "/directory/projects"})
        assert (done.status_code, done.headers["location"]) == (303, "/directory/projects")
        assert await signed_in(browser)
    (began,) = await events(house, SessionBegan)
    assert isinstance(began, SessionBegan) and (began.way, began.factor) == ("password", "code")


async def test_a_link_by_mail_asks_the_code_too_and_stays_good_until_then(house: House, holder: Holder) -> None:
    link = await holder.link()
    async with house.browser() as browser, house.browser() as another:
        for _ in range(2):
            step = await browser.post(link)
            assert (step.status_code, step.headers["location"]) == (303, "/directory/sign-in/code")
        assert not await signed_in(browser)
        wrong = await browser.post("/directory/sign-in/code", data={"code": "12345"})
        assert wrong.status_code == 422 and "Ce code ne va pas" in wrong.text
        assert (await browser.post("/directory/sign-in/code", data={"code": holder.code()})).status_code == 303
        assert await signed_in(browser)
        await another.post(link)
        again = await another.post("/directory/sign-in/code", data={"code": holder.code(1)})
        assert again.status_code == 422 and "Ce lien a déjà servi" in again.text and not await signed_in(another)


async def test_a_code_is_good_once_over_all_browsers(house: House, holder: Holder) -> None:
    async with house.browser() as one, house.browser() as two:
        await holder.password(one)
        await holder.password(two)
        code = holder.code()
        assert (await one.post("/directory/sign-in/code", data={"code": code})).status_code == 303
        replayed = await two.post("/directory/sign-in/code", data={"code": code})
        assert replayed.status_code == 422 and "déjà servi" in replayed.text and not await signed_in(two)


async def test_a_recovery_code_stands_in_and_is_told_to_the_log_without_itself(house: House, holder: Holder) -> None:
    async with house.browser() as browser:
        await holder.password(browser)
        done = await browser.post("/directory/sign-in/code", data={"code": "", "recovery": holder.recovery[0].lower()})
        assert done.status_code == 303 and await signed_in(browser)
        await holder.password(browser)
        again = await browser.post("/directory/sign-in/code", data={"recovery": holder.recovery[0]})
        assert again.status_code == 422 and "<details" in again.text
    history = (await house.now.execute.history("account", holder.account)).events
    (used,) = [one for one in history if one.type == "RecoveryCodeUsed"]
    assert used.data.codes == 9 and used.actor == f"account:{holder.account}"  # type: ignore[attr-defined]
    async for run in house.now.log.read():
        assert not any(
            code.encode() in m.body or holder.secret.encode() in m.body for m in run for code in holder.recovery
        )


async def test_without_a_first_step_there_is_no_second(house: House, holder: Holder) -> None:
    async with house.browser() as browser:
        assert (await browser.get("/directory/sign-in/code")).headers["location"] == "/directory/sign-in"
        for path in ("code", "again"):
            answer = await browser.post(f"/directory/sign-in/{path}", data={"code": holder.code()})
            assert (answer.status_code, answer.headers["location"]) == (303, "/directory/sign-in")
        browser.cookies.set("maillage-code", "A" * 120)
        assert (await browser.post("/directory/sign-in/code", data={"code": holder.code()})).status_code == 303
        assert not await signed_in(browser)


async def test_wrong_codes_are_slowed_down_and_passwords_are_not(house: House, holder: Holder) -> None:
    async with house.browser() as browser:
        await holder.password(browser)
        said = [await browser.post("/directory/sign-in/code", data={"code": "nonono"}) for _ in range(7)]
        assert "Trop de codes faux" in said[-1].text and not await signed_in(browser)
        assert (await holder.password(browser)).headers["location"] == "/directory/sign-in/code"


async def test_an_account_that_was_closed_between_both_steps_stays_out(house: House, holder: Holder) -> None:
    async with house.browser() as browser:
        await holder.password(browser)
        await house.do(CloseAccount(account=holder.account))
        answer = await browser.post("/directory/sign-in/code", data={"code": holder.code()})
        assert answer.status_code == 422 and not await signed_in(browser)


async def test_whoever_is_forgotten_leaves_no_secret(house: House, holder: Holder) -> None:
    person = UUID((await house.document(holder.account))["person"])
    await house.opened("autre@exemple.invalid", "all:administrator")
    await forget_sign_in(house.now, person)
    assert not house.entry.factors.has(holder.account) and house.entry.factors.codes_left(holder.account) == 0
    await house.end()
    await house.start()
    assert not house.entry.factors.has(holder.account)


async def test_where_the_log_says_that_there_is_one_and_its_secret_is_lost_nobody_comes_in(house: House) -> None:
    from services.directory.accounts.domain.second_factor import SetSecondFactor

    account = await house.opened(WHO, "all:reader")
    await house.entry.set_password(account, PASSWORD, session=None, actor="test")
    await house.do(SetSecondFactor(account=account, codes=10))
    async with house.browser() as browser:
        await browser.post("/directory/sign-in", data={"email": WHO, "password": PASSWORD})
        answer = await browser.post("/directory/sign-in/code", data={"code": "123456"})
        assert answer.status_code == 422 and "ne peut pas être vérifié" in answer.text


async def test_a_role_that_asks_a_second_factor_waits_for_one_and_a_token_does_not(house: House) -> None:
    await house.end()
    house.settings["second_factor"] = "administrator"
    await house.start()
    async with house.browser() as chief, house.browser() as program:
        done = await house.first(chief)
        assert (done.status_code, done.headers["location"]) == (303, "/directory/me/second-factor")
        refused = await chief.get("/directory/accounts")
        assert refused.status_code == 403 and "second facteur" in refused.text
        await chief.post("/directory/sign-out")
        back = await chief.post("/directory/sign-in", data={"email": "chef@exemple.invalid", "password": PASSWORD})
        assert back.headers["location"] == "/directory/me/second-factor"
        page = (await chief.get("/directory/me/second-factor")).text
        assert "Votre rôle demande un second facteur" in page
        me = house.now.keyring.find("chef@exemple.invalid")
        assert me is not None
        secret, _ = await house.entry.issue_token(
            account_id(me), "Essai", ["directory:administrator"], 1, id=house.now.outside.new_id(), who=OPERATOR
        )
        await house.now.runner.wait_for(await house.now.log.last())
        answer = await program.get("/directory/api/accounts", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 200
