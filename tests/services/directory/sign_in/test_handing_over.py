"""A link is handed over by an event, to nobody who may do less than its account, and its holder is told. Beside it
every other way to become somebody else: roles, tokens, addresses of contacts, claims. All are closed, page and API."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from services.directory.accounts.domain.account import SetRoles
from services.directory.claims.views import CLAIMS
from services.directory.structures.contact_views import CONTACTS
from services.directory.structures.domain.contact import AddContact, ReviseContact
from services.directory.structures.domain.structure import RegisterStructure
from shared.contract.directory.accounts import LinkHandedOver, SessionBegan
from shared.contract.directory.capabilities import CapabilityGranted
from shared.contract.personal import Personal
from shared.kernel.command_handler import new_command_id
from tests.fixtures.running_directory import HOST, House, house, mail_server, path_in, posting, until
from tests.fixtures.signing_in import Account, account, operator
from tests.services.newsletter.conftest import MailServer

pytestmark = pytest.mark.slow
__all__ = ["house", "mail_server", "posting"]  # pytest finds its fixtures here

CHIEF, WHO, OWN = "chef@exemple.invalid", "equipe@exemple.invalid", "moi@exemple.invalid"
API = "/directory/api"
ABOVE, BEYOND = "account-above-you", "beyond-own-roles"


async def come(house: House, browser: AsyncClient, *roles: str, label: str = "Comptes") -> Account:
    """Signs a browser in as somebody with these roles."""
    made = await account(house.now, *roles, label=label)
    browser.cookies.update(await made.cookie())
    return made


async def refused(browser: AsyncClient, path: str, json: Any, **headers: str) -> str:
    """The code with which a program is refused."""
    answer = await browser.post(path, json=json, headers=headers)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["error"])


def link_on(page: str) -> str:
    found = re.search(re.escape(HOST) + r"(/directory/sign-in/link/[\w-]+)", page)
    assert found is not None, page
    return found[1]


async def data_of(house: House, kind: str, id: UUID, type: str) -> Any:
    return [e.data for e in (await house.now.execute.history(kind, id)).events if e.type == type][-1]


# what is said


async def test_a_link_handed_over_is_said_first_and_the_session_says_by_what(house: House) -> None:
    async with house.browser() as chief, house.browser() as browser:
        giver = await come(house, chief, "all:administrator", label="Direction")
        who = await house.opened(WHO, "all:administrator")
        link = (await chief.post(f"{API}/accounts/link", json={"email": WHO})).json()["link"].removeprefix(HOST)
        said = await data_of(house, "account", who, "LinkHandedOver")
        assert isinstance(said, LinkHandedOver) and said.given_to == giver.id
        event = (await house.now.execute.history("account", who)).events[-1]
        assert event.actor == f"account:{giver.id}" and WHO.encode() not in event.body
        assert link.rpartition("/")[2].encode() not in event.body, "nobody comes in by what the log says"
        assert (await browser.post(link)).status_code == 303
        (session,) = (await house.document(who))["sessions"]
        began = await data_of(house, "session", UUID(session["session"]), "SessionBegan")
        assert isinstance(began, SessionBegan)
        assert (began.way, began.given_to, began.link) == ("handed-link", giver.id, said.link)
        assert session["way"] == "handed-link" and session["given_to"] == str(giver.id)
        assert "lien remis par un tiers" in (await browser.get("/directory/me")).text


async def test_by_page_and_by_the_command_line_it_is_the_same(house: House) -> None:
    async with house.browser() as chief, house.browser() as program:
        giver = await come(house, chief, "all:administrator")
        who = await house.opened(WHO, "all:administrator")
        link_on((await chief.post(f"/directory/accounts/{who}/link")).text)
        program.headers.update(operator(house.now))
        assert (await program.post(f"{API}/accounts/link", json={"email": WHO})).status_code == 200
        wanted = {"label": "Autre", "email": "autre@exemple.invalid", "roles": ["all:administrator"]}
        opened = (await program.post(f"{API}/accounts", json=wanted)).json()
        assert link_on(opened["link"])
        token = await giver.token("directory:administrator")
        assert await house.events("LinkHandedOver") == 3
        said = [e for e in (await house.now.execute.history("account", who)).events if e.type == "LinkHandedOver"]
        assert [(one.actor, one.data.given_to) for one in said] == [  # type: ignore[union-attr]
            (f"account:{giver.id}", giver.id),
            ("operator", None),
        ]
        reader = {"label": "Lecture", "email": "lecture@exemple.invalid", "roles": ["directory:reader"]}
        program.headers["Authorization"] = f"Bearer {token}"
        made = (await program.post(f"{API}/accounts", json=reader)).json()
        handed = (await house.now.execute.history("account", UUID(made["entity"]))).events[-1]
        assert handed.type == "LinkHandedOver" and handed.actor.startswith(f"token:{giver.id}/")


async def test_a_contact_who_never_came_in_has_an_account_before_the_link(house: House) -> None:
    await house.contact(OWN)
    async with house.browser() as chief, house.browser() as browser:
        await come(house, chief, "directory:administrator")
        link = (await chief.post(f"{API}/accounts/link", json={"email": OWN})).json()["link"].removeprefix(HOST)
        assert (await house.events("AccountOpened"), await house.events("LinkHandedOver")) == (2, 1)
        assert (await browser.post(link)).headers["location"] == "/directory/space"


async def test_the_holder_is_told_on_the_next_page_and_by_mail(posting: House, mail_server: MailServer) -> None:
    async with posting.browser() as chief, posting.browser() as holder, posting.browser() as thief:
        await come(posting, chief, "all:administrator", label="Direction")
        who = await posting.opened(WHO, "all:reader")
        person = UUID((await posting.document(who))["person"])
        assert (await holder.post(posting.entry.mail.link(person).removeprefix(HOST))).status_code == 303
        assert "J’ai lu" not in (await holder.get("/directory/")).text
        link = (await chief.post(f"{API}/accounts/link", json={"email": WHO})).json()["link"].removeprefix(HOST)
        await until(lambda: taken(mail_server, 1))
        to, mail = mail_server.taken[0]
        assert to == WHO and "a été remis" in str(mail["Subject"]) and "Direction" in text_of(mail)
        assert "/sign-in/link/" not in text_of(mail)
        page = (await holder.get("/directory/")).text
        assert "Un lien de connexion à votre compte a été remis" in page and "à Direction, le" in page

        assert (await thief.post(link)).status_code == 303
        await until(lambda: taken(mail_server, 2))
        assert "Nouvelle connexion" in str(mail_server.taken[1][1]["Subject"])
        assert "Direction" in text_of(mail_server.taken[1][1])
        await thief.post("/directory/me/told", data={"to": "/directory/"})
        page = (await holder.get("/directory/")).text
        assert "Nouvelle connexion à votre compte" in page, "whoever came in reads nothing in the holder's place"
        done = await holder.post("/directory/me/told", data={"to": "//ailleurs.invalid"})
        assert done.headers["location"] == "/directory/me"
        assert "J’ai lu" not in (await holder.get("/directory/")).text


async def test_who_ends_all_sessions_voids_the_link_too(house: House) -> None:
    async with house.browser() as chief, house.browser() as thief:
        await come(house, chief, "all:administrator")
        who = await house.opened(WHO, "all:reader")
        link = link_on((await chief.post(f"/directory/accounts/{who}/link")).text)
        await chief.post(f"/directory/accounts/{who}/sessions/end")
        answer = await thief.post(link)
        assert answer.status_code == 410 and "le compte a changé depuis" in answer.text


async def test_a_token_that_somebody_else_made_is_told(posting: House, mail_server: MailServer) -> None:
    """What a program does by it is done in the holder's name."""
    async with posting.browser() as chief, posting.browser() as holder:
        await come(posting, chief, "all:administrator", label="Direction")
        who = await posting.opened(WHO, "directory:reader")
        person = UUID((await posting.document(who))["person"])
        await holder.post(posting.entry.mail.link(person).removeprefix(HOST))
        token = {"name": "Tableur", "scopes": ["directory:reader"], "days": 9}
        assert (await chief.post(f"{API}/accounts/{who}/tokens", json=token)).status_code == 200
        await until(lambda: taken(mail_server, 1))
        assert mail_server.taken[0][0] == WHO and "Direction" in text_of(mail_server.taken[0][1])
        assert "mlg_" not in text_of(mail_server.taken[0][1])
        page = (await holder.get("/directory/")).text
        assert "Un jeton de votre compte a été créé" in page and "par Direction, le" in page
        form = {**token, "command_id": str(new_command_id())}
        assert (await holder.post("/directory/me/tokens", data=form)).status_code == 200
        assert (await holder.get("/directory/")).text.count("Un jeton de votre compte") == 1, "not of one's own"
        await posting.entry.mail.stop()
    assert len(mail_server.taken) == 1


