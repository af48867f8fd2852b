"""Who approves an issue where two persons are wanted, and what the form says before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from services.newsletter.bulletins.domain.issue import AddItem, StartIssue, issue_id
from shared.contract.directory.accounts import AccountClosed
from shared.contract.directory.capabilities import CapabilityGranted
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.signing_in import account
from tests.services.newsletter.conftest import House

pytestmark = pytest.mark.slow
ISSUE = issue_id("echos", 1)
PAGE = f"/newsletter/issues/{ISSUE}/approve"


@pytest.fixture
async def two(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[House]:
    """A newsletter that wants two persons."""
    made = House(nats_server, f"n{uuid4().hex[:8]}", tmp_path, {"approving_by_another": True})
    await made.start()
    yield made
    await made.end()


async def wrote(house: House, actor: str) -> None:
    issue = await house.now.execute(StartIssue(bulletin="echos", number=1), id=uuid4(), actor="test")
    item = AddItem(issue=ISSUE, section="news", title="Une", text="Une phrase.")
    done = await house.now.execute(item, id=uuid4(), actor=actor)
    assert await house.now.runner.wait_for(max(issue.seq, done.seq))


async def sent(browser: AsyncClient) -> int:
    form = {"command_id": str(uuid4()), "version": "2"}
    return (await browser.post(PAGE, data=form)).status_code


@pytest.mark.parametrize("actor", ["account:{}", "token:{}/7"])
async def test_whoever_wrote_last_does_not_approve_and_the_form_says_so_before(two: House, actor: str) -> None:
    async with two.browser() as browser:
        one, other = await account(two.now, "newsletter:editor"), await account(two.now)
        await one.say(CapabilityGranted(capability="approver"))
        browser.cookies.update(await one.cookie())
        await wrote(two, actor.format(one.id))
        page = (await browser.get(PAGE)).text
        assert "Vous êtes seul à pouvoir approuver" in page and "Un message parti" not in page
        assert await sent(browser) == 422
        await other.say(CapabilityGranted(capability="approver"))
        page = (await browser.get(PAGE)).text
        assert "Vous avez écrit en dernier" in page and "Vous êtes seul" not in page
        assert await sent(browser) == 422
        await other.say(AccountClosed())
        assert "Vous êtes seul" in (await browser.get(PAGE)).text


async def test_what_another_wrote_or_what_arrived_by_itself_is_approved(two: House) -> None:
    async with two.browser() as browser:
        one = await account(two.now)
        await one.say(CapabilityGranted(capability="approver"))
        browser.cookies.update(await one.cookie())
        await wrote(two, f"account:{uuid4()}")
        page = (await browser.get(PAGE)).text
        assert "Vous êtes seul à pouvoir approuver" in page and "Un message parti" in page
        assert await sent(browser) == 303
