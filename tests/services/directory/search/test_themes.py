"""Themes of the directory, found, counted and written by the network's thesaurus (ADR 71)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from starlette.datastructures import FormData

from services.directory.app import DIRECTORY
from services.directory.casework.requests import criteria_of
from services.directory.imports.files.columns import read_line
from services.directory.projects.domain import DraftProject, PublishProject
from services.directory.search.exports import Exporter, as_json, as_jsonld, as_vcard
from services.directory.search.facets import label
from services.directory.search.finder import finder_of
from services.directory.search.past_days import past_of
from services.directory.structures.domain.structure import RegisterStructure
from shared.base.translations import Lexicon
from shared.contract.membership.vocabularies import TermDefined, TermRevised
from shared.notions.vocabularies.view import KNOWN, Lists
from shared.web.facts.records import on_its_day
from shared.web.forms.forms import Form, parse
from shared.web.words.messages import WORDS
from tests.fixtures.network_lists import defined, said_of
from tests.services.directory.conftest import Town, structure

LEXICON = Lexicon(WORDS, DIRECTORY.words)
LONG_AGO = datetime(2012, 6, 1, 10, tzinfo=UTC)
RENAMED = TermRevised(vocabulary="theme", code="water", titles={"fr": "Eau et climat", "en": "Water and climate"})


@contextmanager
def network(*said: TermDefined | TermRevised) -> Iterator[Lists]:
    """A network that said these things of its thesaurus, each in a year of its own from 2014."""
    told = [
        {"type": type(one).__name__, "data": one.model_dump(mode="json"), "day": f"{year}-01-01", "seq": year}
        for year, one in enumerate(said, 2014)
    ]
    lists = Lists({"theme": {"said": told}})
    before = KNOWN.set(lambda: lists)
    try:
        yield lists
    finally:
        KNOWN.reset(before)


WATER = defined("theme", "water", fr="Eau", en="Water")


async def test_a_renamed_theme_and_its_title_in_another_language_are_one_facet(town: Town) -> None:
    finder = finder_of(town.service)
    for name, themes in (("Aa", ["Eau"]), ("Bb", ["WATER"]), ("Cc", ["water", "éau"]), ("Dd", ["Sel"])):
        await town.do(structure(name, themes=themes), at=LONG_AGO)
    counted = (await finder.find(count=("themes",))).facets["themes"]
    assert counted == {"Eau": 1, "WATER": 1, "water": 1, "éau": 1, "Sel": 1}  # without a thesaurus: words
    past = past_of(town.service).day(date(2013, 1, 1))
    assert (await past.find(where={"themes": ["Eau"]})).total == 1
    await said_of(town.service.log, "theme", WATER, RENAMED)
    await town.service.runner.wait_for(await town.service.log.last())
    await town.do(structure("Ee", themes=["Eau et climat"]), at=LONG_AGO)
    assert (await finder.find(count=("themes",))).facets["themes"] == {"water": 4, "Sel": 1}
    for asked in ("Eau", "water", "EAU ET  CLIMAT", "Water and climate"):  # addresses of old still work
        assert (await finder.find(where={"themes": [asked]})).total == 4, asked
        assert (await past.find(where={"themes": [asked]})).total == 4, asked
    assert (await finder.find("climate")).total == 4 and (await finder.find(where={"themes": ["sel"]})).total == 0


async def test_projects_are_counted_by_the_term_too(town: Town) -> None:
    leader = await town.do(structure("Aa"))
    for title, themes in (("Puits", ["Eau"]), ("Barrage", ["water"])):
        project = await town.do(
            DraftProject(title=title, country="SN", stage="running", leader=leader, themes=themes, summary="Un puits.")
        )
        await town.do(PublishProject(project=project))
    await said_of(town.service.log, "theme", WATER)
    await town.service.runner.wait_for(await town.service.log.last())
    found = await finder_of(town.service).find_projects(where={"themes": ["Water"]}, count=("themes",))
    assert found.total == 2 and found.facets["themes"] == {"water": 2}
    assert (await finder_of(town.service).find(count=("themes",))).facets["themes"] == {"water": 1}


def test_a_facet_an_export_and_a_card_say_the_title_and_the_code() -> None:
    document = {
        "key": "1", "name": "A", "kind": "association", "themes": ["eau", "Sel", "water"], "former": [],
        "since": "2014-01-01T00:00:00Z", "seen": "2014-01-01T00:00:00Z",
    }  # fmt: skip
    how = Exporter(LEXICON, "en", lambda key: f"https://a.test/{key}")
    with network(WATER):
        assert label("themes", "water", LEXICON, "en") == "Water" and label("themes", "Sel", LEXICON, "en") == "Sel"
        row = how.row(document)
        assert (row["themes"], row["theme_codes"]) == ("Water, Sel", "water, Sel")
        assert as_json(how, document)["themes"] == ["water", "Sel"]
        assert as_json(how, document)["theme_titles"] == as_jsonld(how, document)["knowsAbout"] == ["Water", "Sel"]
        assert "CATEGORIES:Water,Sel" in as_vcard(how, document)
    assert how.row(document)["themes"] == "eau, Sel, water"


def test_a_form_offers_the_titles_and_writes_the_code_of_one_that_was_chosen() -> None:
    with network(WATER):
        form = Form.of(RegisterStructure, LEXICON, "en", values={"themes": ["water", "Sel"]}, only=["themes"])
        assert form.fields[0].value == "Water\nSel" and form.fields[0].terms == ("Water",)
        assert parse(RegisterStructure, FormData([("themes", "Water\nSel")]))["themes"] == ["water", "Sel"]
        # who saves a record of another day without a word on its themes changes none
        given = on_its_day({"themes": ["water"]}, {"themes": ["Eau"]}, {"themes": ["Sport"]}, ["themes"])
        assert given == {"themes": ["Sport"]}
        assert read_line(["themes"], ["eau; sport"], "association").values["themes"] == ["water", "Sport"]
    form = Form.of(RegisterStructure, LEXICON, "en", values={"themes": ["water"]}, only=["themes"])
    assert form.fields[0].value == "water" and form.fields[0].terms == ()


@pytest.mark.parametrize("asked", ["Eau", "water", "Water", "climat"])
def test_a_request_looks_for_the_term_that_its_words_say(asked: str) -> None:
    request = {"themes": [asked], "countries": [], "kinds": [], "departments": []}
    with network(WATER, RENAMED):
        assert criteria_of(request, ["water", "Sel"]).where == {"themes": ["water"]}
