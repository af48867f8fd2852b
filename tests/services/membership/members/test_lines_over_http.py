"""What is told late, corrected, repeated or refused of a member, through the API: the cases of the design, each with
the answer that is right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx2
import pytest

from shared.contract.directory.structures import StructureRegistered
from shared.kernel.eventlog.event_log import Unit
from shared.notions.structure_on_record import member_of
from shared.runtime.service import Service
from tests.fixtures.log_writing import write
from tests.shared.web.history.test_pages import front, service

__all__ = ["front", "service"]
pytestmark = pytest.mark.slow
ROOT = UUID("5c0f3a52-0f9b-4f61-8b4e-7a4b2e7a9c10")
Step = tuple[str, str | None, str]
"""What is said (a college that is joined or changed to, `leave`, `pay 2016`; `strike 2`, `lift 2`, `redate 2`, about a
step), of which day, and what is answered: `done`, `same`, or the code of a refusal"""


@dataclass
class Told:
    """One member over HTTP. `events`: the ids of the events of each step."""

    front: httpx2.AsyncClient
    structure: UUID
    events: list[list[str]] = field(default_factory=list)

    @property
    def member(self) -> UUID:
        return member_of(self.structure)

    async def say(self, said: str, day: str | None) -> str:
        what, _, more = said.partition(" ")
        name, body, params = self._command(what, more, day)
        answer = await self.front.post(f"/api/commands/{name}", json=body, params=params)
        told = answer.json()
        if answer.status_code != 200:
            self.events.append([])
            return str(told["error"])
        if not told["changed"]:
            assert told["events"] == []
            self.events.append([])
            return "same"
        document = await self.front.get(f"/api/members/{self.member}")
        self.events.append([told["sequence"]])
        assert document.status_code in (200, 404)
        return "done"

    def _command(self, what: str, more: str, day: str | None) -> tuple[str, dict[str, Any], dict[str, str]]:
        member = {"member": str(self.member)}
        params = {"happened": f"{day}T12:00:00+01:00"} if day else {}
        if what in ("strike", "lift", "redate"):
            about = {"kind": "member", "about": str(self.member), "events": [more], "reason": "doublon"}
            names = {"strike": "strike-events", "lift": "lift-strikes", "redate": "redate-events"}
            return names[what], about | ({"day": day} if what == "redate" else {}), {}
        if what == "join":
            body = {"structure": str(self.structure), "name": "Kynarou", "college": more, "charter_version": 1}
            return "join-network", body, params
        if what == "leave":
            return "leave-network", member | {"reason": "withdrawal"}, params
        if what == "pay":
            return "renew-membership", member | {"year": int(more)}, params
        return "change-college", member | {"college": what}, params


CASES: dict[str, tuple[list[Step], str | None]] = {
    "a second joining was a mistake": (
        [
            ("join associative", "2012-03-01", "done"),
            ("leave", "2014-06-01", "done"),
            ("join economic", "2016-03-01", "done"),
            ("strike 3", None, "done"),
            ("strike 3", None, "same"),
            ("leave", None, "same"),
        ],
        None,
    ),
    "a change that is learnt late holds until the next": (
        [
            ("join associative", "2015-01-01", "done"),
            ("public", "2017-06-01", "done"),
            ("economic", "2016-06-01", "done"),
            ("economic", None, "done"),
        ],
        "economic",
    ),
    "nothing is older than its entity": (
        [("join associative", "2015-01-10", "done"), ("leave", "2014-01-10", "before-its-beginning")],
        "associative",
    ),
    "an earlier joining alone": (
        [("join associative", "2016-02-01", "done"), ("join associative", "2012-03-01", "later-stands-against")],
        "associative",
    ),
    "a leaving before a change": (
        [
            ("join associative", "2015-01-10", "done"),
            ("pay 2016", "2016-01-12", "done"),
            ("economic", "2017-03-01", "done"),
            ("leave", "2015-06-01", "later-stands-against"),
        ],
        "economic",
    ),
    "a joining on which a payment rests": (
        [
            ("join associative", "2015-01-10", "done"),
            ("pay 2016", "2016-01-12", "done"),
            ("strike 1", None, "later-stands-against"),
            ("strike 2", None, "done"),
            ("strike 1", None, "done"),
        ],
        None,
    ),
    "all on one day": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2015-01-10", "done"),
            ("join public", "2015-01-10", "done"),
        ],
        "public",
    ),
    "a leaving put on another day": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2020-06-01", "done"),
            ("redate 2", "2016-06-01", "done"),
            ("redate 2", "2014-01-01", "before-its-beginning"),
            ("redate 2", "2016-06-01", "same"),
        ],
        None,
    ),
    "a strike that can't be lifted any more": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2016-01-10", "done"),
            ("strike 2", None, "done"),
            ("leave", "2018-01-01", "done"),
            ("lift 2", None, "later-stands-against"),
        ],
        None,
    ),
    "a year is paid once, whenever it is noted": (
        [
            ("join associative", "2015-01-10", "done"),
            ("pay 2017", "2017-02-01", "done"),
            ("pay 2017", "2016-12-01", "later-stands-against"),
        ],
        "associative",
    ),
    "what is so already": (
        [
            ("join associative", "2015-01-10", "done"),
            ("associative", "2016-01-01", "same"),
            ("economic", "2017-01-01", "done"),
            ("economic", "2016-01-01", "done"),
        ],
        "economic",
    ),
    "days that are none": (
        [
            ("join associative", "1989-12-31", "too-long-ago"),
            ("join associative", "2999-01-01", "time-in-future"),
            ("join associative", "1990-01-01", "done"),
        ],
        "associative",
    ),
}
"""Case → what is said, and in which college the member is now; None: in none"""


async def ids(front: httpx2.AsyncClient, service: Service, member: UUID) -> dict[int, str]:
    history = await service.execute.history("member", member)
    return {event.seq: event.id for event in history.events}


@pytest.mark.parametrize("case", CASES)
async def test_what_is_said_of_a_member_is_answered_rightly(
    front: httpx2.AsyncClient, service: Service, case: str
) -> None:
    steps, college = CASES[case]
    structure = uuid5(ROOT, case)
    item = write(service.network, structure, event=StructureRegistered(name="Kynarou", kind="association"))
    await service.log.append(Unit([item], {item.entity: 0}))
    told = Told(front, structure)
    for said, day, answer in steps:
        what, _, which = said.partition(" ")
        if what in ("strike", "lift", "redate"):
            (seq,) = told.events[int(which) - 1]
            said = f"{what} {(await ids(front, service, told.member))[int(seq)]}"
        assert await told.say(said, day) == answer, (said, day)
    document = (await front.get(f"/api/members/{told.member}")).json()
    in_none = "error" in document or document.get("left_on") is not None or document.get("left")
    assert (None if in_none else document["college"]) == college


async def test_the_same_command_twice_is_told_apart_from_the_same_words(
    front: httpx2.AsyncClient, service: Service
) -> None:
    structure = uuid5(ROOT, "twice")
    item = write(service.network, structure, event=StructureRegistered(name="Kynarou", kind="association"))
    await service.log.append(Unit([item], {item.entity: 0}))
    body = {"structure": str(structure), "name": "Kynarou", "college": "public", "charter_version": 1}
    key = {"Idempotency-Key": str(uuid4())}
    first, second = [(await front.post("/api/commands/join-network", json=body, headers=key)).json() for _ in "12"]
    assert not first["repeated"] and second == first | {"repeated": True}
    change = {"member": str(member_of(structure)), "college": "public"}
    again = (await front.post("/api/commands/change-college", json=change)).json()
    assert (again["changed"], again["repeated"], again["events"]) == (False, False, [])
