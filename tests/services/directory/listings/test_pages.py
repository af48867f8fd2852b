"""The team answers wishes to stand in the public directory, and those whose address is theirs read it by mail."""

from __future__ import annotations

from email.message import EmailMessage

from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.listing import WishListing
from shared.contract.personal import Personal
from tests.fixtures.running_directory import HOST, House, mail_server, posting
from tests.fixtures.two_structures import ANNA, BORIS, PUBLIC, SPACE_PAGE, answers, contact, staff, structure
from tests.services.directory.claims.test_pages import mails
from tests.services.newsletter.conftest import MailServer

__all__ = ["mail_server", "posting"]  # pytest finds its fixtures here
LISTINGS = "/directory/listings"


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


async def test_an_answer_is_mailed_once_to_contacts_who_have_come_in(posting: House, mail_server: MailServer) -> None:
    own = await posting.contact(ANNA, "Eau vive")
    await posting.do(AddContact(structure=own, name=Personal("Boris"), email=Personal(BORIS)))  # never came in
    async with contact(posting, ANNA), staff(posting, "directory:editor") as team:
        await posting.do(WishListing(structure=own))
        short = await team.post(f"{LISTINGS}/{own}/decline", data=answers(reason=""))
        assert short.status_code == 422 and mail_server.taken == []
        form = answers(reason="Il manque une présentation")
        for _ in range(2):  # the same form twice is one answer and one mail
            assert (await team.post(f"{LISTINGS}/{own}/decline", data=form)).status_code == 303
        declined = await mails(mail_server, 1)
        assert ANNA in str(declined["To"]) and "Il manque une présentation" in text_of(declined)
        assert f"{HOST}{SPACE_PAGE}/{own}" in text_of(declined)
        await posting.do(WishListing(structure=own))
        assert (await team.post(f"{LISTINGS}/{own}/accept", data=answers())).status_code == 303
        listed = await mails(mail_server, 2)
        assert f"{HOST}{PUBLIC}/structures/{own}" in text_of(listed) and "Eau vive" in text_of(listed)
        nobody = await structure(posting, "Sans contact")
        await posting.do(WishListing(structure=nobody))
        assert (await team.post(f"{LISTINGS}/{nobody}/accept", data=answers())).status_code == 303
    assert len(mail_server.taken) == 2 and all(ANNA in str(one["To"]) for _, one in mail_server.taken)
