"""A restore beside a live mail server sends nothing again, and forgets again before anything is shown."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from deploy.cli.archive.backup import back_up, copy_keys
from deploy.cli.archive.restore import restore
from services.newsletter.delivery.domain import SendAgain
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.contract.personal import Personal
from shared.kernel.sealing import Forgotten
from tests.drill.conftest import Place, SlowMailServer
from tests.services.newsletter.conftest import until

pytestmark = pytest.mark.slow


def address(n: int) -> str:
    return f"abonnee-{n:02}@exemple.invalid"


async def test_a_restore_from_the_middle_of_a_sending_sends_nothing_by_itself(
    place: Place, mail_server: SlowMailServer
) -> None:
    place.settings = {"smtp_host": "127.0.0.1", "smtp_port": mail_server.port, "smtp_tls": "none"}
    async with place.up() as before:
        people = {address(n): await before.subscribed(address(n)) for n in range(8)}
        order: list[str] = []
        mail_server.slow = 4
        await before.approved()
        await asyncio.wait_for(mail_server.held.wait(), 60)
        order = mail_server.issues()
        await before.signed()
        backed_up = await back_up(place.data(), place.backup)
        assert backed_up.manifest.signed == backed_up.manifest.events
        mail_server.gate.set()
        await mail_server.took(8)
        # After the backup: somebody is forgotten, and somebody new is known.
        gone = people[address(1)]
        await before.newsletter.persons.forget([gone], reason="asked", actor="test")
        copy_keys(place.data(), place.keys)
    taken = len(mail_server.taken)

    done = await restore(place.backup, place.keys, place.data("new"), place.settings_of("new"))
    assert done.good and done.events == backed_up.manifest.events
    async with place.up("new") as after:
        await after.newsletter.runner.wait_for(await after.newsletter.log.last())
        accepted = await after.deliveries(state="accepted", purpose="issue")
        assert len(accepted) == len(order) - 1

        async def in_doubt() -> bool:
            return len(await after.deliveries(state="begun", purpose="issue")) >= 8 - len(accepted) - 1

        await until(in_doubt)
        await asyncio.sleep(1)
        assert len(mail_server.taken) == taken, "a mail went out again"

        # What was forgotten after the backup is forgotten, in the log as well.
        with pytest.raises(Forgotten):
            known = await after.newsletter.store.get(SUBSCRIBERS, (await _subscriber(gone)))
            assert known is not None
            after.newsletter.keyring.open(
                Personal(person=UUID(known["email"]["person"]), sealed=known["email"]["sealed"]),
                known["email"]["event"],
                "email",
            )
        assert await after.newsletter.log.under("newsletter.person.*.PersonForgottenByNewsletter")

        # By hand one goes out; and what is approved from now on goes out by itself.
        doubts = await after.deliveries(state="begun", purpose="issue")
        restored = [one for one in doubts if one["doubt"] == "restored"]
        assert len(restored) in (len(doubts), len(doubts) - 1), "all but the one that was on its way"
        left = next(one for one in restored)
        await after.do(SendAgain(delivery=UUID(left["key"])))
        await mail_server.took(9)
        await after.approved(2)
        await mail_server.took(9 + 7)
        await asyncio.sleep(0.5)
        assert len(mail_server.issues()) == 9 + 7


async def _subscriber(person: UUID) -> str:
    from services.newsletter.subscriptions.domain import subscriber_id

    return str(subscriber_id(person))