# who may not


async def test_no_link_of_an_account_above_ones_own(house: House) -> None:
    """`POST /directory/api/accounts/link` with directory:administrator alone gave a session with all rights."""
    async with house.browser() as browser:
        mine = await come(house, browser, "directory:administrator")
        chief = await house.opened(CHIEF, "all:administrator")
        assert await refused(browser, f"{API}/accounts/link", {"email": CHIEF}) == ABOVE
        page = await browser.post(f"/directory/accounts/{chief}/link")
        assert page.status_code == 422 and "des droits que vous n’avez pas" in page.text
        assert "/sign-in/link/" not in page.text
        other = await house.opened(WHO, "membership:auditor")
        assert await refused(browser, f"{API}/accounts/link", {"email": WHO}) == ABOVE
        token = {"Authorization": f"Bearer {await mine.token('directory:administrator')}"}
        assert await refused(browser, f"{API}/accounts/link", {"email": CHIEF}, **token) == ABOVE
        await house.do(SetRoles(account=other, roles=["directory:editor"]))
        assert (await browser.post(f"{API}/accounts/link", json={"email": WHO})).status_code == 200
    assert await house.events("LinkHandedOver") == 1


async def test_a_token_becomes_no_session_with_more(house: House) -> None:
    """A token with the scope directory:administrator, of an account that may do all, asked for a link of its own."""
    chief = await house.opened(CHIEF, "all:administrator")
    made = Account(house.now, chief, "Direction")
    async with house.browser() as program:
        program.headers["Authorization"] = f"Bearer {await made.token('directory:administrator')}"
        assert await refused(program, f"{API}/accounts/link", {"email": CHIEF}) == ABOVE
        token = {"name": "Plus", "scopes": ["membership:editor"], "days": 9}
        assert await refused(program, f"{API}/accounts/{chief}/tokens", token) == ABOVE
        role = {"account": str(chief), "where": "all", "role": "administrator"}
        assert await refused(program, f"{API}/commands/grant-role", role) == ABOVE
    async with house.browser() as program:
        second = Account(house.now, await house.opened(WHO, "directory:administrator"), "Comptes")
        program.headers["Authorization"] = f"Bearer {await second.token('directory:administrator')}"
        assert (await program.post(f"{API}/accounts/link", json={"email": WHO})).status_code == 200, "as much, not more"


