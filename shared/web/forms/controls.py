"""From the shape of a field to the question of a form: which control, which words, which answer it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal

from starlette.datastructures import FormData

from shared.base.paris_days import PARIS
from shared.base.translations import Lang, Lexicon, languages
from shared.notions.vocabularies.themes import THEME
from shared.notions.vocabularies.view import known_lists
from shared.runtime.service import Suggestion
from shared.web.formatting import language_name
from shared.web.forms.field_shapes import THEMED, Shape
from shared.web.forms.parsing import SHOWN, titles_in
from shared.web.words.messages import KERNEL

__all__ = ["Choices", "FormField", "Suggestion", "Widget", "question", "word"]

Widget = Literal[
    "text", "email", "url", "tel", "number", "date", "datetime-local",
    "textarea", "lines", "checkbox", "checkboxes", "radio", "select", "titles",
]  # fmt: skip
Choices = Mapping[str, Sequence[tuple[str, str]]]
"""field → (value, label) pairs"""


LONG = 300
FEW = 4
MANY = 12  # boxes beyond which they stand in a box that scrolls (fields.html)
KINDS: Mapping[str, Widget] = {
    "flag": "checkbox", "integer": "number", "decimal": "number", "date": "date", "moment": "datetime-local",
}  # fmt: skip
NAMED: Mapping[str, Widget] = {
    "email": "email",
    "website": "url",
    "url": "url",
    "phone": "tel",
    "telephone": "tel",
}
DIGITS = {"siret", "siren", "postcode"}


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. `values` are the answers to show, as text; `options` are (value, label) pairs.

    `optional` is said beside the label; an answer with a default is neither required nor optional. `anchor`
    is the id that the error summary points to. `attrs` are further HTML attributes. `suggested`: where suggestions come
    from, if there are any; `terms`: what the network's thesaurus offers, beside which other words may be said.
    """

    name: str
    label: str
    hint: str | None
    widget: Widget
    values: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    required: bool
    optional: bool
    error: str | None
    attrs: Mapping[str, str]
    id: str
    suggested: str | None = None
    terms: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The answer of a question that takes one."""
        return self.values[0] if self.values else ""

    @property
    def anchor(self) -> str:
        """The id of the control itself; of a group, the first of its boxes."""
        return f"{self.id}-1" if self.widget in ("radio", "checkboxes", "titles") and self.options else self.id


def question(
    shape: Shape,
    lexicon: Lexicon,
    lang: Lang | str,
    values: Mapping[str, Any] | FormData | None,
    error: str | None,
    choices: Choices,
    prefix: str,
    suggestion: Suggestion | None = None,
) -> FormField:
    """The question that a field asks; `Form.of` says what its arguments are."""
    name = shape.name
    say: Callable[[str], str] = lambda code: word(lexicon, code, lang)  # noqa: E731
    given = [(str(value), label) for value, label in choices[name]] if name in choices else None
    options = given if given is not None else [(one, say(f"{name}.{one}")) for one in shape.options]
    if shape.kind == "flag" and shape.optional and not shape.several:
        options = [("true", say("option.yes")), ("false", say("option.no"))]
    if shape.kind == "titles":
        options = [(one, language_name(one, lang)) for one in languages()]
    widget = _widget(shape, options, given is not None)
    none_is_an_answer = not shape.required and shape.default is None
    if none_is_an_answer and widget in ("radio", "select"):
        options = [("", say("option.none")), *options]
    elif widget == "select" and shape.required:
        options = [("", say("option.choose")), *options]
    hint = f"field.{name}.hint"
    answers = _answers(shape, widget, values)
    if widget == "checkboxes" and len(options) > MANY:  # what is ticked must not lie far down in a box that scrolls
        options.sort(key=lambda option: option[0] not in answers)
    attrs = _attrs(shape, widget)
    terms: tuple[str, ...] = ()
    if shape.name in THEMED and widget in ("text", "lines"):
        terms = tuple(title for _, title in known_lists().choices(THEME, Lang(lang)))
        answers = tuple("\n".join(known_lists().theme(one, lang) for one in text.split("\n")) for text in answers)
        if terms and widget == "text":
            attrs |= {"list": f"{prefix}-{name}-l"}
    if suggestion is not None:
        answers = tuple(suggestion.said(answer) for answer in answers)
        attrs |= {"list": f"{prefix}-{name}-l", "autocomplete": "off"}
    return FormField(
        name,
        say(f"field.{name}"),
        say(hint) if lexicon.has(hint) or KERNEL.has(hint) else None,
        widget,
        answers,
        tuple(options),
        shape.required,
        not shape.required and shape.default in (None, "", [], ()) and widget not in ("radio", "checkbox"),
        error,
        attrs,
        f"{prefix}-{name}",
        suggestion.path if suggestion else None,
        terms,
    )


def _widget(shape: Shape, options: Sequence[tuple[str, str]], chosen: bool) -> Widget:
    if shape.kind == "titles":
        return "titles"
    if shape.several:
        return "checkboxes" if options or chosen else "lines"
    if options or chosen:
        return "radio" if len(options) <= FEW and not chosen else "select"
    if shape.kind in KINDS:
        return KINDS[shape.kind]
    for word, widget in NAMED.items():
        if shape.name == word or shape.name.endswith(f"_{word}"):
            return widget
    return "textarea" if (shape.bounds.get("max_length") or 0) > LONG else "text"


def _answers(shape: Shape, widget: Widget, values: Mapping[str, Any] | FormData | None) -> tuple[str, ...]:
    if widget == "titles":  # in the order of the languages
        said = (values or {}).get(shape.name)
        known = titles_in(values or {}, shape.name) or (said if isinstance(said, dict) else {})
        return tuple(str(known.get(lang, "")) for lang in languages())
    if isinstance(values, FormData):
        sent = tuple(one for one in values.getlist(shape.name) if isinstance(one, str))
        if shape.name not in values and shape.name not in values.getlist(SHOWN):
            sent = _written(shape, shape.default)
        return ("\n".join(sent),) if widget == "lines" else sent
    found = _written(shape, shape.default if values is None else values.get(shape.name, shape.default))
    return ("\n".join(found),) if widget == "lines" else found


def _written(shape: Shape, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(text for one in value for text in _written(shape, one))
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return ("true",) if value else (("false",) if shape.optional else ())
    if shape.kind == "moment":
        value = _local(value)
    return (value.isoformat(),) if isinstance(value, date) else (str(value),)


def _local(value: Any) -> str:
    """A moment as the browser's field has it, Paris wall time; what is none, or beyond the calendar, as it came."""
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else value
        local = when.astimezone(PARIS) if when.tzinfo else when
        return f"{local:%Y-%m-%dT%H:%M}"
    except (ValueError, OverflowError):
        return str(value)


def _attrs(shape: Shape, widget: Widget) -> dict[str, str]:
    attrs: dict[str, str] = {}
    bounds = shape.bounds
    if widget == "number":
        attrs["step"] = "1" if shape.kind == "integer" else "any"
        attrs.update({html: str(bounds[ours]) for html, ours in (("min", "ge"), ("max", "le")) if ours in bounds})
    if shape.kind == "personal":
        attrs["autocomplete"] = "off"
    if shape.name in DIGITS:
        attrs["inputmode"] = "numeric"
    if widget == "textarea":
        attrs["rows"] = "6" if (bounds.get("max_length") or 0) > 1000 else "3"
    return attrs


def word(lexicon: Lexicon, code: str, lang: Lang | str) -> str:
    """The words of a code, the kernel's where the service has none."""
    return (lexicon if lexicon.has(code) else KERNEL).say(code, lang)
