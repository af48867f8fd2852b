from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from starlette.datastructures import FormData

from shared.base.translations import Lexicon, languages
from shared.kernel.decider import Refused
from shared.web.app import located
from shared.web.forms.controls import Suggestion
from shared.web.forms.forms import Form, FormField, parse, refusal, sentences
from shared.web.forms.validation_messages import said_of
from shared.web.words.messages import WORDS

OWN = {
    "kind.school": "Établissement scolaire",
    "field.name.hint": "Tel qu’il figure dans les statuts.",
    "refused.no-blank": "Il n’y a que des blancs.",
    "field.rna.invalid.pattern": "Un W puis neuf chiffres.",
}
LEXICON = Lexicon(WORDS, OWN)


class Theme(StrEnum):
    WATER = "water"
    HEALTH = "health"


class Personal:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.str_schema()


def no_blank(text: str) -> str:
    if text == "blank":
        raise ValueError("no-blank")
    return text


class Register(BaseModel):
    type: Literal["Register"] = "Register"
    name: Annotated[str, Field(min_length=2, max_length=80), AfterValidator(no_blank)]
    kind: Literal["association", "company", "public", "school", "research"]
    siret: Annotated[str, Field(pattern=r"^\d{14}$")] | None = None
    rna: str | None = Field(None, pattern=r"^W\d{9}$")
    themes: list[Theme] = []
    aliases: list[str] = []
    listed: bool = True
    places: int = Field(20, ge=1, le=300)
    amount: float | None = None
    on: date
    starts: datetime | None = None
    structure: UUID | None = None
    contact: Personal | None = None
    website: str | None = None
    about: str = Field("", max_length=2000)
    accepted: bool | None = None


def field(form: Form, name: str) -> FormField:
    return next(one for one in form.fields if one.name == name)


def said(data: dict[str, Any], lang: str = "fr") -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Register.model_validate({"name": "Kynarou", "kind": "school", "on": "2017-10-31", **data})
    return sentences(caught.value, Register, LEXICON, lang)


def test_each_annotation_gets_the_control_that_suits_it() -> None:
    form = Form.of(Register, LEXICON, "fr", choices={"structure": [("1", "Kynarou")]})
    assert {one.name: one.widget for one in form.fields} == {
        "name": "text", "kind": "select", "siret": "text", "rna": "text", "themes": "checkboxes", "aliases": "lines",
        "listed": "checkbox", "places": "number", "amount": "number", "on": "date", "starts": "datetime-local",
        "structure": "select", "contact": "text", "website": "url", "about": "textarea", "accepted": "radio",
    }  # fmt: skip


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


def test_a_personal_value_is_not_kept_by_the_browser() -> None:
    assert field(Form.of(Register, LEXICON, "fr"), "contact").attrs["autocomplete"] == "off"


def test_hidden_and_skipped_fields_are_not_asked() -> None:
    form = Form.of(Register, LEXICON, "fr", hidden={"structure": "abc", "command_id": "id"}, skip=["about"])
    assert not {"structure", "about", "type"} & {one.name for one in form.fields}
    assert ("structure", "abc") in form.hidden and ("command_id", "id") in form.hidden


def test_a_record_fills_its_form_in_paris_time() -> None:
    values = {
        "name": "Cari",
        "starts": datetime(2017, 7, 1, 16, 0, tzinfo=UTC),
        "themes": [Theme.WATER],
        "listed": False,
    }
    form = Form.of(Register, LEXICON, "fr", values=values)
    assert field(form, "starts").value == "2017-07-01T18:00"
    assert field(form, "themes").values == ("water",)
    assert field(form, "listed").value == ""


def test_what_was_sent_is_shown_again_even_when_a_tick_was_taken_away() -> None:
    sent = FormData([("name", "X"), ("_shown", "listed"), ("_shown", "themes")])
    form = Form.of(Register, LEXICON, "fr", values=sent)
    assert field(form, "name").value == "X"
    assert field(form, "listed").values == ()


def test_answers_are_read_as_the_model_takes_them() -> None:
    read = parse(
        Register,
        FormData([
            ("name", "  Kynarou \r\n"), ("kind", "school"), ("themes", "water"), ("themes", "health"),
            ("aliases", "Un\r\n\r\n Deux "), ("_shown", "listed"), ("places", "1\u202f200"),
            ("amount", "12,50"),
            ("on", "31/10/2017"), ("starts", "2017-10-31T17:42"), ("siret", ""),
            ("unknown", "x"), ("accepted", "false"),
        ]),
    )  # fmt: skip
    assert read == {
        "name": "Kynarou", "kind": "school", "themes": ["water", "health"], "aliases": ["Un", "Deux"],
        "listed": False, "places": 1200, "amount": "12.50", "on": "2017-10-31",
        "starts": datetime(2017, 10, 31, 16, 42, tzinfo=UTC), "siret": None, "accepted": False,
    }  # fmt: skip


