"""Views over lines: whatever comes late or is corrected, in whatever steps it is read, a view is what a rebuild
gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import orjson
import pytest

from deploy.host.all_services import DEFINITIONS
from services.membership.members.views import MEMBERS
from shared.contract import Event
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.contract.directory.structures import (
    StructureClosed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
)
from shared.contract.envelope import Message, Provenance, Recorded, opened, sealed_body
from shared.contract.membership.members import (
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MemberRestored,
    MembershipRenewed,
)
from shared.identity.access_view import ACCESS
from shared.kernel.corrections import corrects
from shared.kernel.views.past import Past, late_among, ref_of
from shared.kernel.views.projection import Batch, Document, Standing, View, own_entity
from shared.kernel.views.projector import Step, apply
from shared.notions.structure_on_record import member_of, member_structures, structures_on_record

pytestmark = pytest.mark.slow

ROOT = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
STRUCTURES = [uuid5(ROOT, str(n)) for n in range(3)]
VIEWS = [MEMBERS, member_structures(9), structures_on_record(9)]
TAKEN_AS_SAID = [
    ACCESS,
    *(v for one in DEFINITIONS for v in one.views if v.sources is None and v.keys is not own_entity and not v.of_log),
]
"""Of what is always of now, by keys that no entity is: they can't be folded anew."""
OF_OTHERS = [
    view
    for one in DEFINITIONS
    for view in one.views
    if not view.of_log and not view.kinds & {("directory", "structure"), ("membership", "member")}
]
"""Of other kinds of entities than those of the history"""
TODAY = date(2016, 12, 31)


