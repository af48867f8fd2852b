"""Who is identified: against a plain loop on invented histories, on any day, as known at any sequence; what came and
went."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from services.observatory.identification.criteria import (
    Found,
    answer,
    as_given,
    compared,
    criteria_of,
    identify,
    named,
    query_of,
)
from services.observatory.identification.domain import Criteria
from shared.contract.directory.structures import StructureClosed, StructureRegistered, StructureRevised
from shared.contract.membership.members import MemberJoined, MemberLeft
from shared.kernel.decider import Refused
from shared.notions.one_membership import doubles
from tests.fixtures import figures_oracle as oracle
from tests.fixtures.figures_oracle import Said
from tests.fixtures.indicator_histories import event
from tests.fixtures.observatory_history import History
from tests.fixtures.observatory_history import named as id_of
from tests.services.observatory.figures.test_oracle import MEMORY, moment

STRUCTURES = ("s0", "s1", "s2", "s3", "s4")
THEMES, COUNTRIES, GOALS = ("Eau", "Santé", "Culture"), ("SN", "ML", "HT"), (4, 6, 17)
KINDS = ("StructureRegistered", "StructureRegistered", "StructureRegistered", "StructureRevised", "StructureClosed",
         "StructureReopened", "StructureAbsorbed", "StructureReleased", "CooperationProjectDrafted",
         "CooperationProjectDrafted", "CooperationProjectRevised", "CooperationProjectPublished",
         "CooperationProjectPublished", "CooperationProjectWithdrawn", "MemberJoined", "MemberJoined",
         "MemberCollegeChanged", "MemberLeft")  # fmt: skip
Known = dict[str, dict[str, Any]]


def invented(seed: int, size: int) -> tuple[list[Said], date, int]:
    """A story of so many events in any order, the day it is asked for, the sequence it is known at."""
    chance = Random(seed)

    def some(values: tuple[Any, ...]) -> list[Any]:
        return chance.sample(values, chance.randrange(3))

    story = []
    for seq in range(1, size + 1):
        kind = chance.choice(KINDS)
        structure, other = f"structure/{chance.choice(STRUCTURES)}", f"structure/{chance.choice(STRUCTURES)}"
        lists = {"themes": some(THEMES), "sdgs": some(GOALS)}
        data: dict[str, Any] = {}
        match kind:
            case "StructureRegistered":
                data = {
                    "name": "S",
                    "kind": chance.choice(("association", "school")),
                    "department": chance.choice(("31", "34")),
                    "countries": some(COUNTRIES),
                    **lists,
                }
            case "StructureRevised":
                data = chance.choice(
                    (
                        {"themes": some(THEMES)},
                        {"cleared": ["themes", "sdgs"]},
                        {"department": "31"},
                        {"cleared": ["department"]},
                        {"countries": some(COUNTRIES)},
                    )
                )
            case "StructureClosed":
                data = {"reason": "asleep"}
            case "StructureAbsorbed" | "StructureReleased":
                data = {"kept": other}
            case "CooperationProjectDrafted":
                data = {
                    "leader": structure,
                    "participants": [other],
                    "title": "T",
                    "summary": "S",
                    "country": chance.choice(COUNTRIES),
                    "stage": "running",
                    **lists,
                }
            case "CooperationProjectRevised":
                data = chance.choice(
                    (
                        {"leader": structure},
                        {"cleared": ["participants"]},
                        {"participants": [structure]},
                        {"country": "HT"},
                        {"cleared": ["themes"]},
                    )
                )
            case "MemberJoined":
                data = {
                    "college": chance.choice(("public", "associative")),
                    "charter_version": 1,
                    "structure": structure,
                    "name": "M",
                }
            case "MemberCollegeChanged":
                data = {"college": chance.choice(("public", "economic"))}
            case "MemberLeft":
                data = {"reason": chance.choice(("lapse", "lapse", "mistake"))}
        thing = chance.choice(STRUCTURES) if kind.startswith("Structure") else f"{kind[0]}{chance.randrange(3)}"
        story.append(Said(seq, kind, thing, moment(chance), data))
    return story, max(moment(chance), moment(chance)), size - chance.choice((0, 0, chance.randrange(size)))


def told(story: list[Said]) -> History:
    history = History()
    for said in story:
        history.say(event(said.kind, said.data), said.thing, said.day.isoformat(), known="2020-01-01")
    return history


def latest(record: dict[str, Any], said: Said, *names: str) -> None:
    """Takes in what an event says of these fields: what it names, and what it empties."""
    for name in names:
        if name in said.data:
            record[name] = said.data[name]
        elif name in said.data.get("cleared", ()):
            record[name] = [] if name != "department" else None


def actors(story: list[Said], as_of: date, upto: int) -> Known:
    """Structure → what it is found by: an independent loop over the events in their order."""
    records: Known = {}
    projects: Known = {}
    members: Known = {}
    kept: dict[str, str] = {}
    for said in oracle.known(story, as_of, upto):
        if said.kind in ("StructureAbsorbed", "StructureReleased"):
            kept.pop(f"structure/{said.thing}", None)
            if said.kind == "StructureAbsorbed":
                kept[f"structure/{said.thing}"] = said.data["kept"]
        if said.kind.startswith("Structure"):
            one = records.setdefault(
                f"structure/{said.thing}",
                {"department": None, "themes": [], "countries": [], "sdgs": [], "open": True, "here": False},
            )
            latest(one, said, "kind", "department", "themes", "countries", "sdgs")
            one["here"] |= said.kind == "StructureRegistered"
            one["open"] = {"StructureClosed": False, "StructureReopened": True}.get(said.kind, one["open"])
        elif said.kind.startswith("Cooperation"):
            one = projects.setdefault(
                said.thing, {"participants": [], "themes": [], "sdgs": [], "drafted": False, "published": False}
            )
            latest(one, said, "leader", "participants", "country", "themes", "sdgs")
            one["drafted"] |= said.kind.endswith("Drafted")
            one["published"] = {"CooperationProjectPublished": True, "CooperationProjectWithdrawn": False}.get(
                said.kind, one["published"]
            )
        elif said.kind.startswith("Member"):
            one = members.setdefault(said.thing, {"joined": False, "gone": False})
            latest(one, said, "structure", "college")
            one["joined"] |= said.kind == "MemberJoined"
            one["gone"] = {"MemberLeft": True, "MemberJoined": False}.get(said.kind, one["gone"])
            if "college" in said.data:
                one["since"] = said.seq
    found = {
        key: {
            "kind": one["kind"],
            "department": one["department"],
            "college": None,
            "closed": not one["open"],
            **{name: set(one[name]) for name in ("themes", "countries", "sdgs")},
        }
        for key, one in records.items()
        if one["here"]
    }

    def record_for(key: str) -> dict[str, Any]:
        """The record that stands for a structure; a blank where none is there."""
        seen: set[str] = set()
        while key in kept and key not in seen:
            seen.add(key)
            key = kept[key]
        return found.get(key, {"themes": set(), "countries": set(), "sdgs": set()})

    for one in projects.values():
        if one["drafted"] and one["published"]:
            for key in [one["leader"], *one["participants"]]:
                record_for(key)["themes"].update(one["themes"])
                record_for(key)["sdgs"].update(one["sdgs"])
                record_for(key)["countries"].add(one["country"])
    running = {id: one for id, one in members.items() if one["joined"] and not one["gone"]}
    once = doubles({str(id_of(f"member/{id}")): one["structure"] for id, one in running.items()}, kept)
    for id, one in sorted(running.items(), key=lambda pair: pair[1].get("since", 0)):
        if str(id_of(f"member/{id}")) not in once:
            record_for(one["structure"])["college"] = one["college"]
    return found


def fits(one: dict[str, Any], criteria: Criteria, asked: Criteria | None = None) -> bool:
    """`asked`: what was asked in all, which says whether members are: of these the closed ones too."""
    of_members = (asked or criteria).member == "yes" or (asked or criteria).colleges
    if one["closed"] and not (one["college"] and of_members):
        return False
    own = {
        "themes": one["themes"],
        "countries": one["countries"],
        "sdgs": one["sdgs"],
        "kinds": {one["kind"]},
        "departments": {one["department"]},
        "colleges": {one["college"]},
        "member": {"yes" if one["college"] else "no"},
    }
    return all(own[name] & set(values) for name, values in criteria.chosen().items())


ASKED = (
    Criteria(), Criteria(themes=["Eau"]), Criteria(themes=["Eau", "Santé"], countries=["SN"]),
    Criteria(countries=["HT", "ML"], member="no"),
    Criteria(kinds=["school"], departments=["31"]), Criteria(sdgs=[6]), Criteria(member="yes"),
    Criteria(colleges=["public"]),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from([8, 30, 60]),
    asked=st.sets(st.sampled_from(range(len(ASKED))), min_size=2, max_size=2),
)
def test_who_is_identified_is_who_a_plain_loop_finds(seed: int, size: int, asked: set[int]) -> None:
    story, as_of, upto = invented(seed, size)
    # Nothing is merged in a circle: no directory does that.
    story = [
        said for said in story if said.kind != "StructureAbsorbed" or said.data["kept"] > f"structure/{said.thing}"
    ]
    story = [Said(n, said.kind, said.thing, said.day, said.data) for n, said in enumerate(story, 1)]
    upto = min(upto, len(story))
    names = {str(id_of(f"structure/{one}")): f"structure/{one}" for one in STRUCTURES}
    expected = actors(story, as_of, upto)
    history = told(story)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, history.table(Path(folder)) as table:
        found: dict[int, Found] = {n: identify(table, ASKED[n], as_of, upto) for n in asked}
        first = min(asked)
        kept = answer(table, ASKED[first], as_of, upto)
        assert as_given(table, kept) == list(found[first].actors), "the ids and the day give the answer again"
    for n in asked:
        criteria = ASKED[n]
        wanted = {key for key, one in expected.items() if fits(one, criteria)}
        assert {names[one.key] for one in found[n].actors} == wanted, criteria
        assert found[n].total == len(wanted)
        for name, field in (
            ("themes", "themes"),
            ("countries", "countries"),
            ("kinds", "kind"),
            ("colleges", "college"),
        ):
            freed = Criteria(**{**criteria.model_dump(), name: []})
            values = [
                str(value)
                for key, one in expected.items()
                if fits(one, freed, criteria)
                for value in (one[field] if isinstance(one[field], set) else [one[field]])
                if value is not None
            ]
            assert dict(found[n].facets[name]) == {value: values.count(value) for value in values}, (criteria, name)


def test_invented_stories_have_somebody_to_find() -> None:
    counted = [0] * len(ASKED)
    for seed in range(40):
        story, as_of, upto = invented(seed, 60)
        known = actors(story, as_of, upto)
        for n, criteria in enumerate(ASKED):
            counted[n] += any(fits(one, criteria) for one in known.values())
    assert min(counted) >= 5, counted


def water() -> History:
    h = History()
    for name, themes in (("Puits", ["Eau"]), ("Source", ["Eau"]), ("Cœur", ["Santé"])):
        h.say(
            StructureRegistered(name=name, kind="association", themes=themes, countries=["SN"]), name, "2015-01-01"
        )  # 1-3
    joined = MemberJoined(college="associative", charter_version=1, structure=id_of("structure/Source"), name="Source")
    h.say(joined, "m", "2015-06-01")  # 4
    h.say(StructureClosed(reason="asleep"), "Puits", "2016-02-01")  # 5
    h.say(StructureRevised(themes=["Eau", "Santé"]), "Cœur", "2016-03-01")  # 6
    h.say(MemberLeft(reason="lapse"), "m", "2016-04-01")  # 7
    return h


def test_what_came_and_what_went_is_told_with_its_reason(tmp_path: Path) -> None:
    wet = Criteria(themes=["Eau"])
    with water().table(tmp_path) as table:
        before, now = answer(table, wet, date(2015, 12, 31), 4), answer(table, wet, date(2016, 12, 31), 7)
        found = compared(table, wet, before, now)
        assert [(one.actor.name, one.because, one.absent) for one in found.came] == [("Cœur", ("themes",), False)]
        assert [(one.actor.name, one.because, one.absent) for one in found.went] == [("Puits", (), True)]
        assert found.stayed == 1
        members = Criteria(member="yes")
        left = compared(
            table, members, answer(table, members, date(2015, 12, 31), 7), answer(table, members, date(2016, 12, 31), 7)
        )
        assert [(one.actor.name, one.because) for one in left.went] == [("Source", ("member",))]
        late = compared(table, wet, answer(table, wet, date(2016, 12, 31), 4), now)
        assert [one.actor.name for one in late.went] == ["Puits"], "known later, of the same day"


def test_a_structure_is_found_by_words_of_its_name_whatever_the_accents(tmp_path: Path) -> None:
    with water().table(tmp_path) as table:
        for words, expected in (
            ("coeur", ["Cœur"]),
            ("SOU", ["Source"]),
            ("u", ["Cœur", "Puits", "Source"]),
            ("%", []),
            ("", []),
            ("x", []),
        ):
            names = [one.name for one in named(table, words, date(2015, 12, 31), 10)]
            assert sorted(names) == sorted(expected), words


def test_criteria_are_an_address_and_come_back_from_it() -> None:
    criteria = Criteria(
        themes=["Eau & santé"],
        countries=["SN"],
        departments=["31"],
        kinds=["school"],
        sdgs=[6],
        colleges=["public"],
        member="no",
    )
    assert criteria_of(QueryParams(query_of(criteria))) == criteria
    assert criteria_of(QueryParams("member=yes&member=no")) == Criteria(), "both narrow nothing"
    for query in ("kind=robot", "department=99999", "countries=XX", "sdgs=18", "sdgs=six", "college=none",
                  "member=perhaps", "themes=" + "x" * 300):  # fmt: skip
        with pytest.raises(Refused):
            criteria_of(QueryParams(query))
