"""What stands in the way of a command, and what a form says of the ways out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from fastapi import HTTPException
from starlette.datastructures import FormData

from services.membership.members.domain.member import ChangeCollege, JoinNetwork, LeaveNetwork, NotePastMembership
from shared.contract.labels import sentence
from shared.kernel.command_handler import Instead
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.runtime.service import Service
from shared.web.facts.obstacles import (
    AGAINST,
    BEFORE,
    INSTEAD,
    SINCE,
    WHY,
    NoReason,
    first_day,
    instead_of,
    named_in,
    obstacle,
    sentence_of,
)
from shared.web.words.messages import KERNEL
from tests.shared.web.history.test_pages import MEMBER, STRUCTURE, do, service

__all__ = ["service"]  # a fixture
ONE, TWO = UUID(int=1), UUID(int=2)
JOIN = JoinNetwork(structure=STRUCTURE, name="Kynarou", college="associative", charter_version=1)
LEAVE = LeaveNetwork(member=MEMBER, reason="withdrawal")
PAST = NotePastMembership(
    structure=STRUCTURE,
    name="Kynarou",
    college="public",
    charter_version=1,
    since=date(2012, 1, 1),
    until=date(2013, 1, 1),
    reason="lapse",
)
DAY = date(2015, 6, 1)


@pytest.mark.parametrize(
    ("command", "at", "day"),
    [
        (LEAVE, DAY, DAY),
        (LEAVE, None, None),
        (LEAVE, datetime(2015, 5, 31, 22, 30, tzinfo=UTC), DAY),  # in Paris it is the day after
        (PAST, None, date(2012, 1, 1)),
    ],
)
def test_the_first_day_of_a_command_is_the_one_it_was_told_or_where_its_period_begins(
    command: Command, at: Any, day: date | None
) -> None:
    assert first_day(command, at) == day


def form(*fields: tuple[str, object]) -> FormData:
    return FormData([(name, str(value)) for name, value in fields])


@pytest.mark.parametrize(
    ("data", "at", "instead"),
    [
        (form(), DAY, None),
        (form((WHY, "doublon")), DAY, None),
        (form((INSTEAD, ONE), (INSTEAD, TWO), (WHY, " doublon ")), DAY, Instead((ONE, TWO), "doublon")),
        (form((SINCE, ONE), (WHY, "connue plus tôt")), DAY, Instead((ONE,), "connue plus tôt", DAY)),
        (form((SINCE, ONE), (WHY, "connue plus tôt")), None, None),  # of no day nothing is known since
    ],
)
def test_a_form_says_what_it_corrects_in_the_same_gesture(data: FormData, at: date | None, instead: object) -> None:
    assert instead_of(data, LEAVE, at) == instead


def test_a_form_says_why_and_names_facts_by_ids() -> None:
    for silent in (form((INSTEAD, ONE)), form((SINCE, ONE), (WHY, "  "))):
        with pytest.raises(NoReason):
            instead_of(silent, LEAVE, DAY)
    for wrong in (form((INSTEAD, "x"), (WHY, "doublon")), form((SINCE, "x"), (WHY, "doublon"))):
        with pytest.raises(HTTPException) as refused:
            instead_of(wrong, LEAVE, DAY)
        assert refused.value.status_code == 400


def test_a_form_that_is_shown_again_offers_what_it_offered() -> None:
    no = named_in(form((INSTEAD, ONE)))
    assert (no.code, no.values) == (AGAINST, {"event": str(ONE)})
    assert named_in(form((SINCE, ONE))).code == BEFORE


def test_a_refusal_names_a_fact_as_readers_know_it() -> None:
    against = Refused(
        "later-stands-against", of="MemberLeft", day="01/06/2015", seq=7, event="x", because="member-left"
    )
    said = sentence_of(against, KERNEL, "fr")
    assert sentence("MemberLeft", None, "fr") in said and "01/06/2015" in said
    named = {"of": "StructureClosed", "day": "01/06/2015", "seq": 7, "event": "x"}
    bare = sentence_of(Refused("reference-closed"), KERNEL, "fr")
    said = sentence_of(Refused("reference-closed", **named), KERNEL, "fr")
    assert said.startswith(f"{bare} Ce qui s’y oppose") and sentence("StructureClosed", None, "fr") in said
    assert said.endswith("le 01/06/2015 (événement 7).")
    to_programs = sentence_of(Refused("command-id-reused"), KERNEL, "fr", to_programs=True)
    assert "Idempotency-Key" in to_programs != sentence_of(Refused("command-id-reused"), KERNEL, "fr")


async def refusal(service: Service, command: Command, at: date) -> Refused:
    with pytest.raises(Refused) as refused:
        await service.execute(command, id=uuid4(), actor="staff:test", at=at)
    return refused.value


async def test_a_later_fact_stands_in_the_way_by_its_name_and_day(service: Service) -> None:
    await do(service, JOIN, date(2012, 3, 1))
    await do(service, ChangeCollege(member=MEMBER, college="economic"), date(2017, 3, 1))
    no = await refusal(service, LEAVE, DAY)
    found = await obstacle(service, LEAVE, no, DAY, "fr")
    assert found is not None and (found.day, found.fact) == (date(2017, 3, 1), no.values["event"])
    assert (found.strikable, found.offered, found.begins, found.since) == (True, True, False, None)
    assert found.at == f"/membership/history/member/{MEMBER}" and "conomique" in found.text
    assert found.to("redate") == f"{found.at}?{urlencode({'fact': found.fact, 'do': 'redate'})}#h-act"
    assert await obstacle(service, LEAVE, Refused("already-member"), DAY, "fr") is None
    assert await obstacle(service, LEAVE, Refused(AGAINST, event=str(uuid4())), DAY, "fr") is None


async def test_the_beginning_of_a_record_stands_in_the_way_and_may_be_said_of_that_day(service: Service) -> None:
    await do(service, JOIN, date(2012, 3, 1))
    change, early = ChangeCollege(member=MEMBER, college="public"), date(2010, 5, 4)
    no = await refusal(service, change, early)
    found = await obstacle(service, change, no, early, "fr")
    assert found is not None and (found.begins, found.since, found.day) == (True, early, date(2012, 3, 1))
    undated = await obstacle(service, change, no, None, "fr")
    assert undated is not None and not undated.offered and undated.since is None


async def test_a_correction_offers_no_second_one_in_the_same_gesture(service: Service) -> None:
    await do(service, JOIN, date(2012, 3, 1))
    await do(service, LEAVE, date(2017, 3, 1))
    events = (await service.execute.history("member", MEMBER)).events
    strike = StrikeEvents(kind="member", about=MEMBER, events=[UUID(events[0].id)], reason="jamais membre")
    with pytest.raises(Refused) as refused:
        await service.execute(strike, id=uuid4(), actor="staff:test")
    found = await obstacle(service, strike, refused.value, None, "fr")
    assert found is not None and found.strikable and not found.offered