class Memory:
    """Documents in memory, written a step at a time."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Document]] = {view.table: {} for view in VIEWS}

    async def standing(self, view: View, keys: list[str]) -> dict[str, Standing]:
        own = self.documents[view.table]
        return {key: Standing(orjson.loads(orjson.dumps(own[key])), 0) for key in keys if key in own}

    def put(self, batch: Batch) -> None:
        for view, documents in batch.documents.items():
            for key, document in documents.items():
                if document is None:
                    self.documents[view.table].pop(key, None)
                else:
                    self.documents[view.table][key] = document


def history(seed: int, length: int) -> list[Message]:
    """Random events of three structures and their memberships: most are late, many correct another."""
    random, messages, versions = Random(seed), [], dict[str, int]()
    written: list[Recorded] = []
    for seq in range(1, length + 1):
        structure = random.choice(STRUCTURES)
        own = [
            e for e in written if e.entity_id in (str(structure), str(member_of(structure))) and not corrects(e.type)
        ]
        event, of = _anything(random, structure, own)
        entity = UUID(of.entity_id) if of else structure if event.entity == "structure" else member_of(structure)
        place = (of.service, of.entity) if of else (event.service, event.entity)
        day = TODAY - timedelta(days=random.choice([0, 0, random.randrange(900)]))
        at = datetime(day.year, day.month, day.day, random.randrange(24), tzinfo=UTC)
        versions[str(entity)] = version = versions.get(str(entity), 0) + 1
        by = Provenance("test", uuid5(ROOT, f"command {seq}"), ROOT)
        now = datetime(2017, 1, 1, tzinfo=UTC)
        body = sealed_body(
            "t", event, entity, id=uuid5(ROOT, f"{seed} {seq}"), version=version, at=at, now=now, by=by, of=place
        )
        messages.append(Message(seq, f"t.{place[0]}.{place[1]}.{entity}.{event.type_name()}", body))
        written.append(opened(messages[-1]))
    return messages


def _anything(random: Random, structure: UUID, own: list[Recorded]) -> tuple[Event, Recorded | None]:
    if own and random.random() < 0.35:
        of = random.choice(own)
        about: dict[str, Any] = {"event": UUID(of.id), "kind": of.type}
        return random.choice([
            EventStruck(**about, reason="x"), StrikeLifted(**about), EventStruck(**about, reason="x"),
            EventRedated(**about, day=TODAY - timedelta(days=random.randrange(900)), reason="x"),
        ]), of  # fmt: skip
    return random.choice([
        StructureRegistered(name=f"Nom {random.randrange(9)}", kind="association", department="31"),
        StructureRevised(name=f"Nom {random.randrange(9)}"), StructureRevised(department=str(random.randrange(10, 20))),
        StructureClosed(reason="x"), StructureReopened(),
        MemberJoined(college=random.choice(["public", "associative"]), charter_version=1, structure=structure,
                     name="A"),
        MemberCollegeChanged(college=random.choice(["public", "economic"])), MembershipRenewed(year=2016),
        MemberLeft(reason=random.choice(["withdrawal", "mistake"])),
        MemberRestored(college="public", structure=structure),
    ]), None  # fmt: skip


async def read(messages: list[Message], ends: list[int]) -> tuple[Memory, int, int]:
    """The documents after these steps; how many events were late, and how many corrected another."""
    memory, tops, late, corrected = Memory(), {}, 0, 0

    async def under(subject: str) -> list[Message]:
        head = f"t.{subject.removesuffix('*')}"
        return [one for one in messages if one.subject.startswith(head)]

    start = 0
    for end in ends:
        events = [opened(one) for one in messages[start:end]]
        versions = {ref_of(e): e.version for e in map(opened, messages[:end])}
        past = Past(under, end, lambda seq: False, versions, events)
        step = Step(events, past, await late_among(events, tops, past), tops)
        batch = Batch()
        for view in VIEWS:
            await apply(memory, view, step, batch)  # type: ignore[arg-type]
        assert not batch.voids
        memory.put(batch)
        late, corrected, start = late + len(step.late), corrected + sum(corrects(e.type) for e in events), end
    return memory, late, corrected


@pytest.mark.parametrize("seed", range(60))
async def test_a_view_is_what_a_rebuild_gives_however_it_was_read(seed: int) -> None:
    random, messages = Random(seed), history(seed, 60)
    whole, late, corrected = await read(messages, [60])
    assert late >= 6 and corrected >= 6
    one_by_one, _, _ = await read(messages, list(range(1, 61)))
    ends = sorted({60, *(random.randrange(1, 60) for _ in range(12))})
    some, _, _ = await read(messages, ends)
    assert one_by_one.documents == whole.documents
    assert some.documents == whole.documents
    cut = random.randrange(10, 60)  # as known at a sequence: what a rebuild that ends there gives
    assert (await read(messages, [cut]))[0].documents == (await read(messages, list(range(1, cut + 1))))[0].documents


async def test_what_came_and_went_within_a_step_leaves_its_key_for_who_still_writes_what_was_between() -> None:
    id, by = STRUCTURES[0], Provenance("test", ROOT, ROOT)
    fact = StructureRegistered(name="Kynarou", kind="association")
    struck = EventStruck(event=uuid5(ROOT, "1"), kind="StructureRegistered", reason="x")
    at = datetime(2016, 5, 1, tzinfo=UTC)
    messages = []
    for seq, event in enumerate((fact, struck), 1):
        body = sealed_body(
            "t", event, id, id=uuid5(ROOT, str(seq)), version=seq, at=at, now=at, by=by, of=("directory", "structure")
        )
        messages.append(Message(seq, f"t.directory.structure.{id}.{event.type_name()}", body))
    events = [opened(message) for message in messages]
    view, batch = VIEWS[2], Batch()
    past = Past(lambda subject: some(messages), 2, lambda seq: False, {ref_of(events[0]): 2}, events)
    step = Step(events, past, await late_among(events, {}, past), {})
    await apply(Memory(), view, step, batch)  # type: ignore[arg-type]
    assert batch.documents[view] == {str(id): None}


async def some(messages: list[Message]) -> list[Message]:
    return messages


@pytest.mark.parametrize("view", [*dict.fromkeys([*TAKEN_AS_SAID, *OF_OTHERS])], ids=lambda view: view.name)
async def test_a_view_passes_over_what_corrects_the_entities_of_others_and_reads_nothing_for_it(
    view: View,
) -> None:
    events = [event for event in map(opened, history(0, 60)) if corrects(event.type)]
    assert {"EventStruck", "StrikeLifted", "EventRedated"} <= {event.type for event in events}

    async def under(subject: str) -> list[Message]:
        raise AssertionError("nothing has to be read for it")

    batch = Batch()
    await apply(Memory(), view, Step(events, Past(under, 60, lambda seq: False, {}, events), set(), {}), batch)  # type: ignore[arg-type]
    assert not batch.voids and not batch.documents[view]
