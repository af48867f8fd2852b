"""Capabilities: which there are, what each opens, and who has one now, by cookie and by token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import uuid4

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.contract.directory.accounts import AccountClosed, AccountReopened, RoleGranted
from shared.contract.directory.capabilities import CapabilityGranted, CapabilityName, CapabilityWithdrawn
from shared.identity.capabilities import CAPABILITIES, OFFERED, Held, opening, standing
from shared.identity.principal import OPERATOR, PUBLIC
from shared.kernel.decider import Level
from shared.runtime.service import Service
from tests.fixtures.signing_in import account
from tests.shared.identity.test_sessions import cookie_of, later


def test_what_is_declared_is_what_events_may_say_and_what_opens_nothing_is_offered_to_nobody() -> None:
    assert set(CAPABILITIES) == set(get_args(CapabilityName))
    assert {one.name for one in OFFERED} == {"approver", "door"}


def test_each_command_of_a_capability_is_there_asks_more_than_reading_and_is_judged_by_who_sends_it() -> None:
    """Without that judge a capability at one thing would open the command at all."""
    for one in OFFERED:
        (definition,) = (found for found in DEFINITIONS if found.name == one.service)
        commands = {c.__name__: c for decider in definition.deciders for c in decider.decisions}
        for name in one.opens:
            assert commands[name].asks == "editor" and commands[name] in definition.permitting
            assert opening(one.service, name) is one
        for name in set(commands) - one.opens:
            assert opening(one.service, name) is not one


async def test_it_holds_until_its_end_at_its_thing_and_gives_no_level(service: Service) -> None:
    who, at, ends = await account(service), uuid4(), datetime.now(UTC) + timedelta(hours=2)
    await who.say(CapabilityGranted(capability="door", scope=at, ends=ends), CapabilityGranted(capability="approver"))
    cookie = await cookie_of(who)
    found = await service.sessions.by_cookie(cookie)
    assert found.holds("door", str(at)) and not found.holds("door", str(uuid4())) and not found.holds("door")
    assert found.holds_any("door") and found.holds("approver", str(at)) and found.holds("approver")
    levels: list[Level] = ["reader", "auditor", "editor", "administrator", "space"]
    assert not any(found.may(name, level) for name in ("events", "newsletter", "membership") for level in levels)
    assert not found.sees_persons("events")
    over = await later(service, hours=3).by_cookie(cookie)
    assert not over.holds_any("door") and over.holds("approver")
    await who.say(CapabilityWithdrawn(capability="approver"))
    assert not (await service.sessions.by_cookie(cookie)).holds_any("approver")


async def test_a_token_carries_those_that_it_names_and_no_role_gives_one(service: Service) -> None:
    who = await account(service, "all:administrator")
    await who.say(CapabilityGranted(capability="approver"))
    with_it = await service.sessions.by_token(await who.token("newsletter:approver"))
    assert with_it.holds("approver") and not with_it.may("newsletter", "reader")
    assert not (await service.sessions.by_token(await who.token("newsletter:administrator"))).holds_any("approver")
    assert not (await service.sessions.by_token(await who.token("events:door"))).holds_any("door")
    assert not PUBLIC.holds_any("door") and OPERATOR.holds("door", "any")


async def test_who_has_it_and_whether_anybody_ever_had_it(service: Service) -> None:
    assert not await service.sessions.ever_given("approver")
    first, second, at = await account(service), await account(service), uuid4()
    await first.say(CapabilityGranted(capability="approver"))
    await second.say(CapabilityGranted(capability="approver", scope=at), RoleGranted(where="all", role="reader"))
    assert await service.sessions.holders("approver", str(at)) == {first.id, second.id}
    assert await service.sessions.holders("approver", str(uuid4())) == {first.id}
    await first.say(AccountClosed(), AccountReopened())
    await second.say(CapabilityWithdrawn(capability="approver", scope=at))
    assert await service.sessions.holders("approver", str(at)) == set()
    assert await service.sessions.ever_given("approver") and not await service.sessions.ever_given("door")


@pytest.mark.parametrize(("ends", "held"), [(None, True), (1, True), (0, False), (-1, False)])
def test_the_end_is_no_part_of_it(ends: int | None, held: bool) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    until = None if ends is None else (now + timedelta(seconds=ends)).isoformat()
    found = standing([{"capability": "door", "scope": "a", "ends": until}], now)
    assert found == ((Held("door", "a"),) if held else ())
    assert standing([{"capability": "of-a-later-release", "scope": None, "ends": None}], now) == ()
