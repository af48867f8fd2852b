"""Each answer gets the control that suits it, filled with what is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel

from shared.base.translations import Lexicon
from shared.web.forms.controls import Suggestion
from shared.web.forms.forms import Form
from tests.fixtures.registering_form import LEXICON, Register, Theme, field


def test_each_annotation_gets_the_control_that_suits_it() -> None:
    form = Form.of(Register, LEXICON, "fr", choices={"structure": [("1", "Kynarou")]})
    assert {one.name: one.widget for one in form.fields} == {
        "name": "text",
        "kind": "select",
        "siret": "text",
        "rna": "text",
        "themes": "checkboxes",
        "aliases": "lines",
        "listed": "checkbox",
        "places": "number",
        "amount": "number",
        "on": "date",
        "starts": "datetime-local",
        "structure": "select",
        "contact": "text",
        "website": "url",
        "about": "textarea",
        "accepted": "radio",
    }


def test_a_personal_value_is_not_kept_by_the_browser() -> None:
    assert field(Form.of(Register, LEXICON, "fr"), "contact").attrs["autocomplete"] == "off"


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
