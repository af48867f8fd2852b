"""A decision rests on all events of its entity, or there is none: a release decides nothing about what it can't
read."""

from __future__ import annotations

from contextlib import suppress
from html import unescape

import pytest
from httpx2 import ASGITransport, AsyncClient
from nats.aio.client import Client

from deploy.cli.remote.query import _look_at
from deploy.host.root_app import root_of
from shared.base.tallies import tally
from shared.kernel.command_handler import CannotRead, new_command_id
from shared.kernel.eventlog.event_log import Unavailable
from shared.runtime.prometheus import REGISTRY
from shared.runtime.service import Service
from shared.web.operations.unreadable_records import unreadable_records
from tests.conftest import OpenService
from tests.fixtures.log_histories import happen
from tests.fixtures.signing_in import operator
from tests.fixtures.small_directory import STRUCTURES, Close, Register, Tag, definition


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
    (halted,) = service.execute.halted.values()
    assert (halted.event.entity_id, halted.event.seq) == (str(mine), last)
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


async def test_a_decision_that_waits_for_a_release_says_which_record_why_and_what_to_do(
    nc: Client, open_service: OpenService
) -> None:
    """As a page with a way back, and for programs as a problem of a type of its own; the record is named by the state
    of the service, which doctor reads, and each stop is counted."""
    service = await open_service(definition())
    tally(service.name).cannot_read.clear()
    mine = (await service.execute(Register(name="Première"), id=new_command_id(), actor="test")).entity_id
    await happen(nc, service.log, mine, "unknown")
    last = await service.log.last()
    assert await service.runner.wait_for(last)
    (foreseen,) = await unreadable_records(service)
    assert foreseen.event.seq == last, "before anybody is stopped"
    app = root_of({"directory": service}, service.settings)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://localhost", headers=operator(service)) as client:
        form = {"command_id": str(new_command_id()), "structure": str(mine), "tag": "eau"}
        came = {"Referer": f"http://localhost/directory/do/Tag?structure={mine}", "Accept": "text/html"}
        page = await client.post("/directory/do/Tag", data=form, headers=came)
        text = unescape(page.text)
        assert page.status_code == 503 and int(page.headers["retry-after"]) >= 60
        assert "En attente d’une mise à jour" in text and "version plus récente" in text, text
        assert (
            f"structure {str(mine)[:8]}, événement n° {last}" in text and "Prévenez la personne qui l’exploite" in text
        )
        assert f'href="/directory/do/Tag?structure={mine}"' in text, "the way back"
        assert f'href="/observatory/journal/{last}"' in text
        body = {"structure": str(mine), "tag": "eau"}
        answer = await client.post("/directory/api/commands/tag", json=body)
        said = answer.json()
        assert answer.status_code == 503 and answer.headers["content-type"] == "application/problem+json"
        assert (said["type"], said["status"], said["error"]) == ("urn:maillage:problem:cannot-read", 503, "cannot-read")
        assert (said["entity"], said["entity_id"], said["event"]) == ("structure", str(mine), last)
        assert said["event_type"] == "StructurePainted" and said["title"] and said["detail"] == said["message"]
        state = (await client.get("/directory/api/state")).json()
    (one,) = state["cannot_read"]
    assert one == {
        "entity": "structure", "entity_id": str(mine), "event": last, "type": "StructurePainted", "why": "newer",
    }  # fmt: skip
    counted = {
        sample.labels["why"]: sample.value
        for family in REGISTRY.collect()
        if family.name == "maillage_cannot_read"
        for sample in family.samples
        if sample.labels["service"] == service.name
    }
    assert counted == {"newer": 2, "unreadable": 0}, "a counter that begins at 0, so that the first is seen to come"


async def test_doctor_says_about_which_records_nothing_is_decided() -> None:
    checks: dict[str, tuple[bool, str]] = {}
    stopped = {"entity": "structure", "entity_id": "0198-1", "event": 12, "type": "StructurePainted", "why": "newer"}
    state = {
        "damage": None, "last": 12, "sequence": 12, "void": {}, "unknown": {"StructurePainted": 1}, "parked": [],
        "cannot_read": [stopped],
    }  # fmt: skip

    class Service:
        async def get(self, path: str) -> object:
            if path.endswith("/checks"):
                return {"writes": {"good": True, "text": "writes"}}
            if path.endswith("/unreadable"):
                return {"persons": 0, "named": 0}
            return {"doubt": None, "question": None} if path.endswith("/clock") else state

    with suppress(KeyError):  # what comes after is about persons and clocks
        await _look_at(Service(), "directory", lambda name, good, text: checks.update({name: (good, text)}))  # type: ignore[arg-type]
    good, text = checks["directory: decisions"]
    assert not good and "structure 0198-1 (event 12, StructurePainted)" in text and "update this service" in text
    assert checks["directory: views"] == (True, "show 12 of 12")
    state |= {"cannot_read": [], "damage": "views of another log"}
    with suppress(KeyError):
        await _look_at(Service(), "directory", lambda name, good, text: checks.update({name: (good, text)}))  # type: ignore[arg-type]
    assert checks["directory: decisions"] == (True, "about all records")
    said = "show 12 of 12: views of another log"
    assert checks["directory: views"] == (False, said), "of an older release too, which has no check of its own"
