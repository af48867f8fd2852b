"""The review: all of its leaves are accounted for, rows compare as the page says, events are said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.sample.plan import OWN
from services.observatory.figures.recount import review
from services.observatory.figures.rounding import rounded
from services.observatory.indicators import INDICATORS
from services.observatory.network import network_of
from services.observatory.network.printed_review import leaf, published
from shared.base.network_files import printed_reviews
from shared.base.settings import Settings
from shared.contract.directory.structures import StructureRegistered
from shared.contract.membership.members import CollegeOpened
from shared.contract.membership.team import CivicServiceRecruited, StaffPostCreated, VolunteerContributed
from shared.notions.network import NOTHING_SAID
from tests.fixtures.observatory_history import History

PRINTED_2017 = "occitanie-2017"


def leaves(part: Any, path: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(part, list):
        for n, value in enumerate(part):
            yield from leaves(value, f"{path}.{n}")
    else:
        yield path


def test_every_leaf_of_the_review_is_a_figure_or_has_a_reason_not_to_be() -> None:
    said = published(PRINTED_2017)
    covered = {figure.path for figure in said.figures} | set(said.others)
    missing = [
        path for path in leaves(said.source) if not any(path == one or path.startswith(f"{one}.") for one in covered)
    ]
    assert not missing


def test_every_path_is_in_the_review_once_and_its_indicator_is_there() -> None:
    said = published(PRINTED_2017)
    paths = [figure.path for figure in said.figures] + list(said.others)
    assert len(paths) == len(set(paths))
    for path in paths:
        leaf(said.source, path)
    assert {figure.indicator for figure in said.figures} <= set(INDICATORS)
    assert len(said.figures) == 120


def test_a_list_is_published_as_the_number_of_its_entries_and_a_school_year_as_its_first() -> None:
    said = {figure.path: figure.published for figure in published(PRINTED_2017).figures}
    assert said["directory.actor_identification_requests.values"] == 7
    assert said["newsletter.bulletins"] == 5
    assert said["events.tandems_solidaires.full_launch"] == 2016
    assert said["membership.volunteers_by_year.values.2017"] is None
    assert said["events.trainings.days_each.1"] == 3


def test_the_sample_brings_its_own_review_and_region_and_nobody_else_has_one() -> None:
    sample = network_of(Settings().with_own(OWN))
    assert sample.printed is published(PRINTED_2017)
    assert list(sample.region) == sample.printed.source["network"]["departments"] and len(sample.region) == 13
    nobody = network_of(Settings())
    assert nobody.region == () and nobody.printed is None and "Occitanie" not in Settings().title
    theirs = Settings(title="Réseau Bretagne", region="56, 22,29,35").with_own(OWN)
    assert theirs.title == "Réseau Bretagne" and theirs.departments == ("22", "29", "35", "56"), "what is set is kept"
    assert printed_reviews() == (PRINTED_2017,)


def test_what_the_log_says_goes_before_the_settings() -> None:
    settings = Settings(region="22", review=PRINTED_2017)
    assert network_of(settings, replace(NOTHING_SAID, departments=("29", "56"))).region == ("29", "56")
    assert network_of(settings, replace(NOTHING_SAID, departments=())).region == (), "it said that it has none"
    assert network_of(settings).region == ("22",) and network_of(settings).printed is published(PRINTED_2017)
    assert network_of(settings, replace(NOTHING_SAID, reviews=())).printed is None
    assert network_of(settings, replace(NOTHING_SAID, reviews=("of-a-later-release",))).printed is None


def test_a_review_that_there_is_not_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValidationError, match="no review is called so; there is occitanie-2017"):
        Settings(review="bretagne-2015")


@pytest.mark.parametrize("region", ["Bretagne", "31,99", "31;34", "20"])
def test_what_is_no_department_is_refused_in_a_sentence(region: str) -> None:
    with pytest.raises(ValidationError, match="is no department's code"):
        Settings(region=region)


def test_a_row_is_equal_different_or_not_comparable(tmp_path: Path) -> None:
    h = History()
    h.say(CollegeOpened(college="qualified_persons", title="Q"), "q", "2017-03-01")
    for n in range(8):
        h.say(CivicServiceRecruited(), f"{n}", "2014-05-01")
    h.say(StructureRegistered(name="A", kind="association", department="31"), "a", "2015-01-01")
    for n in range(21):
        h.say(VolunteerContributed(year=2012), f"{n}", "2012-05-01")
    h.say(StaffPostCreated(title="p", fte=3.84), "p", "2016-01-01")
    with h.table(tmp_path) as table:
        rows = {row.path: row for row in review(table, published(PRINTED_2017))}
        early = {row.path: row for row in review(table, published(PRINTED_2017), date(2016, 12, 31))}
    hosted = rows["membership.civic_service.hosted_in_team_since_2013"]
    assert (hosted.value, hosted.published, hosted.equal, hosted.difference, hosted.events) == (8, 6, False, 2, 8)
    assert hosted.doubt and hosted.note
    assert rows["membership.volunteers_by_year.values.2012"].equal is True
    assert rows["membership.volunteers_by_year.values.2017"].equal is True, "not measured is equal to not measured"
    assert rows["membership.colleges_by_year.qualified_persons.2017"].value == 0
    assert rows["membership.colleges_by_year.qualified_persons.2016"].value is None
    assert rows["membership.staff_fte.value"].value == 3.8, "at the precision of the print"
    assert rows["membership.staff_fte.value"].equal is True
    total = "directory.structures_total.value"
    assert (rows[total].equal, early[total].equal) == (False, None)
    assert early["membership.volunteers_by_year.values.2012"].equal is True, "2012 was over by then"
    assert early["membership.volunteers_by_year.values.2017"].equal is None


@pytest.mark.parametrize(
    ("value", "precision", "printed"), [(63.97, 0, 64), (3.538, 1, 3.5), (0.25, 1, 0.3), (2.5, 0, 3), (277.0, 0, 277)]
)
def test_figures_are_rounded_as_a_printer_rounds(value: float, precision: int, printed: float) -> None:
    assert rounded(value, precision) == printed
