"""What is asked of bulletins: those that this network opened, in its order and by its titles."""

from __future__ import annotations

import pytest
from fastapi import HTTPException

from services.newsletter.bulletins.domain.bulletin import OpenBulletin
from services.newsletter.bulletins.queries import bulletin_of, opened, titles
from tests.services.newsletter.conftest import House

pytestmark = pytest.mark.slow


async def test_bulletins_are_called_as_their_network_opened_them_in_each_language(house: House) -> None:
    before = await titles(house.now)
    own = {"fr": "La lettre du mois", "en": "The Monthly Letter"}
    await house.do(
        OpenBulletin(bulletin="monthly-letter", title="Lettre du mois", purpose="Ce que font les membres.", titles=own)
    )
    assert {**before, "monthly-letter": own["fr"]} == await titles(house.now)
    assert (await titles(house.now, "en"))["monthly-letter"] == own["en"]
    shown = await bulletin_of(house.now, "monthly-letter")
    assert (shown["title"], shown["purpose"]) == ("Lettre du mois", "Ce que font les membres.")
    with pytest.raises(HTTPException):
        await bulletin_of(house.now, "nobody-opened-this")


async def test_those_that_are_published_stand_in_their_order(house: House) -> None:
    five = [one["code"] for one in await opened(house.now)]
    await house.do(OpenBulletin(bulletin="a-last-one", title="Le dernier", purpose="Après tous les autres.", rank=900))
    assert [one["code"] for one in await opened(house.now)] == [*five, "a-last-one"]
