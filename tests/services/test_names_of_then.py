"""Definitions of a network that change: what is answered as of a day says what was said then, on pages, in exports and
in figures of several services, and what is called otherwise today is told (docs/adr/0057)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from services.newsletter.app import NEWSLETTER
from shared.notions.vocabularies import vocabulary_id
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.four_services import Four, opened

pytestmark = pytest.mark.slow
BEFORE, AFTER = date(2018, 6, 1), date(2019, 6, 1)
CHANGED = "2019-01-01"


@pytest.fixture
async def four(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Four]:
    async with opened(nats_server, tmp_path, NEWSLETTER) as found:
        yield found


async def said(four: Four, command: str, of: str | None = None, **fields: Any) -> str:
    answer = await four.say(command, of, **fields)
    assert answer.said == "done", (command, answer)
    return answer.entity


async def text(four: Four, path: str, **params: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", await four.get(path, **params))))


async def network(four: Four) -> str:
    """A network of 2015, of which everything is called otherwise from 2019 on; a structure that is a member."""
    await said(four, "membership name-network", "2015-01-01", name="Réseau d’Avant")
    await said(four, "membership draw-region", "2015-01-01", region="Petite région", departments=["31", "81"])
    await said(four, "membership open-college", "2015-01-01", college="towns", title="Villes", kinds=["school"])
    kind = {"vocabulary": "structure", "code": "lycee", "rank": 1, "marks": []}
    await said(four, "membership define-term", "2015-01-01", **kind, titles={"fr": "Lycée d’avant"})
    await said(four, "membership adopt-charter", "2015-01-01", title="Charte", principles=["Un"])
    structure = await said(
        four, "directory register-structure", "2016-01-01", name="Kynarou", kind="lycee", department="82"
    )
    await said(
        four,
        "membership join-network",
        "2016-02-01",
        structure=structure,
        name="Kynarou",
        college="towns",
        charter_version=1,
    )
    await said(four, "membership name-network", CHANGED, name="Réseau d’Après")
    await said(four, "membership draw-region", CHANGED, region="Grande région", departments=["31", "81", "82"])
    await said(four, "membership open-college", CHANGED, college="towns", title="Collectivités", kinds=["school"])
    await said(four, "membership revise-term", CHANGED, **kind, titles={"fr": "Lycée d’après"})
    return structure


async def test_pages_exports_and_figures_of_a_day_say_the_names_of_that_day(four: Four) -> None:
    structure = await network(four)
    for path in (
        "/directory/",
        f"/directory/structures/{structure}",
        "/membership/vocabularies/structure",
        "/observatory/identification",
    ):
        then, since, now = [await text(four, path, **day) for day in ({"as_of": BEFORE}, {"as_of": AFTER}, {})]
        assert "Lycée d’avant" in then and "« Lycée d’avant » s’appelle « Lycée d’après »" in then, path
        assert "Lycée d’après depuis le 01/01/2019" in then.replace(" »", "").replace("« ", ""), path
        assert "Lycée d’avant" not in since and "Lycée d’avant" not in now and "Lycée d’après" in now, path
        assert "s’appelle «" not in since + now, path
        assert "Réseau d’Avant" in then and "Réseau d’Avant" not in now, path
    export = "/directory/export.csv"
    assert "Lycée d’avant" in await four.get(export, as_of=BEFORE)
    assert "Lycée d’après" in await four.get(export) and "Lycée d’après" in await four.get(export, as_of=AFTER)
    refused = await four.client.get("/membership/members", params={"as_of": BEFORE})
    assert refused.status_code == 422, "it knows no such day"
    assert "Lycée d’avant" not in refused.text and "Réseau d’Avant" not in refused.text


async def test_a_college_that_is_renamed_is_called_so_in_figures_of_its_day(four: Four) -> None:
    await network(four)
    path = "/observatory/dashboard"
    then, now = await text(four, path, as_of=BEFORE), await text(four, path)
    assert "Villes" in then and "« Villes » s’appelle « Collectivités »" in then
    assert "Collectivités" in now and "Villes" not in now
    review = {"since": "2018-01-01", "until": "2018-12-31"}
    told = await text(four, "/observatory/reviews/period", **review)
    assert "Villes" in told and "s’appelle « Collectivités » depuis le 01/01/2019" in told
    assert "Collectivités" in await text(four, "/observatory/reviews/period", since="2019-01-01", until="2019-12-31")
    assert "Villes" in str(await four.get("/observatory/reviews/period.json", **review))


async def test_a_bulletin_that_is_renamed_is_called_so_on_pages_of_its_day(four: Four) -> None:
    of = {"bulletin": "letter", "purpose": "Ce que font les membres."}
    await said(
        four, "newsletter open-bulletin", "2015-01-01", **of, title="Lettre d’avant", titles={"en": "Old Letter"}
    )
    now = {"title": "Lettre d’après", "titles": {"en": "New Letter"}}
    await said(four, "newsletter revise-bulletin", CHANGED, **of, **now)
    for path in ("/newsletter/", "/newsletter/bulletins/letter"):
        for lang, old, new in (("fr", "Lettre d’avant", "Lettre d’après"), ("en", "Old Letter", "New Letter")):
            then, since, today = [
                await text(four, path, lang=lang, **day) for day in ({"as_of": BEFORE}, {"as_of": AFTER}, {})
            ]
            assert old in then and old not in since + today and new in since and new in today, (path, lang)
    path = "/membership/api/definitions/lists/bulletin"
    found = [(await four.get(path, as_of=day))["terms"][-1]["titles"] for day in (BEFORE, AFTER)]
    assert found == [{"fr": "Lettre d’avant", "en": "Old Letter"}, {"fr": "Lettre d’après", "en": "New Letter"}]


async def test_titles_of_a_network_in_english_first_are_english(four: Four) -> None:
    """A title is in the network's first language on its day, and a French one beside it is French alone."""
    await said(four, "membership choose-languages", "2015-01-01", languages=["en", "fr"])
    of = {"bulletin": "letter", "purpose": "What members do."}
    await said(four, "membership open-college", "2015-01-01", college="charities", title="Charities")
    await said(four, "newsletter open-bulletin", "2015-01-01", **of, title="The Letter")
    lists = "/membership/api/definitions/lists"
    for name, title in (("college", "Charities"), ("bulletin", "The Letter")):
        assert (await four.get(f"{lists}/{name}"))["terms"][-1]["titles"] == {"en": title}
    college = {"college": "charities", "title": "Charities renamed", "titles": {"fr": "Assos renommées"}}
    await said(four, "membership revise-college", CHANGED, **college)
    await said(four, "newsletter revise-bulletin", CHANGED, **of, title="A Letter", titles={"fr": "Lettre renommée"})
    both = {"en": "Charities renamed", "fr": "Assos renommées"}
    assert (await four.get(f"{lists}/college"))["terms"][-1]["titles"] == both
    pages = ("/membership/", "/membership/members", "/membership/colleges", "/observatory/dashboard", "/newsletter/")
    for path in pages:
        english, french = [await text(four, path, lang=lang) for lang in ("en", "fr")]
        assert "renommée" not in english, path
        assert "renommée" in french or "renamed" not in english, path
    page = await four.get("/membership/colleges", lang="en")
    form = unescape(next(one for one in re.findall(r'href="([^"]*ReviseCollege[^"]*)"', page)))
    assert "titles.fr=Assos" in form and "titles.en" not in form, "the title itself is asked for by its own field"
    for lang, then, now in (("en", "Charities", "Charities renamed"), ("fr", "Charities", "Assos renommées")):
        other = {"en": "Assos renommées", "fr": "Charities renamed"}[lang]
        for path, day in (
            ("/observatory/dashboard", {"as_of": BEFORE}),
            ("/observatory/reviews/period", {"since": "2018-01-01", "until": "2018-12-31"}),
        ):
            told = re.sub(r"[«»“”]\s?|\s?[»”]", "", await text(four, path, lang=lang, **day))
            assert then in told and f"{now}" in told and other not in told, (path, lang)


