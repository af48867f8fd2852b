"""Who asks to look after a record: by mail, answered by the team, once; strangers' words go nowhere."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest

from services.directory.claims.reactions import claimant_becomes_contact
from services.directory.claims.views import CLAIMS
from services.directory.structures.domain.listing import ListStructure
from shared.contract.directory.claims import ClaimAccepted
from shared.contract.envelope import opened
from shared.kernel.eventlog.event_log import Unit
from tests.fixtures.log_writing import write
from tests.fixtures.running_directory import HOST, House, house, mail_server, path_in, posting, until
from tests.fixtures.two_structures import PUBLIC, SPACE_PAGE, answers, hidden, staff, structure, where
from tests.services.newsletter.conftest import MailServer

pytestmark = pytest.mark.slow

__all__ = ["house", "mail_server", "posting"]  # pytest finds its fixtures here
WHO = "claire@eauvive.exemple"
CLAIM = f"{PUBLIC}/claim"


def confirming(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    (found,) = re.findall(re.escape(HOST) + r"(/directory/public/claim/confirm/\S+)", part.get_content())
    return str(found)


async def mails(server: MailServer, count: int) -> EmailMessage:
    """The last of so many mails."""

    async def there() -> bool:
        return len(server.taken) >= count

    await until(there)
    return server.taken[count - 1][1]


async def test_from_the_public_page_to_the_space(posting: House, mail_server: MailServer) -> None:
    own = await structure(posting, "Eau vive", website="https://www.eauvive.exemple/")
    await posting.do(ListStructure(structure=own))
    await posting.now.start_reactions()
    async with posting.browser() as public, staff(posting, "directory:editor") as team:
        assert "Eau vive" in (await public.get(f"{CLAIM}?structure={own}")).text
        form = answers(structure=str(own), name="Claire Inventée", email=WHO, role="Présidente", message="Bonjour")
        for _ in range(2):  # the same form twice is one claim and one mail
            assert where(await public.post(CLAIM, data=form)) == f"{CLAIM}/sent"
        link = confirming(await mails(mail_server, 1))
        claim = (await posting.now.store.find(CLAIMS)).documents[0]["key"]
        early = await team.post(f"/directory/claims/{claim}/accept", data=answers(structure=str(own)))
        assert early.status_code == 422 and "pas encore suivi le lien" in early.text
        assert "Claire" not in (await team.get("/directory/claims")).text
        assert (await public.get(link)).status_code == 200
        assert "Claire" not in (await team.get("/directory/claims")).text, "a GET confirms nothing"
        assert where(await public.post(link)) == f"{CLAIM}/confirmed"
        page = (await team.get(f"/directory/claims/{claim}")).text
        assert "Claire Inventée" in page and WHO in page and "eauvive.exemple" in page and "Bon signe" in page
        given = answers(structure=str(own), version=hidden(page, "version"))
        assert (await team.post(f"/directory/claims/{claim}/accept", data=given)).status_code == 303
        again = await team.post(f"/directory/claims/{claim}/accept", data={**given, **answers()})
        assert again.status_code in (409, 422)

        async def added() -> bool:
            return await posting.events("ContactAdded") == 1

        await until(added)
        invitation = await mails(mail_server, 2)
        assert (await public.post(path_in(invitation))).headers["location"] == SPACE_PAGE
        assert "Eau vive" in (await public.get(f"{SPACE_PAGE}/{own}")).text
        assert len(mail_server.taken) == 2 and await posting.events("ListingClaimed") == 1
        assert await posting.now.store.parked() == []


async def test_a_structure_that_is_not_there_is_registered_once(posting: House, mail_server: MailServer) -> None:
    alike = await structure(posting, "Les Amis du Sahel (09)")
    async with posting.browser() as public, staff(posting, "directory:editor") as team:
        stranger = "Gagnez au loto https://piege.exemple"
        form = answers(
            structure_name=stranger, name="Claire", email=WHO, kind="association", website="https://sahel.exemple"
        )
        assert where(await public.post(CLAIM, data=form)) == f"{CLAIM}/sent"
        asked = await mails(mail_server, 1)
        assert "piege" not in asked.as_string() and "loto" not in asked.as_string(), "no relay for strangers"
        await public.post(confirming(asked))
        claim = (await posting.now.store.find(CLAIMS)).documents[0]["key"]
        none = await team.post(f"/directory/claims/{claim}/accept", data=answers())
        assert none.status_code == 422 and "Choisissez la fiche" in none.text
        done = await team.post(f"/directory/claims/{claim}/accept", data=answers(structure="new"))
        assert done.status_code == 303 and await posting.events("StructureRegistered") == 2
        document = await posting.now.store.get(CLAIMS, claim)
        assert document is not None and document["structure"] != str(alike)


async def test_a_refusal_says_why_by_mail(posting: House, mail_server: MailServer) -> None:
    async with posting.browser() as public, staff(posting, "directory:editor") as team:
        await public.post(CLAIM, data=answers(structure_name="Eau vive", name="Claire", email=WHO))
        await public.post(confirming(await mails(mail_server, 1)))
        claim = (await posting.now.store.find(CLAIMS)).documents[0]["key"]
        without = await team.post(f"/directory/claims/{claim}/refuse", data=answers(reason=""))
        assert without.status_code == 422
        form = answers(reason="Nous ne vous avons pas jointe")
        assert (await team.post(f"/directory/claims/{claim}/refuse", data=form)).status_code == 303
        answer = await mails(mail_server, 2)
        part = answer.get_body(("plain",))
        assert part is not None and "Nous ne vous avons pas jointe" in part.get_content()
        assert (await team.post(f"/directory/claims/{claim}/accept", data=answers(structure="new"))).status_code == 422


async def test_without_a_mail_server_the_team_hands_the_links_over(house: House) -> None:
    await house.now.start_reactions()
    async with house.browser() as public, staff(house, "directory:editor") as team:
        await public.post(CLAIM, data=answers(structure_name="Eau vive", name="Claire", email=WHO))
        claim = (await house.now.store.find(CLAIMS)).documents[0]["key"]
        page = (await team.post(f"/directory/claims/{claim}/link")).text
        (link,) = re.findall(re.escape(HOST) + r"(/directory/public/claim/confirm/[\w-]+)", page)
        await public.post(link)
        await team.post(f"/directory/claims/{claim}/accept", data=answers(structure="new"))

        async def handed() -> bool:
            return (await team.post(f"/directory/claims/{claim}/link")).status_code == 200

        await until(handed)
        page = (await team.post(f"/directory/claims/{claim}/link")).text
        (link,) = re.findall(re.escape(HOST) + r"(/directory/sign-in/link/[\w-]+)", page)
        assert (await public.post(link)).headers["location"] == SPACE_PAGE


async def test_links_that_are_not_ours_confirm_nothing_and_very_many_claims_are_too_many(house: House) -> None:
    sign_in = house.entry.links.token(uuid4(), uuid4(), house.now.sessions.now() + timedelta(hours=1))
    async with house.browser() as public:
        for token in ("x", "Yw" * 20, "é", sign_in):
            for answer in (await public.get(f"{CLAIM}/confirm/{token}"), await public.post(f"{CLAIM}/confirm/{token}")):
                assert answer.status_code == 404, token
        wrong = await public.post(CLAIM, data=answers(structure_name="", name="", email="personne"))
        assert wrong.status_code == 422 and "Votre nom" in wrong.text and "nom@exemple.fr" in wrong.text
        assert (await public.post(CLAIM, data={"structure_name": "Eau vive"})).status_code == 400
        statuses = [
            (await public.post(CLAIM, data=answers(structure_name="Eau", name="Claire", email=WHO))).status_code
            for _ in range(4)
        ]
        assert statuses == [303, 303, 303, 429], "one address is not flooded"
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await public.post(CLAIM, data=answers(), headers=foreign)).status_code == 403


async def test_the_acceptance_of_a_claim_that_nobody_made_makes_nobody_a_contact(house: House) -> None:
    """Only a holder of the directory's key can say such; the reaction passes over it instead of failing for ever."""
    own = await structure(house, "Eau vive")
    claim = uuid4()
    item = write(house.network, claim, event=ClaimAccepted(structure=own))
    await house.now.log.append(Unit([item], {item.entity: 0}))
    message = await house.now.log.at(await house.now.log.last())
    assert message is not None
    assert await claimant_becomes_contact.react(opened(message), house.now) == []
