"""Answers taken away: no formula in any cell, nothing personal for those who may not see persons."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from zipfile import ZipFile

from services.observatory.app import OBSERVATORY
from services.observatory.surveys.results.exports import Line, Sheet, harmless, written
from services.observatory.surveys.results.results import Part, Result
from shared.base.translations import Lexicon
from shared.contract.observatory.surveys import SurveyQuestion
from shared.web.words.messages import WORDS

EVIL = "=1+1"
QUESTIONS = [
    SurveyQuestion("c", "several", EVIL, options=["a", "b", "c"]),
    SurveyQuestion("n", "number", "Combien", unit="€"),
    SurveyQuestion("y", "yes_no", "Vrai"),
    SurveyQuestion("d", "date", "Quand"),
    SurveyQuestion("t", "short", "Quoi"),
]
VERSION: dict[str, Any] = {
    "choices": {"c": [0, 2, 9]},
    "numbers": {"n": 2.5},
    "flags": {"y": False},
    "dates": {"d": "2017-10-31"},
    "written": ["t"],
}


def line(texts: dict[str, str] | None, *, opened: bool = True) -> Line:
    who = {"name": "Personne", "email": None}
    return Line("s", EVIL, "31", "school", "2017-10-31T23:30:00+00:00", VERSION, texts, who, opened)


def sheet(*lines: Line) -> Sheet:
    results = [Result(QUESTIONS[0], 2, (Part("a", 2, 1.0), Part("b", None, None)))]
    survey = {"key": "k", "title": "Eau"}
    return Sheet(survey, QUESTIONS, lines, results, {"total": 1}, Lexicon(WORDS, OBSERVATORY.words), "fr")


def test_a_cell_is_text_or_a_number_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(written("csv", sheet(line({"t": EVIL}))).decode()[1:]), delimiter=";"))
    heading, row = rows
    assert heading[6] == f"'{EVIL}" and heading[7] == "Combien (€)" and row[0] == f"'{EVIL}"
    assert row[3] == "2017-11-01" and row[6:] == ["a | c", "2,5", "Non", "2017-10-31", f"'{EVIL}"]
    assert all(not harmless(sign + "x").startswith(sign) for sign in "=+-@\t\r") and harmless("a=b") == "a=b"


def test_what_was_forgotten_is_said_to_be() -> None:
    found = sheet(line(None))
    assert found.row(found.lines[0])[-1] == found.lexicon.say("column.forgotten", "fr")


def test_a_workbook_has_no_formula() -> None:
    with ZipFile(io.BytesIO(written("xlsx", sheet(line({"t": EVIL}))))) as book:
        assert not any(b"<f>" in book.read(name) for name in book.namelist())


def test_programs_get_texts_and_names_only_where_persons_may_be_seen() -> None:
    told = json.loads(written("json", sheet(line({"t": "x"}), line({"t": "x"}, opened=False))))
    assert told["answers"][0]["texts"] == {"t": "x"} and told["answers"][0]["who"]["name"] == "Personne"
    assert not {"texts", "who"} & told["answers"][1].keys() and "Personne" not in json.dumps(told["answers"][1])
    assert told["results"][0]["parts"][1] == {"label": "b", "count": None, "share": None}
