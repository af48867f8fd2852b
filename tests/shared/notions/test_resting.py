"""The beginning of a record is not struck while another record names it: by each field of each type that names one."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from services.directory.duplicates.domain import DoubtNamesakes, TellNamesakesApart
from shared.contract import Event
from shared.contract.examples import example_body
from shared.kernel.command_handler import Outcome
from shared.kernel.correcting import StrikeEvents
from shared.notions.namings import NAMINGS, Naming
from shared.web.app import service_app
from tests.fixtures.signing_in import operator
from tests.services.directory.conftest import Town, structure, town
from tests.services.directory.record.test_corrected import page
from tests.shared.notions.test_namings import corrected

pytestmark = pytest.mark.slow

__all__ = ["town"]  # a fixture
ISSUES = {"IssueStarted", "IssueApproved"}
FOR_GOOD = {"ClaimAccepted", "LetterSent", "SurveyAnswered", "SurveyAnswerChanged", "SurveyDeclined"}


def saying(kind: type[Event], **said: Any) -> Event:
    """An event of that type; what is not `said` is whatever its schema allows."""
    given = example_body(kind)["data"]
    return kind.model_validate(
        {**given, **{name: [one] if isinstance(given[name], list) else one for name, one in said.items()}}
    )


async def strikes(town: Town, structure: UUID) -> Outcome | str:
    return await corrected(town.service, StrikeEvents, "structure", structure, "StructureRegistered")


async def refused_by_the_api(town: Town, structure: UUID) -> str:
    """What the API says of striking a structure."""
    events = (await town.service.execute.history("structure", structure)).events
    body = {"kind": "structure", "about": str(structure), "events": [events[0].id], "reason": "par erreur"}
    transport = httpx2.ASGITransport(app=service_app(town.service))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://test", headers=operator(town.service)
    ) as client:
        answer = await client.post("/api/commands/strike-events", json=body)
    assert answer.status_code == 422 and answer.json()["error"] == "named-elsewhere", answer.text
    return unescape(str(answer.json()["message"]))


async def resting(town: Town, kind: type[Event], field: str, naming: Naming) -> None:
    """Asserts that an event of a type stands in the way of striking what it names, until it is over."""
    named, record = await town.do(structure("Kynarou")), uuid4()
    said = saying(kind, **{field: named})
    await town.hear(said, record)
    no = await strikes(town, named)
    assert str(no).startswith(f"named-elsewhere {kind.__name__} /"), (kind, field, no)
    for_good = kind.__name__ in FOR_GOOD
    assert ("que rien ne reprend" in await refused_by_the_api(town, named)) == for_good, kind
    form = await page(town, f"/history/structure/{named}?of=StructureRegistered&do=strike")
    assert "D’autres fiches reposent sur ce fait" in form
    assert ("Rien ne reprend certains de ces faits" in form) == for_good, kind
    if not kind.live or naming.for_good:
        return
    part = {naming.part: getattr(said, naming.part)} if naming.part else {}
    turns = [naming.over[0], *([naming.again[0], naming.over[0]] if naming.again else [])]
    for n, turn in enumerate(turns, 2):
        await town.hear(saying(turn, **part), record, n)
        if turn in naming.again:
            assert str(await strikes(town, named)).startswith("named-elsewhere"), (kind, field)
    assert isinstance(await strikes(town, named), Outcome), (kind, field)


async def test_whatever_names_a_structure_stands_in_the_way_until_it_is_over(town: Town) -> None:
    several = 0
    for kind, fields in NAMINGS.items():
        for field, naming in fields.items():
            if naming.to == "directory.structure":
                await resting(town, kind, field, naming)
                several += 1
    assert several > 30
    for_good = [kind for kind, fields in NAMINGS.items() if kind.live and any(one.for_good for one in fields.values())]
    assert {kind.__name__ for kind in for_good} == FOR_GOOD | ISSUES


async def test_a_pair_told_apart_is_doubted_first(town: Town) -> None:
    one, other = await town.do(structure("Kynarou")), await town.do(structure("Kynarou Foix"))
    await town.do(TellNamesakesApart(first=one, second=other))
    at = "/directory/duplicates?tab=apart"
    for each in (one, other):
        assert await strikes(town, each) == f"named-elsewhere NamesakesToldApart {at}"
    assert str(one) in (listed := await page(town, at.removeprefix("/directory"))) and "/duplicates/doubt" in listed
    await town.do(DoubtNamesakes(first=one, second=other))
    assert isinstance(await strikes(town, one), Outcome)
