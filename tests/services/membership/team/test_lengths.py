"""The page of civic services marks one that is longer than the law of its day has it."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from uuid import uuid4

import httpx2
import pytest

from services.membership.team.domain.civic_service import EndCivicService, RecruitCivicService
from shared.runtime.service import Service
from tests.services.membership.test_pages import front, service

__all__ = ["front", "service"]  # fixtures
pytestmark = pytest.mark.slow


async def test_one_that_took_a_year_is_not_marked_and_one_that_took_a_day_more_is(
    service: Service, front: httpx2.AsyncClient
) -> None:
    for mission, until in (("Accueil", date(2016, 3, 1)), ("Annuaire", date(2016, 3, 2)), ("Caravane", None)):
        begun = RecruitCivicService(mission=mission)
        id = (await service.execute(begun, id=uuid4(), actor="test", at=date(2015, 3, 1))).entity_id
        if until is not None:
            await service.execute(EndCivicService(civic_service=id), id=uuid4(), actor="test", at=until)
    await service.runner.wait_for(await service.log.last())
    page = unescape((await front.get("/civic-service?lang=fr")).text)
    marked = {name: "plus de 12 mois" in line for line in page.split("<li") for name in _missions(line)}
    assert marked == {"Accueil": False, "Annuaire": True, "Caravane": True}
    assert "Code du service national, art. L120-1" in page


def _missions(line: str) -> list[str]:
    return re.findall(r"Accueil|Annuaire|Caravane", line.partition('class="soft small"')[2])[:1]