async def test_nobody_gives_what_they_have_not(house: House) -> None:
    """directory:administrator gave all:administrator, to themselves or to an account of their own."""
    async with house.browser() as browser:
        mine = await come(house, browser, "directory:administrator")
        other = await house.opened(WHO, "directory:reader")
        for who in (mine.id, other):
            role = {"account": str(who), "where": "all", "role": "administrator"}
            assert await refused(browser, f"{API}/commands/grant-role", role) == BEYOND
            roles = {"account": str(who), "roles": ["directory:administrator", "membership:editor"]}
            assert await refused(browser, f"{API}/commands/set-roles", roles) == BEYOND
        form = {"command_id": str(new_command_id()), "account": str(other), "where": "all", "role": "reader"}
        page = await browser.post("/directory/do/GrantRole", data=form)
        assert page.status_code == 422 and "Vous ne pouvez pas donner" in page.text
        version = (await house.document(other))["version"]
        form = {"version": str(version), "roles": "newsletter:editor"}
        page = await browser.post(f"/directory/accounts/{other}/roles", data=form)
        assert page.status_code == 422 and "Vous ne pouvez pas donner" in page.text
        wanted = {"label": "Moi aussi", "email": OWN, "roles": ["all:administrator"]}
        assert await refused(browser, f"{API}/accounts", wanted) == BEYOND
        form = {**wanted, "command_id": str(new_command_id()), "name": ""}
        page = await browser.post("/directory/accounts/new", data=form)
        assert page.status_code == 422 and "Vous ne pouvez pas donner" in page.text
        given = {"account": str(other), "where": "directory", "role": "editor"}
        assert (await browser.post(f"{API}/commands/grant-role", json=given)).status_code == 200
    assert await house.events("AccountOpened") == 2


