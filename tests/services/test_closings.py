"""Closing what is used later: a college, a kind, of an earlier day than a fact that names it is refused, and what names
it is told; who was in it that day stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.notions.membership import college_id
from shared.notions.vocabularies import vocabulary_id
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.four_services import Four, opened

pytestmark = pytest.mark.slow
AFTER = "used-after-closing"


@pytest.fixture
async def four(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Four]:
    async with opened(nats_server, tmp_path) as found:
        yield found


async def said(four: Four, command: str, of: str | None = None, **fields: Any) -> str:
    answer = await four.say(command, of, **fields)
    assert answer.said == "done", (command, answer)
    return answer.entity


async def joined(four: Four, name: str, college: str, day: str) -> str:
    structure = await said(four, "directory register-structure", "2015-01-01", name=name, kind="association")
    fields = {"structure": structure, "name": name, "college": college, "charter_version": 1}
    return await said(four, "membership join-network", day, **fields)


async def test_a_college_is_not_closed_before_a_joining_or_a_change_into_it(four: Four) -> None:
    await said(four, "membership adopt-charter", "2015-01-01", title="Charte", principles=["Un"])
    for college in ("towns", "friends"):
        await said(four, "membership open-college", "2015-01-01", college=college, title=college)
    await joined(four, "Kynarou", "friends", "2016-01-01")
    changed = await joined(four, "Amont", "towns", "2016-01-01")
    await joined(four, "Aval", "friends", "2018-03-01")
    await said(four, "membership change-college", "2019-03-01", member=changed, college="friends")

    async def close(day: str) -> tuple[str, str | None]:
        answer = await four.say("membership close-college", day, college="friends", reason="Statuts")
        return answer.said, answer.in_the_way

    assert await close("2017-06-01") == (AFTER, "MemberJoined"), "the first of what uses it"
    assert await close("2018-06-01") == (AFTER, "MemberCollegeChanged")
    assert (await close("2019-03-02"))[0] == "done", "its three members stay in it"
    friends = college_id("friends")
    closing = await four.fact(friends, 0, "CollegeClosed")
    for day, answer in (("2018-06-01", AFTER), ("2017-06-01", AFTER), ("2019-03-01", "done"), ("2020-01-01", "done")):
        assert (await four.correct("redate-events", "membership", "college", friends, closing, day=day)).said == answer
    assert (await four.correct("strike-events", "membership", "college", friends, closing)).said == "done"
    await joined(four, "Lavoir", "friends", "2020-06-01")
    assert (await four.correct("lift-strikes", "membership", "college", friends, closing)).said == AFTER


async def test_a_term_is_not_closed_before_it_is_used(four: Four) -> None:
    """One of the network's own, and one of the general list; what a record had on the day may stay in it."""
    own = {"vocabulary": "structure", "code": "lycee"}
    await said(four, "membership define-term", "2015-01-01", **own, titles={"fr": "Lycée"}, rank=9)
    for code in ("lycee", "company"):
        name = f"Une {code}"
        record = await said(four, "directory register-structure", "2016-01-01", name=name, kind=code)
        of = {"vocabulary": "structure", "code": code}
        assert (await four.say("membership close-term", "2015-06-01", **of)).said == AFTER
        anew = {"structure": record, "name": f"{name} d’après", "kind": code}
        await said(four, "directory revise-structure", "2018-01-01", **anew)
        assert (await four.say("membership close-term", "2017-01-01", **of)).said == "done"
        closing = await four.fact(vocabulary_id("structure"), code == "company", "TermClosed")
        again = await four.correct(
            "redate-events", "membership", "vocabulary", vocabulary_id("structure"), closing, day="2015-06-01"
        )
        assert (again.said, again.in_the_way) == (AFTER, "StructureRegistered")


async def test_a_kind_of_gathering_is_not_closed_before_one_is_held(four: Four) -> None:
    id = await said(
        four,
        "events plan-gathering",
        kind="thematic",
        title="Rencontre",
        starts="2021-02-01T10:00:00+01:00",
    )
    await said(four, "events hold-gathering", "2021-02-01", gathering=id)
    answer = await four.say("membership close-term", "2020-06-01", vocabulary="gathering", code="thematic")
    assert (answer.said, answer.in_the_way) == (AFTER, "GatheringPlanned")
