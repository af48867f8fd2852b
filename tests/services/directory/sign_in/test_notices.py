"""What is written to the holder of an account: in their language, to the address of the account, by whom and how; and
nothing where there is nothing to tell, or no mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.directory.sign_in.notices import tell_of_link, tell_of_session
from shared.contract.directory.accounts import SessionBegan
from tests.fixtures.running_directory import House, house, mail_server, posting, until
from tests.services.newsletter.conftest import MailServer

pytestmark = pytest.mark.slow
__all__ = ["house", "mail_server", "posting"]  # pytest finds its fixtures here
WHO = "equipe@exemple.invalid"
ENDS = datetime.now(UTC) + timedelta(hours=12)


def text(server: MailServer) -> str:
    part = server.taken[-1][1].get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


async def test_a_link_says_who_was_given_it(posting: House, mail_server: MailServer) -> None:
    account = await posting.opened(WHO, "all:reader")
    giver = await posting.opened("chef@exemple.invalid", "all:administrator", label="Direction")
    for n, (by, said) in enumerate([(giver, "“Direction”"), (None, "the operator"), (uuid4(), "the operator")], 1):
        await tell_of_link(posting.entry, account, by, "en")
        await until(lambda n=n: taken(mail_server, n))  # type: ignore[misc]
        assert said in text(mail_server) and "/directory/me" in text(mail_server)
    await tell_of_link(posting.entry, account, account, "en")
    await posting.entry.mail.stop()
    assert [to for to, _ in mail_server.taken] == [WHO] * 3, "nobody is told of what they do themselves"


async def test_a_session_says_how_it_began_where_that_is_new(posting: House, mail_server: MailServer) -> None:
    account = await posting.opened(WHO, "all:reader")
    for browser in (None, "known"):
        await tell_of_session(
            posting.entry,
            SessionBegan.model_validate({"account": account, "way": "password", "ends": ENDS, "browser": browser}),
            "fr",
        )
    await tell_of_session(posting.entry, SessionBegan(account=account, way="mail-link", ends=ENDS, browser="new"), "fr")
    await until(lambda: taken(mail_server, 1))
    assert "lien par courriel" in text(mail_server) and "navigateur que nous ne connaissions pas" in text(mail_server)
    await posting.entry.mail.stop()
    assert len(mail_server.taken) == 1


async def test_where_mails_go_to_files_and_for_whom_nobody_knows_nothing_is_written(house: House) -> None:
    account = await house.opened(WHO, "all:reader")
    await tell_of_link(house.entry, account, None, "fr")
    await tell_of_link(house.entry, UUID(int=5), None, "fr")
    await house.entry.mail.stop()
    assert not list((house.folder / "mail").glob("*.eml"))


async def taken(server: MailServer, n: int) -> bool:
    return len(server.taken) >= n