def test_a_tick_box_that_was_not_on_the_form_keeps_its_default() -> None:
    assert "listed" not in parse(Register, FormData([("name", "x")]))


def test_a_tick_box_that_must_be_answered_is_a_no_when_left_empty() -> None:
    class Consent(BaseModel):
        agreed: bool

    assert parse(Consent, FormData([])) == {"agreed": False}


def test_an_empty_answer_is_absent_so_that_it_is_reported_missing_not_too_short() -> None:
    read = parse(Register, FormData([("name", "  "), ("on", "")]))
    assert "name" not in read and "on" not in read


def test_what_cannot_be_read_is_left_for_the_model_to_refuse() -> None:
    read = parse(Register, FormData([("places", "beaucoup"), ("on", "hier"), ("starts", "bientôt")]))
    assert (read["places"], read["on"], read["starts"]) == ("beaucoup", "hier", "bientôt")


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


def test_the_summary_leads_to_each_wrong_field_and_to_the_first_box_of_a_group() -> None:
    form = Form.of(Register, LEXICON, "fr", errors={"themes": "Choisissez.", "": "Refusé.", "name": "Trop court."})
    assert [(one.label, one.anchor) for one in form.problems] == [
        ("Thèmes", "f-themes-1"), (None, None), ("Nom", "f-name"),
    ]  # fmt: skip


@pytest.mark.parametrize("junk", ["not a moment at all", "9999-12-31T23:59:59+00:00", "2016-13-45T00:00"])
def test_a_moment_that_is_none_is_shown_as_it_came(junk: str) -> None:
    class Meeting(BaseModel):
        starts: datetime

    form = Form.of(Meeting, Lexicon(), "fr", values={"starts": junk})
    assert form.fields[0].value == junk


def test_a_field_with_suggestions_shows_a_kept_value_as_a_suggestion_and_says_where_they_come_from() -> None:
    where = {"rna": Suggestion("/numbers", lambda code: f"Kynarou ({code})")}
    form = Form.of(Register, LEXICON, "fr", values={"rna": "W313004120"}, suggestions=where)
    rna, name = (next(one for one in form.fields if one.name == asked) for asked in ("rna", "name"))
    assert form.suggests and (rna.value, rna.suggested) == ("Kynarou (W313004120)", "/numbers")
    assert rna.attrs["list"] == f"{rna.id}-l" and name.suggested is None
    assert not Form.of(Register, LEXICON, "fr").suggests


def test_of_many_boxes_those_that_are_ticked_come_first() -> None:
    choices = {"aliases": [(str(n), f"Pays {n:02d}") for n in range(30)]}
    form = Form.of(Register, LEXICON, "fr", values={"aliases": ["7", "29"]}, choices=choices)
    aliases = next(one for one in form.fields if one.name == "aliases")
    assert [value for value, _ in aliases.options[:4]] == ["7", "29", "0", "1"] and len(aliases.options) == 30


def test_a_refusal_stands_at_the_answer_that_it_is_about_and_the_summary_leads_there() -> None:
    said = refusal(Refused("no-blank", field="name"), LEXICON, "fr")
    assert said == {"name": "Il n’y a que des blancs."}
    form = Form.of(Register, LEXICON, "fr", errors=said)
    assert next(one for one in form.fields if one.name == "name").error == "Il n’y a que des blancs."
    assert form.problems[0].anchor == "f-name"
    assert refusal(Refused("no-blank"), LEXICON, "fr") == {"": "Il n’y a que des blancs."}
    said = refusal(Refused("no-blank", field="happened"), LEXICON, "fr")
    assert Form.of(Register, LEXICON, "fr", errors=said).problems[0].anchor == "happened_on"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("31/10/2017", "2017-10-31"), ("31.10.2017", "2017-10-31"), ("1/2/2017", "2017-02-01"),
        ("31/10/17", "31/10/17"),
        ("10/31/2017", "10/31/2017"), ("20171031", "20171031"), ("31/10.2017", "31/10.2017"),
    ],
)  # fmt: skip
def test_a_day_is_read_as_one_types_it_and_what_is_none_is_left(text: str, read: str) -> None:
    assert parse(Register, FormData({"on": text}))["on"] == read


def test_a_moment_is_read_as_one_types_it_and_what_is_none_is_left() -> None:
    there = datetime(2017, 10, 31, 16, 42, tzinfo=UTC)
    for text in (
        "2017-10-31T17:42",
        "31/10/2017 17:42",
        "31.10.2017 17h42",
        "31/10/2017 à 17 h 42",
        "2017-10-31T17:42:00+01:00",
    ):
        assert parse(Register, FormData({"starts": text}))["starts"] == there, text
    for text in ("20171031T1742", "1509468120", "31/10/2017", "31/02/2017 17:42", "2017-10-31T25:00"):
        assert parse(Register, FormData({"starts": text}))["starts"] == text


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
