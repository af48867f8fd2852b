from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from shared.base.translations import languages
from shared.kernel.decider import Refused
from shared.web.forms.forms import Form, parse, refusal, sentences
from tests.fixtures.registering_form import LEXICON, Register, field


def said(data: dict[str, Any], lang: str = "fr") -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Register.model_validate({"name": "Kynarou", "kind": "school", "on": "2017-10-31", **data})
    return sentences(caught.value, Register, LEXICON, lang)


def test_what_must_be_answered_is_required_and_what_has_a_default_is_shown() -> None:
    form = Form.of(Register, LEXICON, "fr")
    assert [one.name for one in form.fields if one.required] == ["name", "kind", "on"]
    assert field(form, "places").value == "20" and not field(form, "places").optional
    assert field(form, "listed").value == "true"
    assert field(form, "siret").optional


def test_labels_hints_and_options_come_from_the_lexicon() -> None:
    form = Form.of(Register, LEXICON, "fr")
    assert field(form, "name").label == "Nom"
    assert field(form, "name").hint == "Tel qu’il figure dans les statuts."
    assert ("school", "Établissement scolaire") in field(form, "kind").options


def test_hidden_and_skipped_fields_are_not_asked() -> None:
    form = Form.of(Register, LEXICON, "fr", hidden={"structure": "abc", "command_id": "id"}, skip=["about"])
    assert not {"structure", "about", "type"} & {one.name for one in form.fields}
    assert ("structure", "abc") in form.hidden and ("command_id", "id") in form.hidden


def test_what_was_sent_is_shown_again_even_when_a_tick_was_taken_away() -> None:
    sent = FormData([("name", "X"), ("_shown", "listed"), ("_shown", "themes")])
    form = Form.of(Register, LEXICON, "fr", values=sent)
    assert field(form, "name").value == "X"
    assert field(form, "listed").values == ()


def test_the_summary_leads_to_each_wrong_field_and_to_the_first_box_of_a_group() -> None:
    form = Form.of(Register, LEXICON, "fr", errors={"themes": "Choisissez.", "": "Refusé.", "name": "Trop court."})
    assert [(one.label, one.anchor) for one in form.problems] == [
        ("Thèmes", "f-themes-1"),
        (None, None),
        ("Nom", "f-name"),
    ]


def test_a_refusal_stands_at_the_answer_that_it_is_about_and_the_summary_leads_there() -> None:
    said = refusal(Refused("no-blank", field="name"), LEXICON, "fr")
    assert said == {"name": "Il n’y a que des blancs."}
    form = Form.of(Register, LEXICON, "fr", errors=said)
    assert next(one for one in form.fields if one.name == "name").error == "Il n’y a que des blancs."
    assert form.problems[0].anchor == "f-name"
    assert refusal(Refused("no-blank"), LEXICON, "fr") == {"": "Il n’y a que des blancs."}
    said = refusal(Refused("no-blank", field="happened"), LEXICON, "fr")
    assert Form.of(Register, LEXICON, "fr", errors=said).problems[0].anchor == "happened_on"


def test_a_text_in_each_language_is_asked_for_by_language_and_read_as_one_answer() -> None:
    class Named(BaseModel):
        titles: dict[str, str]

    form = Form.of(Named, LEXICON, "fr", values={"titles": {"en": "Coffee"}}, errors={"titles": "Il manque."})
    (titles,) = form.fields
    assert (titles.widget, [code for code, _ in titles.options]) == ("titles", [*languages()])
    assert dict(zip(languages(), titles.values, strict=True))["en"] == "Coffee"
    assert form.problems[0].anchor == "f-titles-1"
    sent = FormData([("titles.fr", " Café "), ("titles.en", ""), ("titles.xx", "?")])
    assert parse(Named, sent) == {"titles": {"fr": "Café"}}
    assert Form.of(Named, LEXICON, "fr", values=sent).fields[0].values[0] == "Café"