async def test_an_earlier_college_is_told_by_the_name_that_the_page_has_for_it(four: Four) -> None:
    title = "Structures à vocation publique"
    await said(four, "membership open-college", "2015-01-01", college="public", title=title)
    await said(four, "membership revise-college", CHANGED, college="public", title="Collectivités")
    told = await text(four, "/observatory/dashboard", as_of=BEFORE)
    assert "« collège public » s’appelle « Collectivités »" in told and title not in told


async def test_a_department_added_to_the_region_keeps_the_past_true(four: Four) -> None:
    await network(four)
    name = "structures_by_region"
    inside = "directory.structures_in_region.value"
    before, after = await four.figures(name, BEFORE), await four.figures(name, AFTER)
    assert (before.get(inside), after.get(inside)) == (0, 1), (before, after)
    for path in ("/directory/", "/observatory/identification"):
        then, now = await four.get(path, as_of=BEFORE), await four.get(path)
        drawn = [re.search(r"<svg[^>]*viewBox.*?</svg>", page, re.DOTALL) for page in (then, now)]
        assert all(drawn), path
        assert ["Tarn-et-Garonne" in one[0] for one in drawn if one] == [False, True], path
        assert "elle a changé depuis" in await text(four, path, as_of=BEFORE)
    assert "Kynarou" in await four.get("/directory/export.csv", as_of=BEFORE, department="82")
    page = await text(four, "/membership/network", as_of=BEFORE)
    assert "Petite région" in page and "Tarn-et-Garonne" not in page.partition("Ce qui a été dit")[0]


