"""What staff read of the clock: what doubts it, by how much, what waits, what to do; and an operator's word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contract.clocks import ClockConfirmed
from shared.contract.envelope import opened
from shared.persons.foretelling import FEW
from shared.runtime.service import Definition, Service
from shared.web.operations.clock_page import apart
from tests.conftest import OpenService
from tests.fixtures.signing_in import operator
from tests.shared.persons.conftest import Add, add, definition, follows, move_clock
from tests.shared.web.security.test_privacy_pages import asking

__all__ = ["add", "definition", "follows"]
YEARS, MINUTE, DAY = timedelta(days=5 * 365), timedelta(minutes=1), timedelta(days=1)
DOUBTED = "L’heure de cette machine est mise en doute."


def set_clock(service: Service, off: timedelta) -> None:
    now = datetime.now(UTC) + off
    service.around.clock = lambda: now


async def shown(service: Service, path: str = "/directory/clock", **headers: str) -> str:
    async with asking(service, **(headers or operator(service))) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def words(service: Service) -> list[tuple[str, ClockConfirmed]]:
    """Who has said so, and what."""
    found: list[tuple[str, ClockConfirmed]] = []
    for message in await service.log.under("directory.clock.*.ClockConfirmed"):
        event = opened(message)
        assert isinstance(event.data, ClockConfirmed)
        found.append((event.actor, event.data))
    return found


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (timedelta(0), "Rien ne la contredit"),
        (3 * DAY, "Rien ne la contredit"),
        (YEARS, "Elle avance de 1\u202f82"),
        (-2 * DAY, "Elle retarde de 2\u00a0jours sur ceci"),
        (-50 * MINUTE, "Elle retarde de 50\u00a0minutes sur ceci"),
    ],
)
async def test_the_page_says_what_doubts_the_clock_and_by_how_much(
    open_service: OpenService, off: timedelta, said: str
) -> None:
    service = await open_service()
    set_clock(service, off - MINUTE / 2 if off < timedelta(0) else off)
    page = await shown(service)
    assert said in page and "maillage clock confirm" in page and "Ce qui attend" in page
    doubt = "Rien ne" not in said
    assert ("L’heure est mise en doute." in page) == doubt
    assert (DOUBTED in await shown(service, "/directory/privacy")) == doubt, "each page says so to staff"
    async with asking(service) as client:
        assert DOUBTED not in (await client.get("/directory/privacy")).text, "and to nobody else"
        assert (await client.get("/directory/clock")).status_code != 200
    if doubt:
        assert "The time is in doubt." in await shown(service, "/directory/clock?lang=en")


async def test_an_operator_s_word_is_an_event_that_says_who_and_what_was_doubted(open_service: OpenService) -> None:
    service = await open_service()
    set_clock(service, YEARS)
    async with asking(service, **operator(service)) as client:
        for _ in range(2):
            answer: dict[str, Any] = (await client.post("/directory/api/clock/confirm")).json()
            assert answer["doubt"] is None
        set_clock(service, timedelta(0))  # it was the wrong word: the right one is heard after it
        assert (await client.get("/directory/api/clock")).json()["doubt"]
        assert (await client.post("/directory/api/clock/confirm")).json()["doubt"] is None
    found = await words(service)
    assert {actor for actor, _ in found} == {"operator"}
    first, second, third = (said for _, said in found)
    assert first.doubting == "heartbeat" and abs(first.ahead - YEARS.total_seconds()) < 600
    assert second == ClockConfirmed(doubting="nobody")
    assert third.doubting == "heartbeat" and third.ahead < 0


async def test_nobody_but_administrators_has_that_word(open_service: OpenService) -> None:
    service = await open_service()
    set_clock(service, YEARS)
    async with asking(service) as client:
        assert (await client.post("/directory/api/clock/confirm")).status_code == 401
    assert await words(service) == [] and await service.clock.doubt() is not None


async def test_the_page_tells_of_the_question_about_persons(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    for n in range(FEW + 1):
        await add(service, f"personne-{n}@exemple.invalid")
    assert "Aucune n’attend" in await shown(service)
    for days, late in ((1097, False), (1101, True)):
        move_clock(service, days=days)
        await service.persons.end_terms()
        page = await shown(service)
        assert f"{FEW + 1}\u00a0personnes sont arrivées" in page and "maillage person due --confirm" in page
        assert ("Sans réponse depuis plus de trois jours" in page) == late


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(seconds=20), (0, "minutes")),
        (-7 * MINUTE, (7, "minutes")),
        (119 * MINUTE, (119, "minutes")),
        (47 * 60 * MINUTE, (47, "hours")),
        (-49 * 60 * MINUTE, (2, "days")),
    ],
)
def test_how_long_something_is_is_said_in_the_unit_of_its_size(span: timedelta, told: tuple[int, str]) -> None:
    assert apart(span) == told
