"""The history of a record shows what was corrected as it was corrected, in the order of its line, and the word."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from uuid import UUID, uuid4

import httpx2
import pytest

from services.directory.casework.domain.request import AnswerIdentification, RequestIdentification
from services.directory.structures.domain.structure import CloseStructure
from shared.kernel.correcting import CorrectingCommand, LiftStrikes, RedateEvents, StrikeEvents
from shared.web.app import service_app
from tests.fixtures.signing_in import operator
from tests.services.directory.conftest import Town, structure


async def correct(town: Town, command: type[CorrectingCommand], kind: str, id: UUID, type: str, **more: date) -> None:
    history = await town.service.execute.history(kind, id)
    named = [event.id for event in history.events if event.type == type][-1:]
    await town.do(command.model_validate({"kind": kind, "about": id, "events": named, "reason": "erreur", **more}))


async def page(town: Town, path: str) -> str:
    transport = httpx2.ASGITransport(app=service_app(town.service))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://test", headers=operator(town.service)
    ) as client:
        found = await client.get(path)
    assert found.status_code == 200, found.text[:300]
    return unescape(found.text)


@pytest.mark.slow
async def test_a_records_history_shows_the_fact_as_struck_and_on_its_day(town: Town) -> None:
    one = await town.do(structure("Kynarou"), at=datetime(2012, 6, 1, 10, tzinfo=UTC))
    await town.do(CloseStructure(structure=one, reason="Fin"), at=datetime(2014, 6, 1, 10, tzinfo=UTC))
    path = f"/structures/{one}"
    assert "<s>" not in await page(town, path)
    await correct(town, RedateEvents, "structure", one, "StructureClosed", day=date(2016, 1, 1))
    shown = await page(town, path)
    assert "date corrigée\u00a0: 01/01/2016" in shown and "Date corrigée" in shown
    then = await page(town, f"{path}?as_of=2015-06-01")
    assert "date corrigée" not in then, "by then it was not closed"
    await correct(town, StrikeEvents, "structure", one, "StructureClosed")
    shown = await page(town, path)
    assert len(re.findall("<s>", shown)) == 1 and "noté par erreur" in shown and "Noté par erreur" in shown
    await correct(town, LiftStrikes, "structure", one, "StructureClosed")
    shown = await page(town, path)
    assert "<s>" not in shown and "Fait rétabli" in shown and "date corrigée\u00a0: 01/01/2016" in shown


async def test_an_answer_that_was_noted_by_mistake_is_none(town: Town) -> None:
    one = await town.do(structure("Kynarou"))
    request = await town.do(RequestIdentification(requester="Mairie de Foix", themes=["Eau"]))
    answer = AnswerIdentification(request=request, structures=1, found=[one], shown_upto=town.service.runner.position)
    await town.do(answer)
    assert "Kynarou" in await page(town, f"/requests/{request}")
    await correct(town, StrikeEvents, "request", request, "IdentificationAnswered")
    shown = await page(town, f"/requests/{request}")
    assert "Kynarou" not in shown and "noté par erreur" in shown
    await correct(town, LiftStrikes, "request", request, "IdentificationAnswered")
    assert "Kynarou" in await page(town, f"/requests/{request}")


@pytest.mark.slow
async def test_reopened_on_the_day_of_its_closing_is_said_with_a_way_back(town: Town) -> None:
    """There is no fact to strike: what was struck is restored."""
    one = await town.do(structure("Kynarou"), at=datetime(2012, 6, 1, 10, tzinfo=UTC))
    transport = httpx2.ASGITransport(app=service_app(town.service))
    headers = {**operator(town.service), "Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        for command, more in (("CloseStructure", {"reason": "Fin"}), ("ReopenStructure", {})):
            done = await client.post(f"/do/{command}", data={"command_id": str(uuid4()), "structure": str(one), **more})
            assert done.status_code == 303, done.text
        after = unescape((await client.get(done.headers["location"].removeprefix("/directory"))).text)
        (undo,) = re.findall(r'href="/directory(/history/[^"#]+)[^"]*">Annuler', after)
        history = unescape((await client.get(f"/history/structure/{one}")).text)
        assert "Noté par erreur" in history and "rouverte le jour même" in history
        form = (await client.get(undo)).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        back = await client.post(f"/history/structure/{one}", data={**hidden, "reason": "si, close"})
        assert back.status_code == 303, back.text
    outcome = await town.service.execute(CloseStructure(structure=one, reason="Encore"), id=uuid4(), actor="staff:test")
    assert not outcome.changed, "it is closed again"
