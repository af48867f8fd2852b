"""What is wrong with an answer, in a sentence that says what to do."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from shared.web.app import located
from shared.web.forms.forms import sentences
from shared.web.forms.validation_messages import said_of
from shared.web.words.messages import WORDS
from tests.fixtures.registering_form import LEXICON, OWN, Register


def said(data: dict[str, Any], lang: str = "fr") -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Register.model_validate({"name": "Kynarou", "kind": "school", "on": "2017-10-31", **data})
    return sentences(caught.value, Register, LEXICON, lang)


@pytest.mark.parametrize(
    ("data", "name", "french"),
    [
        ({"siret": "3563120001234"}, "siret", "Il faut 14 chiffres, vous en avez donné 13."),
        ({"siret": "35631200O12345"}, "siret", "Il faut 14 chiffres et rien d’autre. Retirez le reste."),
        ({"name": "x" * 81}, "name", "Il faut au plus 80 caractères, vous en avez donné 81. Raccourcissez-le."),
        ({"name": "x"}, "name", "Il faut au moins 2 caractères, vous en avez donné 1."),
        ({"name": ""}, "name", "Il manque une réponse. Donnez-la ici."),
        ({"name": "blank"}, "name", "Il n’y a que des blancs."),
        ({"rna": "W31300412"}, "rna", "Un W puis neuf chiffres."),
        ({"kind": "bank"}, "kind", "« bank » n’est pas dans la liste. Choisissez une réponse de la liste."),
        ({"themes": ["fire"]}, "themes", "« fire » n’est pas dans la liste. Choisissez une réponse de la liste."),
        ({"places": "dix"}, "places", "« dix » n’est pas un nombre. Écrivez-le en chiffres."),
        ({"places": 0}, "places", "Ce doit être 1 au moins, vous avez donné 0."),
        ({"places": 301}, "places", "Ce doit être 300 au plus, vous avez donné 301."),
        ({"places": 1.5}, "places", "Un nombre entier est attendu, sans virgule."),
        ({"on": "2017-02-30"}, "on", "« 2017-02-30 » n’est pas une date. Écrivez-la ainsi : 31/10/2017."),
        ({"starts": "x"}, "starts", "« x » n’est pas une date et une heure. Écrivez-les ainsi : 31/10/2017 17:42."),
    ],
)
def test_each_refusal_is_a_sentence_that_says_what_to_do(data: dict[str, Any], name: str, french: str) -> None:
    assert said(data)[name].replace("\u202f", " ").replace("\u00a0", " ") == french
    assert said(data, "en")[name] != french or french in OWN.values()


def test_no_sentence_shows_pydantics_own_words_or_an_unfilled_blank() -> None:
    wrong = {name: object() for name in Register.model_fields}
    for lang in ("fr", "en"):
        for sentence in said(wrong, lang).values():
            assert "{" not in sentence and "Input" not in sentence and "valid" not in sentence.split("invalid")[0]


def test_every_pydantic_error_that_has_a_code_has_words() -> None:
    from shared.web.forms.validation_messages import CODES

    assert all(f"invalid.{code}" in WORDS for code in CODES.values())


@pytest.mark.parametrize("name", ["on", "kind", "starts", "places", "structure", "rna"])
def test_no_sentence_repeats_what_cannot_be_written_down_or_turns_it_round(name: str) -> None:
    for text in ("\ud800", "a\u202eb", "\x00", "\ue000"):
        with pytest.raises(ValidationError) as no:
            Register.model_validate({"name": "Eau", "kind": "school", "on": "2017-10-31", name: text})
        sentence = said_of(no.value.errors(), Register, LEXICON, "fr")[name]
        assert sentence.encode() and not set(sentence) & set("\u202e\x00\ue000")


def test_programs_are_told_to_write_days_as_the_api_reads_them() -> None:
    with pytest.raises(ValidationError) as no:
        Register.model_validate({"name": "Eau", "kind": "school", "on": "31/10/2017"})
    assert "2017-10-31" in said_of(no.value.errors(), Register, LEXICON, "fr", to_programs=True)["on"]
    assert located(("body", "themes", 2, "a/b~c"), "Non.") == {"detail": "Non.", "pointer": "#/themes/2/a~1b~0c"}
    assert located(("query", "happened"), "Non.") == {"detail": "Non.", "parameter": "happened"}
