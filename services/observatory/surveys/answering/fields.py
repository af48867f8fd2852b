"""A question of a survey as the field of a form, for who answers and for the preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.observatory.surveys.domain.questions import CHOICES, LONG, SHORT, Wrong, ends
from shared.base.translations import L, Lang, Lexicon, translated
from shared.contract.observatory.surveys import SurveyQuestion
from shared.kernel.views.projection import Document
from shared.web.formatting import number
from shared.web.forms.controls import Widget
from shared.web.forms.forms import FormField, Problem
from shared.web.templating import Pages

MANY = 12  # options beyond which one of them is chosen from a list that unfolds
WIDGETS: Mapping[str, Widget] = {
    "short": "text",
    "long": "textarea",
    "several": "checkboxes",
    "number": "text",
    "date": "date",
}


def fields(
    questions: Sequence[SurveyQuestion],
    values: Mapping[str, Sequence[str]],
    wrong: Mapping[str, Wrong],
    lexicon: Lexicon,
    lang: Lang,
) -> list[FormField]:
    """The fields of all questions, showing these values (question → texts, as a form sends them)."""
    return [_field(one, values.get(one.id, ()), wrong.get(one.id), lexicon, lang) for one in questions]


def problems(fields: Sequence[FormField]) -> tuple[Problem, ...]:
    """The lines of the summary of what is wrong."""
    return tuple(Problem(one.label, one.error, one.anchor) for one in fields if one.error)


def said(wrong: Wrong | None, lexicon: Lexicon, lang: Lang) -> str | None:
    if wrong is None:
        return None
    values = {name: value if isinstance(value, str) else number(value, lang) for name, value in wrong.values.items()}
    return lexicon.say(f"answer.{wrong.code}", lang, **values)


def _field(one: SurveyQuestion, texts: Sequence[str], wrong: Wrong | None, lexicon: Lexicon, lang: Lang) -> FormField:
    options = _options(one, lexicon, lang)
    widget = WIDGETS.get(one.kind) or ("select" if len(options) > MANY and one.kind == "one" else "radio")
    if widget == "select" and one.required:
        options.insert(0, ("", lexicon.say("option.choose", lang)))
    elif widget in ("radio", "select") and not one.required:
        options.append(("", lexicon.say("survey.no-answer", lang)))
    label = f"{one.text} ({one.unit})" if one.unit else one.text
    hints = [part for part in (one.hint, _bounds(one, lang)) if part]
    return FormField(
        one.id,
        label,
        " ".join(hints) or None,
        widget,
        tuple(texts),
        tuple(options),
        one.required,
        not one.required and widget not in ("radio", "select"),
        said(wrong, lexicon, lang),
        _attrs(one),
        f"f-{one.id}",
    )


def _options(one: SurveyQuestion, lexicon: Lexicon, lang: Lang) -> list[tuple[str, str]]:
    if one.kind in CHOICES:
        return [(str(n), text) for n, text in enumerate(one.options)]
    if one.kind == "yes_no":
        return [("yes", lexicon.say("survey.yes", lang)), ("no", lexicon.say("survey.no", lang))]
    if one.kind == "scale":
        low, high = (int(end) for end in ends(one.least, one.most))
        means = {low: one.low, high: one.high}
        return [(str(n), f"{n}, {means[n]}" if means.get(n) else str(n)) for n in range(low, high + 1)]
    return []


def _bounds(one: SurveyQuestion, lang: Lang) -> str | None:
    if one.kind != "number" or (one.least is None and one.most is None):
        return None
    least, most = number(one.least, lang), number(one.most, lang)
    if one.most is None:
        return translated(L("Au moins {n}."), lang, n=least)
    if one.least is None:
        return translated(L("Au plus {n}."), lang, n=most)
    return translated(L("De {least} à {most}."), lang, least=least, most=most)


def _attrs(one: SurveyQuestion) -> dict[str, str]:
    if one.kind == "number":
        return {"inputmode": "decimal", "autocomplete": "off"}
    if one.kind == "long":
        return {"rows": "5", "maxlength": str(LONG)}
    return {"maxlength": str(SHORT)} if one.kind == "short" else {}


def as_sent(version: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, list[str]]:
    """A version of an answer as its form would send it."""
    sent: dict[str, list[str]] = {id: [str(n) for n in chosen] for id, chosen in version["choices"].items()}
    sent |= {id: [_plain(value)] for id, value in version["numbers"].items()}
    sent |= {id: ["yes" if value else "no"] for id, value in version["flags"].items()}
    sent |= {id: [str(day)] for id, day in version["dates"].items()}
    return sent | {id: [text] for id, text in texts.items()}


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value).replace(".", ",")


def who_fields(
    survey: Document, values: Mapping[str, str], errors: Mapping[str, str], pages: Pages, lang: Lang
) -> list[FormField]:
    """The fields of who answers, where the survey asks for them."""
    if not survey["asks_who"]:
        return []
    asked: Sequence[tuple[str, Widget]] = (("name", "text"), ("email", "email"))
    return [
        FormField(
            name,
            pages.lexicon.say(f"answer.{name}", lang),
            None,
            widget,
            (values.get(name, ""),),
            (),
            False,
            True,
            errors.get(name),
            {"autocomplete": name, "maxlength": "200"},
            f"f-{name}",
        )
        for name, widget in asked
    ]