async def test_an_account_above_ones_own_is_not_brought_down_first(house: House) -> None:
    """Roles taken, then a link: the log would have named its holder all the same."""
    async with house.browser() as browser, house.browser() as chief:
        await come(house, browser, "directory:administrator")
        await come(house, chief, "all:administrator")
        who = await house.opened(CHIEF, "all:administrator")
        about = {"account": str(who)}
        for command, fields in {
            "set-roles": {"roles": ["directory:reader"]},
            "withdraw-role": {"where": "all", "role": "administrator"},
            "close-account": {},
            "revise-account": {"label": "Personne"},
        }.items():
            assert await refused(browser, f"{API}/commands/{command}", {**about, **fields}) == ABOVE
            name = "".join(part.capitalize() for part in command.split("-"))
            form = {"command_id": str(new_command_id()), **about, **fields}
            page = await browser.post(f"/directory/do/{name}", data=form)
            assert page.status_code == 422 and "des droits que vous n’avez pas" in page.text, name
        for path, form in {"close": {}, "label": {"label": "Personne"}}.items():
            page = await browser.post(f"/directory/accounts/{who}/{path}", data=form)
            assert page.status_code == 422 and "des droits que vous n’avez pas" in page.text
        await chief.post(f"{API}/commands/close-account", json=about)
        assert await refused(browser, f"{API}/commands/reopen-account", about) == ABOVE, "closed, it has them still"
        await chief.post(f"{API}/commands/reopen-account", json=about)
        for command in ("end-sessions", "sign-out"):
            body = {**about, "session": str(uuid4())} if command == "sign-out" else about
            assert (await browser.post(f"{API}/commands/{command}", json=body)).status_code == 200, "what only ends"


async def test_a_token_of_somebody_else_gives_no_more_than_its_maker_has(house: House) -> None:
    """directory:administrator made a token of the all:administrator's account, and had its secret."""
    async with house.browser() as browser:
        await come(house, browser, "directory:administrator")
        chief = await house.opened(CHIEF, "all:administrator")
        token = {"name": "Plus", "scopes": ["directory:reader"], "days": 9}
        assert await refused(browser, f"{API}/accounts/{chief}/tokens", token) == ABOVE
        form = {**token, "command_id": str(new_command_id())}
        page = await browser.post(f"/directory/accounts/{chief}/tokens", data=form)
        assert page.status_code == 422 and "mlg_" not in page.text
    assert await house.events("TokenIssued") == 0


async def test_a_link_is_not_for_rights_that_come_later(house: House) -> None:
    """Made while the account could do little, used once it could do all."""
    async with house.browser() as browser, house.browser() as thief:
        await come(house, browser, "directory:administrator")
        who = await house.opened(WHO, "directory:reader")
        link = link_on((await browser.post(f"/directory/accounts/{who}/link")).text)
        await house.do(SetRoles(account=who, roles=["all:administrator"]))
        assert (await thief.post(link)).status_code == 410
        assert (await thief.get("/directory/me")).status_code == 303
    assert await house.events("SessionBegan") == 1  # the administrator's


async def test_a_contact_s_address_that_changed_meanwhile_is_not_proven_by_an_old_link(
    posting: House, mail_server: MailServer
) -> None:
    """An editor's contact with a mailbox of their own asked for a link; then the contact's address became that of the
    administrator, whose account the link opened."""
    await posting.opened(CHIEF, "all:administrator")
    await posting.contact(OWN)
    (contact,) = (await posting.now.store.find(CONTACTS)).documents
    async with posting.browser() as browser:
        await browser.post("/directory/sign-in/ask", data={"email": OWN})
        await until(lambda: taken(mail_server, 1))
        await posting.do(ReviseContact(contact=contact["key"], email=Personal(CHIEF)))
        assert (await browser.post(path_in(mail_server.taken[0][1]))).status_code == 404
        assert (await browser.get("/directory/me")).status_code == 303
        await posting.do(ReviseContact(contact=contact["key"], email=Personal(OWN.upper())))
        assert (await browser.post(path_in(mail_server.taken[0][1]))).status_code == 303, "the address it was sent to"
    assert await posting.events("AccountOpened") == 2


