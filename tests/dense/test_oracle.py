"""The figures over HTTP beside a plain loop over the events over HTTP: as of many days, as known on many."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from services.observatory.figures.observatory import of as observatory_of
from shared.kernel.eventlog.event_log import Unit, Write
from shared.runtime.service import Service
from tests.dense.history import FIRST, LAST, LEARNT, Dense, dense
from tests.fixtures.figures_oracle import ORACLE, Said
from tests.services.observatory.test_pages import front, service

__all__ = ["front", "service"]
pytestmark = pytest.mark.slow
CORRECTIONS = ("EventStruck", "StrikeLifted", "EventRedated")
SOME = [name for name in ORACLE if not name.startswith("agora") and name != "structures_by_region"]
"""Who came to an agora is checked in by name in a dense log, and the region is another one: of that the plain loop
knows nothing."""
AT_ONCE = 250  # messages of one decision


async def written(service: Service, log: Dense) -> None:
    """The log of a running observatory holds these messages, under its own network."""
    writes = []
    for message in log.messages:
        network = message.subject.partition(".")[0]
        subject = message.subject.replace(network, service.network, 1)
        body = message.body.replace(f'"/{network}/'.encode(), f'"/{service.network}/'.encode())
        writes.append(Write(subject, json.loads(body)["id"], body))
    for start in range(0, len(writes), AT_ONCE):
        some = writes[start : start + AT_ONCE]
        last = {one.entity: n for n, one in enumerate(writes[:start], 1)}
        await service.log.append(Unit(some, {one.entity: last.get(one.entity, 0) for one in some}))
    assert await observatory_of(service).table.wait_for(len(writes), timeout=120)


async def told(front: httpx2.AsyncClient) -> list[Said]:
    """The story that the API tells."""
    story: list[Said] = []
    seqs: dict[str, int] = {}
    while True:
        after = story[-1].seq if story else 0
        answer = await front.get("/observatory/api/events", params={"after": after, "limit": 1000})
        events = answer.json()["events"]
        if not events:
            return story
        for one in events:
            seqs[one["id"]] = one["seq"]
            data = dict(one["data"])
            if one["type"] in CORRECTIONS:
                data |= {"about": seqs[data["event"]], "day": data.get("day") and date.fromisoformat(data["day"])}
            story.append(Said(one["seq"], one["type"], one["subject"].rpartition("/")[2], _day(one["time"]), data))


def _day(time: str) -> date:
    """The day in Paris of an instant."""
    return datetime.fromisoformat(time).astimezone(ZoneInfo("Europe/Paris")).date()


async def compared(front: httpx2.AsyncClient, service: Service, log: Dense, moments: int) -> int:
    """Compares each figure at so many moments; how many there were. Each that differs is named."""
    await written(service, log)
    story = await told(front)
    assert len(story) == len(log.messages)
    random, number = Random(7), 0
    different: list[Any] = []
    for _ in range(moments):
        as_of = FIRST + timedelta(days=random.randrange((LAST - FIRST).days + 1))
        known_at = LEARNT.date() + timedelta(days=random.randrange(len(log.messages) // 96 + 1))
        asked = {"as_of": as_of.isoformat(), "known_at": known_at.isoformat()}
        for name in SOME:
            answer = (await front.get(f"/observatory/api/indicators/{name}", params=asked)).json()
            found = {one["path"]: one["value"] for one in answer["values"]}
            wanted = ORACLE[name](story, as_of, answer["known"])
            if name == "structures_by_department":
                found = {path: value for path, value in found.items() if path in wanted}
            number += len(wanted.keys() | found.keys())
            different += [(asked, path) for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path)]
    assert different == []
    return number


async def test_figures_over_http_are_those_of_a_plain_loop(front: httpx2.AsyncClient, service: Service) -> None:
    assert await compared(front, service, dense(21, 250), 24) > 250


@pytest.mark.drill
async def test_two_thousand_figures_over_http(front: httpx2.AsyncClient, service: Service) -> None:
    assert await compared(front, service, dense(22, 600), 240) >= 2_000
