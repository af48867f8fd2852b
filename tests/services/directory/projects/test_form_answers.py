"""The form of a project: structures that were ticked, partners line by line, names that are still to be looked for."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from starlette.datastructures import FormData

from services.directory.app import DIRECTORY
from services.directory.projects.domain import DraftProject
from services.directory.projects.form_answers import MORE, Answers, wrong
from shared.base.translations import Lexicon
from shared.web.words.messages import WORDS

LEXICON = Lexicon(WORDS, DIRECTORY.words)
A, B, C = (f"01890000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))
FORM = FormData(
    [
        ("title", "Puits"),
        ("leader", A),
        ("participants", A),
        ("participants", B),
        ("participants", B),
        ("participants", ""),
        ("partner_name", " AGIR "),
        ("partner_kind", "schools"),
        ("partner_name", ""),
        ("partner_kind", "schools"),
        ("partner_name", "Mairie"),
        ("partner_kind", "none"),
        ("partner_name", "Autre"),
        ("themes", "Eau\r\n\r\n Sel "),
        ("themes", "Eau"),
        ("leader_q", "x" * 300),
    ]
)


def test_what_was_sent_is_read_once_each_and_the_leader_is_no_participant() -> None:
    answers = Answers.of_form(FORM)
    assert (answers.leader, answers.participants) == (A, [B])
    assert answers.partners == [
        ("AGIR", "schools"),
        ("", "schools"),
        ("Mairie", "associations"),
        ("Autre", "associations"),
    ]
    assert answers.themes == ["Eau", "Sel", "Eau"] and len(answers.boxes["leader"]) == 200


def test_the_command_is_given_partners_by_kind_without_empty_lines() -> None:
    given = Answers.of_form(FORM).given(DraftProject, FORM)
    assert given["partner_schools"] == ["AGIR"] and given["partner_associations"] == ["Mairie", "Autre"]
    assert (given["leader"], given["participants"], given["themes"]) == (A, [B], ["Eau", "Sel"])
    assert "leader" not in Answers.of_form(FormData()).given(DraftProject, FormData())


def test_the_form_shows_filled_lines_and_some_to_fill_in() -> None:
    assert len(Answers.of_form(FORM).with_lines()) == 3 + MORE


def test_a_name_that_only_one_has_is_chosen_and_of_several_somebody_chooses() -> None:
    form = FormData([("leader_q", "eau VIVE"), ("participants_q", "Élan"), ("participants", B)])
    found: dict[str, Any] = {
        "leader": [{"key": A, "name": "Eau vive"}, {"key": C, "name": "Eau vive du Lot"}],
        "participants": [{"key": A, "name": "Elan"}, {"key": C, "name": "Élan"}],
    }
    answers = Answers.of_form(form).chosen_if_one(found)
    assert (answers.leader, answers.boxes) == (A, {"leader": "", "participants": "Élan"})
    assert answers.participants == [B]
    one = Answers.of_form(form).chosen_if_one({"participants": found["participants"][1:]})
    assert one.participants == [B, C] and one.boxes["participants"] == ""


def test_what_is_wrong_with_a_partner_is_said_by_its_line() -> None:
    form = FormData(
        [
            ("partner_name", "Un"),
            ("partner_kind", "others"),
            ("partner_name", ""),
            ("partner_kind", "others"),
            ("partner_name", "a\u202eb"),
            ("partner_kind", "others"),
        ]
    )
    answers = Answers.of_form(form)
    with pytest.raises(ValidationError) as no:
        DraftProject.model_validate(answers.given(DraftProject, form))
    said = wrong(no.value, answers, DraftProject, LEXICON, "fr")
    assert "2" in said["partners"] and not any(name.startswith("partner_") for name in said)
    assert said["leader"] == LEXICON.say("refused.no-leader", "fr") and "title" in said
