"""The administration of accounts, one's own page, tokens, the API: what they show, refuse and hand out once."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from shared.kernel.command_handler import new_command_id
from tests.fixtures.running_directory import HOST, PASSWORD, House, house, mail_server, path_in, posting, until
from tests.fixtures.signing_in import operator
from tests.services.newsletter.conftest import MailServer

pytestmark = pytest.mark.slow

WHO = "equipe@exemple.invalid"
CHIEF = "chef@exemple.invalid"
__all__ = ["house", "mail_server", "posting"]  # pytest finds its fixtures here


def hidden(page: str, name: str) -> str:
    """The value of a hidden answer of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


async def opened_by_page(browser: AsyncClient, address: str = WHO, *roles: str) -> UUID:
    page = (await browser.get("/directory/accounts/new")).text
    form = {
        "command_id": hidden(page, "command_id"),
        "label": "Secrétariat",
        "email": address,
        "name": "",
        "roles": list(roles),
    }
    answer = await browser.post("/directory/accounts/new", data=form)
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].split("/")[3].partition("?")[0])


async def come_in(house: House, browser: AsyncClient, account: UUID) -> None:
    """Signs a browser in as an account, by a link."""
    link = house.entry.mail.link(UUID((await house.document(account))["person"]))
    assert (await browser.post(link.removeprefix(HOST))).status_code == 303


async def test_an_account_opened_by_page_gets_a_mail_and_comes_in(posting: House, mail_server: MailServer) -> None:
    async with posting.browser() as chief, posting.browser() as browser:
        await posting.first(chief)
        account = await opened_by_page(chief, WHO, "directory:reader", "events:editor")

        async def mailed() -> bool:
            return bool(mail_server.taken)

        await until(mailed)
        to, mail = mail_server.taken[0]
        assert to == WHO and "Votre accès" in str(mail["Subject"])
        assert (await browser.post(path_in(mail))).headers["location"] == "/"
        assert (await posting.document(account))["roles"] == ["directory:reader", "events:editor"]
        assert (await browser.get("/directory/")).status_code == 200
        assert (await browser.get("/directory/accounts")).status_code == 403
        assert (await browser.get("/directory/do/RegisterStructure")).status_code == 403
        page = (await chief.get(f"/directory/accounts/{account}")).text
        assert WHO in page and "Connexion" in page


