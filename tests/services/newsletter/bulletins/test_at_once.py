"""A bulletin is opened once, and a number of it begun once, though two processes say so in the same instant."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.newsletter.bulletins.domain.bulletin import BULLETIN, OpenBulletin
from services.newsletter.bulletins.domain.issue import ISSUE, StartIssue
from shared.kernel.command_handler import Executor, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Log
from shared.persons.keys.keyring import Keyring
from shared.runtime.nats.embedded_server import NatsServer

pytestmark = pytest.mark.slow
ROUNDS = 60


async def said(execute: Executor, command: Command) -> str:
    try:
        done = await execute(command, id=new_command_id(), actor="staff:test")
    except Refused as no:
        return no.code
    return "done" if done.changed else "unchanged"


async def test_one_code_is_opened_once(nats_server: NatsServer, network: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as ends:
        two = []
        keyring = Keyring(tmp_path, network, "newsletter")
        ends.callback(keyring.close)
        for _ in range(2):
            nc = await nats_server.connect("newsletter")
            ends.push_async_callback(nc.close)
            log = Log(nc, network)
            await log.start()
            ends.push_async_callback(log.stop)
            two.append(Executor(log, keyring, "newsletter", [BULLETIN, ISSUE]))
        for n in range(ROUNDS):
            code = f"b-{n}"
            opening = [OpenBulletin(bulletin=code, title=title, purpose="Dire") for title in ("Lettre", "Autre")] * 2
            came = Counter(await asyncio.gather(*(said(two[k % 2], one) for k, one in enumerate(opening))))
            assert came == {"done": 1, "bulletin-opened": 2, "unchanged": 1}, (n, came)
            begun = StartIssue(bulletin=code, number=1)
            came = Counter(await asyncio.gather(*(said(two[k % 2], begun) for k in range(4))))
            assert came == {"done": 1, "unchanged": 3}, (n, came)
