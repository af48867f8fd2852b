"""A decision rests on all events of its entity, or there is none: a release decides nothing about what it can't read."""

from __future__ import annotations

import pytest
from nats.aio.client import Client

from shared.kernel.command_handler import CannotRead, new_command_id
from shared.kernel.eventlog.event_log import Unavailable
from shared.runtime.service import Service
from tests.small import STRUCTURES, Close, Register, Tag
from tests.views.history import happen


@pytest.mark.parametrize(("what", "why"), [("unknown", "does not know"), ("unreadable", "can't read")])
async def test_what_a_release_cannot_read_stops_its_decisions_and_no_view(
    nc: Client, service: Service, what: str, why: str
) -> None:
    mine = (await service.execute(Register(name="Première"), id=new_command_id(), actor="test")).entity_id
    other = (await service.execute(Register(name="Seconde"), id=new_command_id(), actor="test")).entity_id
    await happen(nc, service.log, mine, what)
    last = await service.log.last()
    for command in (Tag(structure=mine, tag="eau"), Close(structure=mine)):
        with pytest.raises(CannotRead, match=why) as no:
            await service.execute(command, id=new_command_id(), actor="test")
        assert isinstance(no.value, Unavailable) and f"event {last} of directory.structure.{mine}" in str(no.value)
    assert await service.log.last() == last, "nothing was written"
    await service.execute(Tag(structure=other, tag="eau"), id=new_command_id(), actor="test")
    assert await service.runner.wait_for(last + 1)
    assert await service.store.get(STRUCTURES, str(mine)), "it is shown as far as it can be read"


async def test_what_was_done_before_is_still_answered(nc: Client, service: Service) -> None:
    """A command whose events are in the log is no decision: its answer may have been lost on the way."""
    made = await service.execute(Register(name="Première"), id=new_command_id(), actor="test")
    id = new_command_id()
    done = await service.execute(Tag(structure=made.entity_id, tag="eau"), id=id, actor="test")
    await happen(nc, service.log, made.entity_id, "unknown")
    again = await service.execute(Tag(structure=made.entity_id, tag="eau"), id=id, actor="test")
    assert again.repeated and again.seq == done.seq