async def test_the_same_form_twice_opens_one_account_and_sends_one_mail(
    posting: House, mail_server: MailServer
) -> None:
    async with posting.browser() as chief:
        await posting.first(chief)
        form = {"command_id": str(new_command_id()), "label": "Secrétariat", "email": WHO}
        answers = [await chief.post("/directory/accounts/new", data=form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        again = await chief.post("/directory/accounts/new", data={**form, "command_id": str(new_command_id())})
        assert again.status_code == 422 and "déjà un compte" in again.text

        async def mailed() -> bool:
            return len(mail_server.taken) == 1

        await until(mailed)
    assert await posting.events("AccountOpened") == 2  # the chief's, and this


async def test_without_a_mail_server_the_link_is_shown_to_be_handed_over(house: House) -> None:
    async with house.browser() as chief, house.browser() as browser:
        await house.first(chief)
        account = await opened_by_page(chief)
        page = (await chief.post(f"/directory/accounts/{account}/link")).text
        found = re.search(re.escape(HOST) + r"(/directory/sign-in/link/[\w-]+)", page)
        assert found is not None
        assert (await browser.post(found[1])).status_code == 303


async def test_what_is_wrong_with_a_new_account_is_said_at_its_field(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        form = {"command_id": str(new_command_id()), "label": "a@b.fr", "email": "personne", "roles": "all:reader"}
        answer = await chief.post("/directory/accounts/new", data=form)
        assert answer.status_code == 422
        assert "Écrivez une fonction" in answer.text and "Il en faut une comme nom@exemple.fr" in answer.text
        assert re.search(r'value="all:reader"[^>]* checked', answer.text)
        assert (await chief.post("/directory/accounts/new", data={**form, "command_id": "x"})).status_code == 400


async def test_roles_are_a_table_and_a_stale_one_is_refused(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        account = await opened_by_page(chief, WHO, "events:editor")
        there = f"/directory/accounts/{account}"
        version = hidden((await chief.get(there)).text, "version")
        done = await chief.post(
            f"{there}/roles", data={"version": version, "roles": ["all:reader", "newsletter:editor"]}
        )
        assert done.status_code == 303
        assert (await house.document(account))["roles"] == ["all:reader", "newsletter:editor"]
        stale = await chief.post(f"{there}/roles", data={"version": version, "roles": []})
        assert stale.status_code == 409
        assert (await house.document(account))["roles"] == ["all:reader", "newsletter:editor"]
        for bad in ({"version": "9"}, {"version": "x", "roles": []}, {"version": version, "roles": ["all:king"]}):
            assert (await chief.post(f"{there}/roles", data=bad)).status_code in (400, 409)


async def test_the_last_administrator_is_told_why_not(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        me = house.now.keyring.find(CHIEF)
        assert me is not None
        listed = (await chief.get("/directory/accounts")).text
        found = re.search(r"/directory/accounts/([0-9a-f-]{36})", listed)
        assert found is not None
        there = f"/directory/accounts/{found[1]}"
        version = hidden((await chief.get(there)).text, "version")
        for path, form in (("close", {}), ("roles", {"version": version, "roles": ["all:editor"]})):
            answer = await chief.post(f"{there}/{path}", data=form)
            assert answer.status_code == 422 and "dernier administrateur" in answer.text
        second = await opened_by_page(chief, WHO, "directory:administrator")
        assert (await chief.post(f"{there}/close")).status_code == 303
        assert (await chief.get("/directory/accounts")).status_code == 303  # signed out with the account
        assert (await house.document(second))["administers"]


async def test_two_administrators_who_drop_each_other_at_once_leave_one(house: House) -> None:
    import asyncio

    from services.directory.accounts.domain.account import WithdrawRole
    from shared.kernel.decider import Refused

    accounts = [await house.opened(f"{n}@exemple.invalid", "all:administrator") for n in ("un", "deux", "trois")]

    async def drop(account: UUID) -> bool:
        try:
            await house.do(WithdrawRole(account=account, where="all", role="administrator"))
        except Refused as refused:
            assert refused.code == "last-administrator"
            return False
        return True

    assert sorted(await asyncio.gather(*map(drop, accounts))) == [False, True, True]
    assert sum([(await house.document(account))["administers"] for account in accounts]) == 1


async def test_a_closed_account_is_out_at_once_and_comes_back_with_its_roles(house: House) -> None:
    async with house.browser() as chief, house.browser() as browser:
        await house.first(chief)
        account = await opened_by_page(chief, WHO, "all:reader")
        await come_in(house, browser, account)
        assert (await browser.get("/directory/")).status_code == 200
        await chief.post(f"/directory/accounts/{account}/close")
        assert (await browser.get("/directory/")).status_code == 303
        link = house.entry.mail.link(UUID((await house.document(account))["person"]))
        refused = await browser.post(link.removeprefix(HOST))
        assert refused.status_code == 410 and "Ce compte est clos" in refused.text
        await chief.post(f"/directory/accounts/{account}/reopen")
        await come_in(house, browser, account)
        assert (await browser.get("/directory/")).status_code == 200


async def test_sessions_are_ended_one_by_one_and_all(house: House) -> None:
    account = await house.opened(WHO, "all:reader")
    async with house.browser() as one, house.browser() as two, house.browser() as three:
        for browser in (one, two, three):
            await come_in(house, browser, account)
        sessions = [s["session"] for s in (await house.document(account))["sessions"]]
        assert (await one.post(f"/directory/me/sessions/{sessions[1]}/end")).status_code == 303
        assert [(await b.get("/directory/me")).status_code for b in (one, two, three)] == [200, 303, 200]
        assert (await one.post("/directory/me/sessions/end")).status_code == 303
        assert [(await b.get("/directory/me")).status_code for b in (one, two, three)] == [303, 303, 303]


async def test_nobody_ends_the_session_of_another_from_their_own_page(house: House) -> None:
    mine, other = await house.opened(WHO, "all:reader"), await house.opened("autre@exemple.invalid", "all:reader")
    async with house.browser() as browser, house.browser() as victim:
        await come_in(house, browser, mine)
        await come_in(house, victim, other)
        (session,) = (await house.document(other))["sessions"]
        await browser.post(f"/directory/me/sessions/{session['session']}/end")
        assert (await victim.get("/directory/me")).status_code == 200
        assert (await browser.post(f"/directory/accounts/{other}/sessions/end")).status_code == 403


async def test_a_password_is_set_after_a_link_and_changed_with_the_old_one(house: House) -> None:
    account = await house.opened(WHO, "all:reader")
    new = "cinq cailloux dans le gave"
    async with house.browser() as browser, house.browser() as another:
        await come_in(house, browser, account)
        assert 'name="old"' not in (await browser.get("/directory/me")).text
        weak = await browser.post("/directory/me/password", data={"password": "motdepasse123"})
        assert weak.status_code == 422 and "serait vite deviné" in weak.text and "motdepasse123" not in weak.text
        assert (await browser.post("/directory/me/password", data={"password": PASSWORD})).status_code == 303
        form = {"email": WHO, "password": PASSWORD}
        assert (await another.post("/directory/sign-in", data=form)).status_code == 303
        assert 'name="old"' in (await another.get("/directory/me")).text
        without = await another.post("/directory/me/password", data={"password": new})
        assert without.status_code == 422
        done = await another.post("/directory/me/password", data={"password": new, "old": PASSWORD})
        assert done.status_code == 303
        assert (await another.get("/directory/me")).status_code == 200  # the one that changed it stays
        assert (await browser.get("/directory/me")).status_code == 303  # the other has ended
        assert (await browser.post("/directory/sign-in", data=form)).status_code == 422


async def test_a_token_is_shown_once_acts_within_its_scopes_and_ends(house: House) -> None:
    account = await house.opened(WHO, "directory:editor")
    async with house.browser() as browser, house.browser() as program:
        await come_in(house, browser, account)
        form: dict[str, Any] = {
            "command_id": str(new_command_id()),
            "name": "Import de nuit",
            "scopes": ["directory:editor"],
            "days": "30",
        }
        page = await browser.post("/directory/me/tokens", data=form)
        found = re.search(r"mlg_[0-9a-f-]{36}_[\w-]+", page.text)
        assert page.status_code == 200 and found is not None
        assert (await browser.post("/directory/me/tokens", data=form)).status_code == 303  # the second time, no secret
        assert found[0] not in (await browser.get("/directory/me")).text
        shown = {"Authorization": f"Bearer {found[0]}"}
        structure = {"name": "Par programme", "kind": "association"}
        done = await program.post("/directory/api/commands/register-structure", json=structure, headers=shown)
        assert done.status_code == 200
        history = await house.now.execute.history("structure", UUID(done.json()["entity"]))
        assert history.events[0].actor.startswith(f"token:{account}/")
        assert (await program.get("/directory/api/accounts", headers=shown)).status_code == 403
        (token,) = (await house.document(account))["tokens"]
        await browser.post(f"/directory/me/tokens/{token['token']}/withdraw")
        assert (await program.get("/directory/api/structures", headers=shown)).status_code == 401


async def test_a_token_beyond_the_roles_is_refused_with_its_reason(house: House) -> None:
    account = await house.opened(WHO, "directory:reader")
    async with house.browser() as browser:
        await come_in(house, browser, account)
        form = {
            "command_id": str(new_command_id()),
            "name": "Trop",
            "scopes": ["directory:administrator"],
            "days": "30",
        }
        answer = await browser.post("/directory/me/tokens", data=form)
        assert answer.status_code == 422 and "dépassent les rôles" in answer.text
        none = await browser.post("/directory/me/tokens", data={**form, "scopes": [], "days": "9999", "name": ""})
        assert none.status_code == 422
    assert await house.events("TokenIssued") == 0


@pytest.mark.parametrize(
    "command", ["open-account", "sign-in", "set-password", "issue-token", "publish-signing-key", "withdraw-signing-key"]
)
async def test_what_is_the_services_own_has_no_route(house: House, command: str) -> None:
    async with house.browser() as browser:
        answer = await browser.post(f"/directory/api/commands/{command}", json={}, headers=operator(house.now))
        assert answer.status_code == 404
        name = "".join(part.capitalize() for part in command.split("-"))
        assert (await browser.get(f"/directory/do/{name}", headers=operator(house.now))).status_code == 404


async def test_programs_open_accounts_ask_for_links_and_replace_the_key(house: House) -> None:
    async with house.browser() as program, house.browser() as browser:
        program.headers.update(operator(house.now))
        wanted = {"label": "Secrétariat", "email": WHO, "roles": ["all:reader"]}
        key = {"Idempotency-Key": str(uuid4())}
        opened = (await program.post("/directory/api/accounts", json=wanted, headers=key)).json()
        again = (await program.post("/directory/api/accounts", json=wanted, headers=key)).json()
        assert opened["entity"] == again["entity"] and again["repeated"] and again["link"] is None
        assert (await browser.post(opened["link"].removeprefix(HOST))).status_code == 303
        found = (await program.post("/directory/api/accounts/find", json={"email": WHO.upper()})).json()
        assert found == {"account": opened["entity"], "label": "Secrétariat", "open": True}
        assert (
            await program.post("/directory/api/accounts/find", json={"email": "x@exemple.invalid"})
        ).status_code == 404
        link = (await program.post("/directory/api/accounts/link", json={"email": WHO})).json()["link"]
        assert (await browser.post(link.removeprefix(HOST))).status_code == 303
        assert (await program.post("/directory/api/signing-key/rotate", json={})).status_code == 200
        assert (await browser.get("/directory/me")).status_code == 200
        assert (await program.post("/directory/api/signing-key/rotate", json={"at_once": True})).status_code == 200
        assert (await browser.get("/directory/me")).status_code == 303
        assert WHO not in (await program.get("/directory/api/accounts")).text
        assert (await browser.post("/directory/api/accounts", json=wanted)).status_code == 401


async def test_the_twenty_first_session_ends_the_first(house: House) -> None:
    account = await house.opened(WHO, "all:reader")
    async with house.browser() as browser:
        await come_in(house, browser, account)
        for _ in range(20):
            await house.entry.begin(account, "mail-link", uuid4())
        assert (await browser.get("/directory/me")).status_code == 303
    assert len((await house.document(account))["sessions"]) == 20


async def test_every_page_speaks_english_too(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        account = await opened_by_page(chief)
        for path in (
            "/directory/me",
            "/directory/accounts",
            "/directory/accounts/new",
            f"/directory/accounts/{account}",
            "/directory/space",
            "/directory/sign-in/sent",
        ):
            page = await chief.get(f"{path}?lang=en")
            assert page.status_code == 200 and '<html lang="en">' in page.text
