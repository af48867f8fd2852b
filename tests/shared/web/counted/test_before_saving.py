"""Which facts a form would say, and on which days, before it is saved."""

from __future__ import annotations

from datetime import date

import httpx2

from services.events.app import EVENTS as GATHERINGS
from services.events.gatherings.domain.headcounts import CountHeads
from services.events.gatherings.domain.planning import PlanGathering
from shared.contract.observatory.reviews import ReviewPublished
from shared.kernel.command_handler import new_command_id
from shared.web.app import service_app
from shared.web.counted.before_saving import facts_of_form
from tests.conftest import OpenService
from tests.fixtures.signing_in import operator
from tests.shared.web.counted.test_counted import a_figure, published, said


async def test_a_form_goes_by_the_days_that_its_facts_will_have(open_service: OpenService) -> None:
    """A holding that is noted in the days of grace is of the gathering's own last day."""
    events = await open_service(GATHERINGS)
    printed = ReviewPublished(
        title="Bilan 2019",
        since=date(2019, 1, 1),
        until=date(2019, 12, 31),
        as_of=date(2019, 12, 31),
        upto=1,
        figures=1,
    )
    await published(events, printed, a_figure("gatherings_held"))
    plan = PlanGathering.model_validate(
        {"kind": "thematic", "title": "Eau", "starts": "2019-12-30T09:00:00+01:00", "days": 1}
    )
    planned = await events.execute(plan, id=new_command_id(), actor="staff:test", at=date(2019, 11, 1))
    assert await events.runner.wait_for(planned.seq)
    transport = httpx2.ASGITransport(app=service_app(events))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(events)) as client:
        form = f"/do/HoldGathering?gathering={planned.entity_id}"
        page = said(await client.get(f"{form}&happened_on=2020-01-03"))
        assert "1 bilan publié concerné" in page and "à partir de 2019" in page and "2020" not in page
        far = said(await client.get(f"{form}&happened_on=2020-03-01"))  # which is refused when it is sent
        assert "bilan publié" not in far and "à partir de 2020" in far


async def test_what_a_decision_strikes_is_of_its_own_day(open_service: OpenService) -> None:
    """A count that is emptied two days later is taken back from the day of the count."""
    events = await open_service(GATHERINGS)
    plan = PlanGathering.model_validate(
        {"kind": "thematic", "title": "Eau", "starts": "2019-12-30T09:00:00+01:00", "days": 1}
    )
    planned = await events.execute(plan, id=new_command_id(), actor="staff:test", at=date(2019, 11, 1))
    given = {"gathering": planned.entity_id, "others": 7}
    count = CountHeads.model_validate(given)
    await events.execute(count, id=new_command_id(), actor="staff:test", at=date(2019, 12, 31))
    emptied = await facts_of_form(events, CountHeads, {**given, "others": None}, date(2020, 1, 2))
    assert ("HeadsCounted", date(2019, 12, 31)) in emptied
    assert await facts_of_form(events, CountHeads, {}, date(2020, 1, 2)) == [("HeadsCounted", date(2020, 1, 2))]
    refused = await facts_of_form(events, CountHeads, given, date(2020, 3, 2))
    assert refused == [("HeadsCounted", date(2020, 3, 2))]


async def test_a_count_emptied_on_a_day_before_it_is_named_with_a_link(open_service: OpenService) -> None:
    events = await open_service(GATHERINGS)
    plan = PlanGathering.model_validate(
        {"kind": "thematic", "title": "Eau", "starts": "2020-03-03T09:00:00+01:00", "days": 2}
    )
    planned = await events.execute(plan, id=new_command_id(), actor="staff:test", at=date(2019, 11, 1))
    count = CountHeads(gathering=planned.entity_id, others=7)
    done = await events.execute(count, id=new_command_id(), actor="staff:test", at=date(2020, 3, 4))
    assert await events.runner.wait_for(done.seq)
    transport = httpx2.ASGITransport(app=service_app(events))
    headers = {**operator(events), "Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        form = {"command_id": str(new_command_id()), "gathering": str(planned.entity_id), "others": ""}
        page = await client.post("/do/CountHeads", data={**form, "happened_on": "2020-03-03"})
    assert page.status_code == 422 and "Rien n’est compté ce jour-là" in page.text and "04/03/2020" in page.text
    counted = (await events.execute.history("gathering", planned.entity_id)).events[-1]
    assert f"/events/history/gathering/{planned.entity_id}#f-{counted.id}" in page.text