async def test_a_college_is_split(four: Four) -> None:
    """One is closed, two are opened, its members move: figures of before count the one, of after the two."""
    await network(four)
    other = await said(
        four, "directory register-structure", "2016-01-01", name="Tarn", kind="association", department="81"
    )
    second = await said(
        four, "membership join-network", "2016-02-01", structure=other, name="Tarn", college="towns", charter_version=1
    )
    found = await four.get("/membership/api/members", status="current")
    first = next(one["key"] for one in found["documents"] if one["key"] != second)
    for code, title, member in (("small", "Communes", first), ("large", "Départements", second)):
        await said(four, "membership open-college", "2020-01-01", college=code, title=title)
        await said(four, "membership change-college", "2020-01-02", member=member, college=code)
    await said(four, "membership close-college", "2020-01-03", college="towns", reason="scindé")
    name = "members_by_college"
    then, now = await four.figures(name, date(2019, 12, 31)), await four.figures(name, date(2020, 2, 1))
    by = "membership.colleges_by_year"
    assert then[f"{by}.towns.2019"] == 2 and not {f"{by}.small.2019", f"{by}.large.2019"} & then.keys(), then
    assert (now[f"{by}.small.2020"], now[f"{by}.large.2020"]) == (1, 1) and not now.get(f"{by}.towns.2020"), now
    assert now[f"{by}.towns.2019"] == 2, "figures of an earlier year keep the college that there was"
    assert "Collectivités" in await text(four, "/observatory/dashboard", as_of="2019-12-31")


async def test_a_page_of_the_past_offers_no_college_that_there_was_not_yet(four: Four) -> None:
    await network(four)
    await said(four, "membership open-college", "2020-01-01", college="later", title="Tard venus")
    option = '<option value="later"'
    for path, then, since in (
        ("/observatory/dashboard", {"as_of": "2019-12-31"}, {"as_of": "2020-06-01"}),
        (
            "/observatory/reviews/period",
            {"since": "2019-01-01", "until": "2019-12-31"},
            {"since": "2020-01-01", "until": "2020-12-31"},
        ),
    ):
        assert option not in await four.get(path, **then) and option in await four.get(path, **since), path


async def test_a_definition_that_is_used_is_not_struck_and_what_uses_it_is_told(four: Four) -> None:
    await network(four)
    of = vocabulary_id("structure")
    await said(
        four, "membership define-term", "2015-01-01", vocabulary="structure", code="unused", titles={"fr": "Inutile"}
    )
    lycee, unused = [await four.fact(of, number, "TermDefined") for number in (0, 1)]
    renamed = await four.fact(of, 0, "TermRevised")
    refused = await four.correct("strike-events", "membership", "vocabulary", of, lycee, renamed)
    assert (refused.said, refused.in_the_way) == ("named-elsewhere", "StructureRegistered")
    late = await four.correct("redate-events", "membership", "vocabulary", of, lycee, day="2017-01-01")
    assert late.said == "named-elsewhere"
    page = await four.get(f"/membership/history/vocabulary/{of}", fact=lycee, do="strike")
    assert "/directory/history/structure/" in page and "reste lisible" in page
    assert (await four.correct("strike-events", "membership", "vocabulary", of, unused)).said == "done"
    assert (await four.correct("strike-events", "membership", "vocabulary", of, renamed)).said == "done"


async def test_a_college_says_for_which_kinds_of_structures_it_is_proposed(four: Four) -> None:
    await network(four)
    await said(four, "membership open-college", "2015-01-02", college="firms", title="Entreprises", rank=1)
    await said(four, "directory register-structure", "2016-01-01", name="École", kind="school", department="31")
    await said(four, "directory register-structure", "2016-01-01", name="Scop", kind="company", department="31")
    offered = re.findall(r"JoinNetwork\?[^\"]*college=(\w+)", await four.get("/membership/join"))
    assert sorted(offered) == ["firms", "towns"], offered
    again = await four.say("membership revise-college", of="2020-01-01", college="firms", title="Firmes", kinds=["x"])
    assert again.said == "unknown-term"
    await said(
        four, "membership revise-college", "2020-01-01", college="firms", title="Entreprises", rank=1, kinds=["school"]
    )
    assert {*re.findall(r"JoinNetwork\?[^\"]*college=(\w+)", await four.get("/membership/join"))} == {"firms"}
    page = await four.get("/membership/colleges")
    assert "Établissement scolaire" in page
    link = unescape(
        next(one for one in re.findall(r'href="([^"]*ReviseCollege[^"]*)"', page) if "college=firms" in one)
    )
    form = (await four.client.get(link)).text
    assert re.search(r'value="school" checked', form) and "Entreprises" in form


async def test_a_form_offers_the_marks_of_its_list_and_no_others(four: Four) -> None:
    structure = await four.get("/membership/do/DefineTerm", vocabulary="structure", rank=3)
    assert 'value="enterprise"' in structure and 'value="tour"' not in structure
    assert 'name="marks"' not in await four.get("/membership/do/DefineTerm", vocabulary="office")
    term = {"vocabulary": "structure", "code": "coop", "titles": {"fr": "Coopérative"}}
    assert (await four.say("membership define-term", "2015-01-01", **term, marks=["tour"])).said == "unknown-mark"
    assert (await four.say("membership define-term", "2015-01-01", **term, marks=["enterprise"])).said == "done"
