"""Networks to begin with: what their files say, in which order, and what is wrong with one in a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.base.translations import languages, translated
from shared.notions.network.beginning import Unreadable, known, of, offered, read, steps


@pytest.mark.parametrize("name", known())
def test_what_comes_with_the_product_says_something_in_each_language(name: str) -> None:
    network = known()[name]
    assert {*network.about} == {*languages()}
    for lang in languages():
        assert all("{" not in translated(step.says, lang) for step in steps(network))
    assert len({step.id("a") for step in steps(network)}) == len(steps(network))


def test_the_sample_a_second_network_and_one_of_nothing_in_particular_come_along() -> None:
    assert {*known()} == {"general", "grand-est", "occitanie"}
    assert {*offered()} == {"general"}, "an empty installation names nobody else"
    first, second = known()["occitanie"], known()["grand-est"]
    assert not {one.code for one in first.colleges} & {one.code for one in second.colleges}
    assert not {one.code for one in first.bulletins} & {one.code for one in second.bulletins}
    assert len(second.colleges) == 5 and second.reviews == [] and second.languages[0] == "en"
    assert not [step for step in steps(known()["general"]) if "region" in step.fields or "name" in step.fields]


def test_a_region_is_named_by_its_code_or_by_departments() -> None:
    by_code, by_hand = ({"region": one} for one in ({"code": "53"}, {"departments": ["22", "29", "35", "56"]}))
    (one,), (other,) = (steps(of(said, "x")) for said in (by_code, by_hand))
    assert one.fields["departments"] == other.fields["departments"] == ["22", "29", "35", "56"]


def test_each_fact_has_its_own_day_or_that_of_all_or_none() -> None:
    said: dict[str, Any] = {
        "since": date(2012, 1, 3),
        "names": [{"name": "Amont"}, {"name": "Aval", "since": "2016-10-14"}],
        "bulletins": [{"code": "b", "title": "B", "purpose": "C"}],
    }
    assert [step.day for step in steps(of(said, "x"))] == [date(2012, 1, 3), date(2016, 10, 14), date(2012, 1, 3)]


@pytest.mark.parametrize(
    "said",
    [
        {"names": [{"name": "Amont"}]},
        {"region": {"code": "53"}},
        {"languages": ["fr"]},
        {"dye": "violet"},
        {"law": "1901"},
        {"reviews": ["mine-2020"]},
        {"colleges": [{"code": "towns", "title": "Villes"}]},
        {"bulletins": [{"code": "b", "title": "B", "purpose": "C"}]},
        {"lists": {"gathering": {"forum": {"titles": {"fr": "F"}}, "other": {"closed": True}}}},
    ],
)
def test_whatever_has_no_day_of_its_own_is_asked_since_when_and_is_so_since_then(said: dict[str, Any]) -> None:
    network, day = of({"names": [{"name": "Dated Net", "since": "2019-01-01"}], **said}, "x"), date(2018, 5, 1)
    assert network.undated and None in [step.day for step in steps(network)]
    own = {one.since for one in network.names if one.since}
    assert {step.day for step in steps(network.reaching(day))} == {day, *own}
    assert not network.reaching(day).undated


def test_each_step_is_said_in_the_language_of_who_reads_it() -> None:
    network = known()["grand-est"]
    english, french = ([translated(one.says, lang) for one in steps(network)] for lang in ("en", "fr"))
    assert (
        "Kinds of gatherings: Border Forum" in english and "Natures de rencontres\u00a0: Forum des frontières" in french
    )
    assert "Themes: Water and sanitation" in english and "Thèmes\u00a0: Eau et assainissement" in french
    assert "Offices of the board: Treasurer" in english and "Kinds of gatherings: without Mobility exchange" in english
    assert "Colour: Garance, a red" in english and "Law: Local law of Alsace and Moselle" in english
    braces = of({"lists": {"office": {"x": {"titles": {"en": "{Chair}"}}}}}, "x")
    assert translated(steps(braces)[0].says, "en").endswith(": {Chair}"), "a title is no pattern"


def test_a_term_of_the_general_list_is_revised_or_closed_and_one_that_is_new_or_of_an_earlier_release_defined() -> None:
    terms = {
        "agora": {"titles": {"fr": "Rassemblement"}},
        "other": {"closed": True},
        "forum": {"titles": {"fr": "F"}},
        "aper_oc": {"titles": {"fr": "Apér’OC"}},
    }
    said = of({"lists": {"gathering": terms}}, "x")
    assert [step.command for step in steps(said)] == ["ReviseTerm", "CloseTerm", "DefineTerm", "DefineTerm"]


def test_what_a_file_leaves_out_of_a_term_is_no_part_of_the_command() -> None:
    terms = {"agora": {"titles": {"fr": "Foire"}}, "training": {"titles": {"fr": "Stage"}, "rank": 3}}
    found = [step.fields.keys() for step in steps(of({"lists": {"gathering": terms}}, "x"))]
    assert found == [{"vocabulary", "code", "titles"}, {"vocabulary", "code", "titles", "rank"}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "says nothing"),
        ("- a list", "says nothing"),
        ("name: [", "can't be read"),
        ("name: [\n\n", "can't be read: line 3"),
        ("[" * 3000, "can't be read: it is no YAML"),
        ("dye: pastel\ndye: gaude", "line 2: `dye` stands there twice"),
        ("lists: {theme: {a: {titles: {fr: Aa}}, a: {titles: {fr: Bb}}}}", "`a` stands there twice"),
        ("color: red", "color: there is no such key"),
        ("languages: [no]", "languages → 1: write a text, in quotes"),
        ("colleges: {a: b}", "colleges: write a list"),
        ("colleges: [{code: a}]", "colleges → 1 → title: it is missing"),
        ("colleges: [{code: a, title: A}]", "colleges → 1 → title: write at least 2 letters"),
        ("colleges: [{code: a, title: Élus}, {code: b, title: élus}]", "colleges → b: a is called so"),
        ("region: {departments: ['35'], code: '53'}", "region: name its departments, or .* either of them"),
        ("region: {departments: ['35'], code: '99'}", "region: there is no French region of the code 99"),
        ("region: {name: Nowhere}", "region.*name its departments"),
        ("region: {code: '99'}", "region: there is no French region of the code 99"),
        ("region: {departments: ['999']}", "region → departments → 1: there is no such department"),
        ("colleges: [{code: Not A Code, title: A}]", "colleges → 1 → code: write it in small letters"),
        ("since: yesterday", "since: write a day like 2012-01-03"),
        ("lists: {flavour: {sweet: {}}}", "there is no such list; there is office"),
        ("lists: {college: {sweet: {}}}", "there is no such list"),
        ("lists: {gathering: {never_was: {closed: true}}}", "never_was: it is not in the general list"),
        ("lists: {gathering: {agora: {titles: {fr: F}, marks: []}}}", "agora: marks: yearly stays so"),
        ("lists: {gathering: {forum: {}}}", "forum: titles: say what it is called"),
        ("colleges: [{code: a, title: Aa}, {code: a, title: Bb}]", "colleges → a: it stands there twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(Unreadable, match=f"mine.yaml.*{why}"):
        read(file)


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Unreadable, match="can't be read: it is no text in UTF-8"):
        read(file)


def test_it_is_called_as_on_the_latest_day_whatever_the_order() -> None:
    names = [{"name": "Aval", "since": "2016-10-14"}, {"name": "Amont", "since": "2012-01-03"}]
    assert of({"names": names}, "x").name == "Aval"
    assert of({"names": [*names, {"name": "Delta"}]}, "x").name == "Delta", "without a day: from now on"
    assert of({}, "x").name is None


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nowhere\.yaml can't be read: No such file"):
        read(tmp_path / "nowhere.yaml")


def test_the_same_step_of_the_same_sender_is_one_command_and_of_another_is_another() -> None:
    step, *_ = steps(known()["occitanie"])
    again, *_ = steps(known()["occitanie"])
    assert step.id("a") == again.id("a") != step.id("b")