async def test_a_contact_with_somebody_s_person_is_no_way_to_them(posting: House, mail_server: MailServer) -> None:
    """A contact may be said to be a person who is known: under an address of one's own it is still their account."""
    chief = await posting.opened(CHIEF, "all:administrator")
    person = UUID((await posting.document(chief))["person"])
    structure = (await posting.do(RegisterStructure(name="Eau vive", kind="association"))).entity_id
    await posting.do(AddContact(structure=structure, name=Personal("X"), email=Personal(OWN), person=person))
    async with posting.browser() as browser:
        await come(posting, browser, "directory:administrator")
        assert await refused(browser, f"{API}/accounts/link", {"email": OWN}) == ABOVE
        await browser.post("/directory/sign-in/ask", data={"email": OWN})
        await until(lambda: taken(mail_server, 1))
    assert [to for to, _ in mail_server.taken] == [CHIEF]


async def test_a_claim_in_somebody_s_name_is_no_way_to_them(house: House) -> None:
    """Without a mail server an editor claimed under the administrator's address, confirmed and accepted it, and was
    shown a link."""
    await house.now.start_reactions()
    await house.opened(CHIEF, "all:administrator")
    async with house.browser() as public, house.browser() as team:
        await come(house, team, "directory:editor")
        form = {"structure_name": "Eau vive", "name": "X", "email": CHIEF, "command_id": str(new_command_id())}
        await public.post("/directory/public/claim", data=form)
        claim = (await house.now.store.find(CLAIMS)).documents[0]["key"]
        page = (await team.post(f"/directory/claims/{claim}/link")).text
        found = re.search(re.escape(HOST) + r"(/directory/public/claim/confirm/[\w-]+)", page)
        assert found is not None
        await public.post(found[1])
        accepted = {"structure": "new", "command_id": str(new_command_id())}
        await team.post(f"/directory/claims/{claim}/accept", data=accepted)

        async def answered() -> bool:
            return (await team.post(f"/directory/claims/{claim}/link")).status_code != 404

        await until(answered)
        page_ = await team.post(f"/directory/claims/{claim}/link")
        assert page_.status_code == 422 and "/sign-in/link/" not in page_.text
    assert await house.events("LinkHandedOver") == 0


async def taken(server: MailServer, n: int) -> bool:
    return len(server.taken) >= n


def text_of(mail: Any) -> str:
    part = mail.get_body(("plain",))
    return " ".join(str(part.get_content()).split())


async def test_a_token_that_leaves_out_what_its_account_is_able_to_do_makes_no_session_with_it(house: House) -> None:
    me = Account(house.now, await house.opened(OWN, "directory:administrator"), "Moi")
    await me.say(CapabilityGranted(capability="approver", ends=datetime.now(UTC) + timedelta(days=9)))
    async with house.browser() as program:
        narrow = {"Authorization": f"Bearer {await me.token('directory:administrator')}"}
        assert await refused(program, f"{API}/accounts/link", {"email": OWN}, **narrow) == ABOVE
        wide = {"Authorization": f"Bearer {await me.token('directory:administrator', 'newsletter:approver')}"}
        assert (await program.post(f"{API}/accounts/link", json={"email": OWN}, headers=wide)).status_code == 200


async def test_who_keeps_one_door_is_given_no_link_of_who_keeps_another(house: House) -> None:
    mine = await account(house.now, "directory:administrator")
    other = Account(house.now, await house.opened(WHO), "Autre")
    here, there, ends = uuid4(), uuid4(), datetime.now(UTC) + timedelta(days=9)
    await mine.say(CapabilityGranted(capability="door", scope=here, ends=ends))
    await other.say(CapabilityGranted(capability="door", scope=there, ends=ends))
    async with house.browser() as browser:
        browser.cookies.update(await mine.cookie())
        assert await refused(browser, f"{API}/accounts/link", {"email": WHO}) == ABOVE
        await mine.say(CapabilityGranted(capability="door", scope=there, ends=ends))
        assert (await browser.post(f"{API}/accounts/link", json={"email": WHO})).status_code == 200
