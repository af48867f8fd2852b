"""The page of the network: what it says of itself, since when, and who may change it."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from uuid import uuid4

import httpx2
import pytest

from services.membership.network.domain.network import DrawRegion, NameNetwork
from shared.runtime.service import Service
from tests.services.membership.test_pages import front, service

__all__ = ["front", "service"]  # fixtures
pytestmark = pytest.mark.slow


async def test_an_empty_network_says_what_to_do(front: httpx2.AsyncClient) -> None:
    page = (await front.get("/network")).text
    assert 'href="/membership/begin"' in page and "réglages de l’installation" in unescape(page)


async def test_it_shows_what_holds_and_all_that_was_said(front: httpx2.AsyncClient, service: Service) -> None:
    for command, day in (
        (NameNetwork(name="Amont"), date(2012, 1, 3)),
        (DrawRegion(region="Ouest", departments=["22", "29"]), date(2012, 1, 3)),
        (DrawRegion(region="Ouest", departments=["22", "29", "56"]), date(2016, 1, 1)),
    ):
        await service.execute(command, id=uuid4(), actor="test", at=day)
    await service.runner.wait_for(await service.log.last())
    page = unescape(re.sub(r"<[^>]+>", " ", (await front.get("/network")).text))
    assert "Ouest : Côtes-d'Armor (22), Finistère (29), Morbihan (56)" in page.replace("\u00a0", " ").replace("’", "'")
    assert "01/01/2016" in page and "Morbihan)" in page and "03/01/2012" in page
    form = (await front.get("/network")).text
    assert "/membership/do/DrawRegion?region=Ouest&amp;departments=22&amp;departments=29" in form
