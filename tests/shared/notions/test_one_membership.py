"""One structure is one member: whoever joins, merges, counts; whichever of its records joined."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.structures.domain.structure import CloseStructure, MergeStructures, RegisterStructure
from services.membership.members.domain.college import CloseCollege
from services.membership.members.domain.member import JoinNetwork, LeaveNetwork, NotePastMembership
from shared.base.paris_days import day_of
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.notions.one_membership import Known, doubles
from shared.notions.structure_on_record import member_of
from tests.fixtures.statutes import STATUTES
from tests.shared.notions.test_one_definition import Four, four, got, indicator, rows

pytestmark = pytest.mark.slow

__all__ = ["four"]  # a fixture


def test_the_membership_of_the_kept_record_counts_else_the_least() -> None:
    into = {"b": "a", "c": "a"}
    assert doubles({"m2": "a", "m1": "b"}, into) == {"m1"}
    assert doubles({"m2": "b", "m1": "c"}, into) == {"m2"}
    assert doubles({"m2": "b"}, into) == set() == doubles({"m1": "x", "m2": "y"}, into)


def test_days_in_which_a_membership_ran() -> None:
    known = Known(uuid4(), ((date(2012, 1, 1), date(2014, 1, 1)), (date(2016, 1, 1), None)))
    assert known.runs and not known.meets(date(2014, 1, 1), date(2016, 1, 1))
    assert known.meets(date(2013, 12, 31), date(2014, 6, 1)) and known.meets(date(2020, 1, 1), date(2021, 1, 1))


async def refused(four: Four, service: str, command: Command, day: date | None = None) -> Refused:
    with pytest.raises(Refused) as no:
        await four.services[service].execute(command, id=uuid4(), actor="staff:test", at=day)
    return no.value


def join(structure: UUID) -> JoinNetwork:
    return JoinNetwork(structure=structure, name="Essai", college="associative", charter_version=1)


async def two(four: Four) -> tuple[UUID, UUID]:
    for command in STATUTES:
        await four.do("membership", command, date(2011, 1, 1))
    a, b = [
        await four.do("directory", RegisterStructure(name=f"Essai {n}", kind="association"), date(2011, 6, 1))
        for n in "ab"
    ]
    assert a is not None and b is not None
    four.structures += [a, b]
    return a, b


async def answers(four: Four) -> dict[str, Any]:
    """How many members there are today, by whoever says it; the total of the indicator."""
    await four.shown()
    membership, directory = four.services["membership"], four.services["directory"]
    home = unescape((await got(membership, "/")).text).replace("\u00a0", " ").replace("\u202f", " ")
    listed = unescape((await got(membership, "/members?status=current")).text).replace("\u00a0", " ")
    told = (await indicator(four.services["observatory"], "members_by_college"))["values"]
    named = (await indicator(four.services["observatory"], "named_members"))["values"]
    year = day_of(four.services["observatory"].now()).year
    exported = rows((await got(directory, "/export.csv?member=yes&lang=fr")).text)
    asked = await got(four.services["observatory"], "/identification/export.csv?member=yes&lang=fr")
    keys = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}(?=\r?$)", asked.text, re.MULTILINE)
    return {
        "home": int(re.search(r"(\d+) adhérents? aujourd’hui", home)[1]),  # type: ignore[index]
        "list": len(set(re.findall(r'href="/membership/members/([0-9a-f-]{36})"', listed))),
        "indicator": sum(one["value"] for one in told if one["path"].endswith(f"total.values.{year}")),
        "named": sum(one["value"] for one in named),
        "export": len(exported),
        "identified": len(keys),
    }


async def test_who_is_a_member_through_a_merged_record_does_not_join(four: Four) -> None:
    a, b = await two(four)
    assert await four.do("membership", join(b), date(2015, 1, 1)) is not None
    assert await four.do("directory", MergeStructures(structure=a, merged=b)) is not None
    no = await refused(four, "membership", join(a))
    assert (no.code, no.values["page"]) == ("member-through", f"/membership/members/{member_of(b)}")
    assert (await refused(four, "membership", join(a), date(2018, 1, 1))).code == "member-through"
    past = NotePastMembership(**dict(join(a)), since=date(2014, 1, 1), until=date(2016, 1, 1), reason="lapse")
    assert (await refused(four, "membership", past)).code == "was-member-through"
    earlier = past.model_copy(update={"since": date(2012, 1, 1), "until": date(2014, 1, 1)})
    assert await four.do("membership", earlier) is not None
    assert set((await answers(four)).values()) == {1}
    page = unescape((await got(four.services["membership"], f"/members/{member_of(b)}")).text)
    assert "L’annuaire a réuni sa fiche à une autre" in page and f"/directory/structures/{a}" in page
    await four.do("membership", LeaveNetwork(member=member_of(b), reason="lapse"))
    assert await four.do("membership", join(a)) is not None


async def test_who_stays_in_a_closed_college_is_counted_and_shown(four: Four) -> None:
    a, _ = await two(four)
    await four.do("membership", join(a), date(2015, 1, 1))
    assert await four.do("membership", CloseCollege(college="associative", reason="statuts")) is not None
    assert set((await answers(four)).values()) == {1}
    page = unescape((await got(four.services["membership"], "/")).text)
    assert "/membership/members?status=current&college=associative" in page and "collège fermé" in page


async def test_two_members_are_not_merged_before_one_is_left(four: Four) -> None:
    a, b = await two(four)
    for one in (a, b):
        assert await four.do("membership", join(one), date(2015, 1, 1)) is not None
    await four.shown()
    compared = unescape((await got(four.services["directory"], f"/duplicates/compare?first={a}&second={b}")).text)
    assert "Ces deux fiches sont adhérentes." in compared
    assert all(f"/membership/members/{member_of(one)}" in compared for one in (a, b))
    assert (await refused(four, "directory", MergeStructures(structure=a, merged=b))).code == "both-members"
    assert set((await answers(four)).values()) == {2}
    await four.do("membership", LeaveNetwork(member=member_of(b), reason="lapse"))
    assert await four.do("directory", MergeStructures(structure=a, merged=b)) is not None
    assert set((await answers(four)).values()) == {1}


async def test_where_two_run_all_the_same_every_reader_counts_one(four: Four) -> None:
    """As in logs of earlier releases, or where a departure is struck since."""
    a, b = await two(four)
    for one in (a, b):
        assert await four.do("membership", join(one), date(2015, 1, 1)) is not None
    left = LeaveNetwork(member=member_of(b), reason="lapse")
    await four.do("membership", left, day_of(four.services["membership"].now()) - timedelta(days=1))
    await four.do("directory", MergeStructures(structure=a, merged=b))
    facts = await four.facts("membership", "member", member_of(b))
    gone = UUID(next(one.id for one in facts if one.type == "MemberLeft"))
    strike = StrikeEvents(kind="member", about=member_of(b), events=[gone], reason="erreur")
    assert await four.do("membership", strike) is not None
    assert set((await answers(four)).values()) == {1}
    page = unescape((await got(four.services["membership"], f"/members/{member_of(b)}")).text)
    assert "est aussi adhérente par une autre de ses fiches" in page
    await four.do("directory", CloseStructure(structure=a, reason="Fin"))
    assert set((await answers(four)).values()) == {1}, "it is a member until it left"
