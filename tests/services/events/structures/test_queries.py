"""Which structures the forms of events offer: the network's members of today, by the names that they have today."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
from nats.aio.client import Client

from services.events.app import EVENTS
from services.events.structures.queries import likely_structures, structures_offered
from shared.base.settings import Settings
from shared.contract import Event
from shared.contract.directory.structures import StructureClosed, StructureRegistered, StructureRevised
from shared.contract.membership.members import MemberJoined, MemberLeft, MemberRestored
from shared.kernel.eventlog.event_log import Unit
from shared.kernel.stores.sqlite import SqliteStore
from shared.notions.structure_on_record import member_of
from shared.runtime.service import Service, Surroundings
from shared.web.app import service_app
from tests.fixtures.log_writing import write
from tests.fixtures.signing_in import operator

pytestmark = pytest.mark.slow


@pytest.fixture
async def service(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[Service]:
    store = SqliteStore(tmp_path / "views.sqlite")
    settings = Settings(data=tmp_path)
    around = Surroundings(network=network, nc=nc, settings=settings, data=tmp_path, store=store, broker={})
    service = Service(EVENTS, around)
    await service.start()
    yield service
    await service.stop()


async def said(service: Service, structure: UUID, *events: Event) -> None:
    """What directory and membership say of a structure, one after the other."""
    versions: Counter[UUID] = Counter()
    last: dict[str, int] = {}
    for event in events:
        id = structure if event.entity == "structure" else member_of(structure)
        versions[id] += 1
        item = write(service.network, id, event=event, version=versions[id])
        last[item.entity] = await service.log.append(Unit([item], {item.entity: last.get(item.entity, 0)}))
    assert await service.runner.wait_for(await service.log.last())


def registered(name: str, kind: str = "association") -> StructureRegistered:
    return StructureRegistered.model_validate({"name": name, "kind": kind, "department": "31"})


def joined(structure: UUID, name: str) -> MemberJoined:
    return MemberJoined(college="associative", charter_version=1, structure=structure, name=name)


async def test_a_form_offers_members_until_they_leave(service: Service) -> None:
    stays, left, mistake, back, never = (uuid4() for _ in range(5))
    restored = MemberRestored(college="associative", structure=back)
    await said(service, stays, registered("Kynarou"), joined(stays, "Kynarou"), StructureRevised(name="Kynarou France"))
    await said(service, left, registered("Partie"), joined(left, "Partie"), MemberLeft(reason="withdrawal"))
    await said(service, mistake, registered("Erreur"), joined(mistake, "Erreur"), MemberLeft(reason="mistake"))
    await said(service, back, registered("Envol"), joined(back, "Envol"), MemberLeft(reason="lapse"), restored)
    await said(service, never, registered("Dehors"))
    assert await structures_offered(service, "structure") == [(str(back), "Envol"), (str(stays), "Kynarou France")]
    assert (await likely_structures(service, "association", limit=1)).total == 2


async def test_a_form_offers_schools_that_are_open(service: Service) -> None:
    school, closed = uuid4(), uuid4()
    await said(service, school, registered("Lycée de Podor", "school"))
    await said(service, closed, registered("Ancien collège", "school"), StructureClosed(reason="ceased"))
    assert await structures_offered(service, "school") == [(str(school), "Lycée de Podor")]


async def test_the_page_to_choose_one_leads_to_the_form_with_its_id(service: Service) -> None:
    structure = uuid4()
    cleared = StructureRevised.model_validate({"cleared": ["department"]})
    await said(service, structure, registered("Kynarou"), cleared, joined(structure, "Kynarou"))
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(service)) as client:
        page = (await client.get("/choose/FormTandem")).text
        assert f"association={structure}" in page and "Haute-Garonne" not in page
        assert f"association={structure}" in (await client.get("/choose/FormTandem?q=kyna")).text
        assert (await client.get("/choose/CountHeads")).status_code == 404
