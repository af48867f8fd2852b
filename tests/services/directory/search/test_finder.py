"""Searching the directory as it stands in the views, current after every command."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from services.directory.projects.domain import DraftProject, PublishProject, WithdrawProject
from services.directory.projects.query import PROJECT_SOURCE
from services.directory.search.finder import Finder, finder_of
from services.directory.structures.domain.structure import (
    CloseStructure,
    ListStructure,
    MergeStructures,
    ReopenStructure,
    ReviseStructure,
)
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft
from tests.services.directory.conftest import Town, structure

MEMBER = UUID("0193aaaa-0000-7000-8000-000000000001")


async def names(finder: Finder, text: str = "", **where: list[str]) -> list[str]:
    return [one["name"] for one in (await finder.find(text, where)).documents]


async def test_a_structure_is_found_by_name_acronym_town_theme_country_and_number(town: Town) -> None:
    finder = finder_of(town.service)
    assert await names(finder) == []
    await town.do(
        structure(
            "Kynarou France",
            acronym="KYF",
            department="31",
            commune="31555",
            themes=["Eau et assainissement"],
            countries=["IN", "SN"],
            rna="W313004120",
            sdgs=[6],
        )
    )
    await town.do(structure("Amis du livre", department="81"))
    for asked in (
        "kynarou",
        "KYF",
        "toulouse",
        "tolouse",
        "haute-garonne",
        "assainisement",
        "Inde",
        "India",
        "senegal",
        "W313004120",
    ):
        assert await names(finder, asked) == ["Kynarou France"], asked
    assert await names(finder, "", sdgs=["6"], countries=["SN"]) == ["Kynarou France"]


async def test_a_change_is_found_at_once_and_a_closed_record_only_where_asked(town: Town) -> None:
    finder = finder_of(town.service)
    one = await town.do(structure("Kynarou"))
    assert await names(finder, "kynarou") == ["Kynarou"]
    await town.do(ReviseStructure(structure=one, name="Jappoo", kind="company"))
    assert (await names(finder, "kynarou"), await names(finder, "jappoo")) == ([], ["Jappoo"])
    await town.do(ListStructure(structure=one))
    assert (await finder.find(where={"listed": ["yes"]})).facets["kind"] == {"company": 1}
    await town.do(CloseStructure(structure=one, reason="Dissoute"))
    assert (await names(finder), await names(finder, state=["closed"])) == ([], ["Jappoo"])
    await town.do(ReopenStructure(structure=one))
    assert await names(finder) == ["Jappoo"]


async def test_members_are_known_by_memberships_events(town: Town) -> None:
    finder = finder_of(town.service)
    one = await town.do(structure("Kynarou"))
    assert await names(finder, member=["yes"]) == []
    joined = MemberJoined(college="associative", charter_version=1, structure=one, name="Kynarou")
    await town.hear(joined, MEMBER)
    found = await finder.find(where={"member": ["yes"]}, count=("college", "member"))
    assert (found.colleges, found.facets["college"]) == ({str(one): "associative"}, {"associative": 1})
    await town.hear(MemberCollegeChanged(college="economic"), MEMBER, 2)
    assert await names(finder, college=["economic"]) == ["Kynarou"]
    await town.hear(MemberLeft(reason="lapse"), MEMBER, 3)
    assert await names(finder, member=["yes"]) == [] and await names(finder, member=["no"]) == ["Kynarou"]


async def test_what_speaks_of_a_merged_record_follows_the_kept_one_and_comes_back(town: Town) -> None:
    finder = finder_of(town.service)
    kept = await town.do(structure("Kynarou France", themes=["Eau"]))
    other = await town.do(structure("Kynarou", countries=["IN"], themes=["Santé"]))
    await town.hear(MemberJoined(college="associative", charter_version=1, structure=other, name="Kynarou"), MEMBER)
    await town.do(MergeStructures(structure=kept, merged=other, taken=["countries", "themes"]))
    found = await finder.find("kynarou")
    assert [one["key"] for one in found.documents] == [str(kept)] and found.colleges == {str(kept): "associative"}
    assert (found.documents[0]["themes"], found.documents[0]["absorbed"]) == (["Eau", "Santé"], [str(other)])
    assert finder.kept(str(other)) == str(kept)
    assert await names(finder, state=["closed"]) == []
    await town.unmerge(kept)
    found = await finder.find("kynarou")
    assert [(one["key"], one["themes"]) for one in found.documents] == [(str(other), ["Santé"]), (str(kept), ["Eau"])]
    assert found.colleges == {str(other): "associative"}


async def test_one_question_answers_who_works_on_water_in_senegal_and_with_whom(town: Town) -> None:
    finder = finder_of(town.service)
    leader = await town.do(structure("Kynarou", department="31"))
    town_hall = await town.do(structure("Ville de Muret", kind="public_body", department="31"))
    draft = DraftProject(
        leader=leader,
        participants=[town_hall],
        title="Des puits pour Podor",
        summary="Trois puits et leur entretien.",
        country="SN",
        stage="running",
        place="Podor",
        themes=["Eau et assainissement"],
        sdgs=[6],
        partner_associations=["Union des femmes de Podor"],
        partner_authorities=["Commune de Podor"],
    )
    project = await town.do(draft)
    assert await finder.works("eau Sénégal") == []  # a draft is nobody's business
    await town.do(PublishProject(project=project))
    for asked in ("eau Sénégal", "eaux senegal", "femmes podor", "muret"):
        (work,) = await finder.works(asked)
        assert [one["name"] for one in work.structures] == ["Kynarou", "Ville de Muret"]
        assert work.project["partners"] == ["Union des femmes de Podor", "Commune de Podor"]
    assert await names(finder, "", countries=["SN"], themes=["Eau et assainissement"]) == ["Kynarou", "Ville de Muret"]
    facets = (await finder.find_projects(where={"countries": ["SN"]})).facets
    assert facets["countries"] == {"SN": 1} and facets["stage"] == {"running": 1}
    await town.do(WithdrawProject(project=project))
    assert await finder.works("eau Sénégal") == [] and await names(finder, countries=["SN"]) == []


async def test_a_finder_that_starts_late_finds_the_same(town: Town) -> None:
    for n in range(30):
        id = await town.do(structure(f"Structure {n}", department="31" if n % 2 else "81"))
        if n % 3 == 0:
            await town.do(ListStructure(structure=id), at=datetime(2016, 1, 1, tzinfo=UTC))
    early, late = finder_of(town.service), Finder(town.service.store, PROJECT_SOURCE)
    for where in ({}, {"listed": ["yes"]}, {"department": ["31"]}):
        one, other = await early.find("structure", where), await late.find("structure", where)
        assert one == other
