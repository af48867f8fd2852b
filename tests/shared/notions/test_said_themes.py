"""A theme that is closed is chosen no more, by whatever name, whoever sends it; what a record had said of it stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.host.all_services import DEFINITIONS
from services.directory.projects.domain import DraftProject, ReviseProject
from services.directory.structures.domain.structure import RegisterStructure, ReviseStructure
from shared.base.translations import Lexicon
from shared.contract import Event
from shared.contract.membership.vocabularies import TermClosed, TermRevised
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Log
from shared.notions.vocabularies.referent import SAID_THEME
from shared.web.facts.obstacles import sentence_of
from shared.web.forms.field_shapes import THEMED
from shared.web.words.messages import WORDS
from tests.fixtures.log_writing import START
from tests.fixtures.network_lists import defined, said_of
from tests.shared.notions.test_references import Two

SEARCHES = {"SaveIdentification", "PublishReview"}
"""They say by what was looked for, among what records say already"""
CLOSED = ("theme-closed", "themes")
ALL = {"name": "Kynarou", "kind": "association"}


@pytest.fixture
async def two(log: Log, tmp_path: Path) -> Two:
    return Two(log, tmp_path)


async def thesaurus(log: Log, *more: Event) -> None:
    await said_of(
        log, "theme", defined("theme", "water", fr="Eau", en="Water"), defined("theme", "sea", fr="Mer"), *more
    )


async def registered(two: Two, *themes: str, day: str | None = None) -> UUID | tuple[str, str | None]:
    done = await two.do(RegisterStructure.model_validate({**ALL, "themes": themes}), day)
    return done if isinstance(done, tuple) else done.entity_id


async def revised(two: Two, structure: Any, themes: Sequence[str], **more: Any) -> Any:
    command = {**ALL, "structure": structure, "themes": themes, **more}
    done = await two.do(ReviseStructure.model_validate(command))
    return done if isinstance(done, tuple) else "done"


def test_each_command_that_says_themes_is_judged() -> None:
    commands = [kind for one in DEFINITIONS for decider in one.deciders for kind in decider.decisions]
    saying = [one for one in commands if set(THEMED) & one.model_fields.keys() and one.__name__ not in SEARCHES]
    assert {one.__name__ for one in saying} >= {"RegisterStructure", "ReviseProject", "FormTandem"}
    for command in saying:
        for field in set(THEMED) & command.model_fields.keys():
            assert field in command.refers, f"{command.__name__}.{field}: `refers` it by `theme_said`"
            assert command.refers[field].state == SAID_THEME


async def test_a_closed_theme_is_not_chosen_under_any_name_it_had(log: Log, two: Two) -> None:
    again = TermRevised(vocabulary="theme", code="water", titles={"fr": "Eau et assainissement"}, rank=1)
    await thesaurus(log, again, TermClosed(vocabulary="theme", code="water"))
    for word in ("water", "Eau", "eau et  assainissement", "WATER"):
        assert await registered(two, "Mer", word) == CLOSED, word
    structure = await registered(two, "Mer", "sea", "Potabilité")
    assert await revised(two, structure, ["sea", "water"]) == CLOSED
    project = {"leader": structure, "title": "Puits", "summary": "Trois.", "country": "SN", "stage": "running"}
    assert await two.do(DraftProject.model_validate({**project, "themes": ["Eau"]})) == CLOSED


async def test_what_a_record_had_said_stops_nothing(log: Log, two: Two) -> None:
    by_word, by_code = await registered(two, "Eau"), await registered(two, "water")
    await thesaurus(log, TermClosed(vocabulary="theme", code="water"))
    for structure in (by_word, by_code):
        for said in (["Eau"], ["water"], ["water", "sea"]):
            assert await revised(two, structure, said, acronym=f"K{len(said)}{said[0]}") == "done", said
    other = await registered(two, "Mer")
    assert await revised(two, other, ["Mer", "water"]) == CLOSED
    draft = {"leader": by_word, "title": "Puits", "summary": "Trois.", "country": "SN", "stage": "running"}
    project = await two.do(DraftProject.model_validate(draft))
    assert not isinstance(project, tuple)
    revision = {**draft, "project": project.entity_id, "title": "Des puits"}
    assert not isinstance(await two.do(ReviseProject.model_validate(revision)), tuple)
    assert await two.do(ReviseProject.model_validate({**revision, "themes": ["water"]})) == CLOSED


async def test_it_is_judged_as_of_the_day(log: Log, two: Two) -> None:
    await thesaurus(log, TermClosed(vocabulary="theme", code="water"))
    closing = (START + timedelta(days=3)).date()
    assert isinstance(await registered(two, "Eau", day=f"{closing - timedelta(days=1)}"), UUID)
    assert await registered(two, "Eau", day=f"{closing}") == CLOSED


async def test_the_refusal_calls_the_theme_as_readers_do(log: Log, two: Two) -> None:
    await thesaurus(log, TermClosed(vocabulary="theme", code="water"))
    command: Command = RegisterStructure.model_validate({**ALL, "themes": ["water"]})
    with pytest.raises(Refused) as no:
        await two.services["directory"](command, id=new_command_id(), actor="service:membership", at=date(2026, 5, 1))
    said = [sentence_of(no.value, Lexicon(WORDS), lang) for lang in ("fr", "en")]
    assert "le thème «\u00a0Eau\u00a0» était fermé" in said[0] and "the theme “Water” was closed" in said[1]
