"""Forms made from command models: `Form.of` to show, `parse` to read, `sentences` for what is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from starlette.datastructures import FormData

from shared.base.translations import Lang, Lexicon
from shared.kernel.command_handler import HAPPENED as HAPPENED_THEN
from shared.kernel.command_handler import Reused, new_command_id
from shared.kernel.decider import Refused
from shared.web.facts.obstacles import WHY, sentence_of
from shared.web.forms.controls import Choices, FormField, Suggestion, Widget, question, word
from shared.web.forms.field_shapes import shapes
from shared.web.forms.parsing import SHOWN, parse
from shared.web.forms.validation_messages import sentences

__all__ = [
    "HAPPENED",
    "SHOWN",
    "Choices",
    "Form",
    "FormField",
    "Problem",
    "Widget",
    "answer_of",
    "id_after",
    "parse",
    "refusal",
    "sentences",
    "version_after",
]

HAPPENED = "happened_on"
"""The answer of a form that says when it happened"""

ANCHORS = {HAPPENED: HAPPENED, WHY: WHY}
"""Answers that are asked beside a command's own, and where their question stands"""


def refusal(no: Refused, lexicon: Lexicon, lang: Lang | str) -> dict[str, str]:
    """What a refusal says, under the answer that it is about; "" where it is about the whole form."""
    return {answer_of(no): sentence_of(no, lexicon, lang)}


def answer_of(no: Refused) -> str:
    """The answer of a form that a refusal is about, "" where it is about the whole form."""
    return HAPPENED if no.field == HAPPENED_THEN else no.field or ""


def id_after(no: Exception, id: UUID) -> UUID:
    """The id that a form comes again with: a new one where its own was another command's. Else its own, so that whoever
    sends it once more after a lost answer is still known."""
    return new_command_id() if isinstance(no, Reused) else id


def version_after(no: Exception, version: Any) -> Any:
    """The version that a form comes again with, if it carries one: what its sender saw, or what their first sending
    left."""
    return no.version if isinstance(no, Reused) and no.version and version not in (None, "") else version


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; without `anchor` it concerns the whole form."""

    label: str | None
    sentence: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """What the macro `m.form` draws: the fields in the model's order, the hidden answers, what is wrong."""

    fields: tuple[FormField, ...]
    hidden: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]

    @classmethod
    def of(
        cls,
        model: type[BaseModel],
        lexicon: Lexicon,
        lang: Lang | str,
        *,
        values: Mapping[str, Any] | FormData | None = None,
        errors: Mapping[str, str] | None = None,
        choices: Choices | None = None,
        hidden: Mapping[str, object] | None = None,
        skip: Iterable[str] = (),
        only: Iterable[str] | None = None,
        prefix: str = "f",
        suggestions: Mapping[str, Suggestion] | None = None,
    ) -> "Form":
        """The form of a model.

        `values` are the answers to show: a mapping of field to value (a record to change; a default stands
        where it is silent), or the FormData just sent (what was left empty stays empty). `errors` maps a
        field to a sentence, "" to one about the whole form. A field in `hidden` or `skip`, or not in `only`,
        is not asked. `prefix` begins every id, for two forms on one page. Labels are `field.<name>`, hints
        `field.<name>.hint`, options `<name>.<value>` in the lexicon; `choices` win over these. `suggestions`: field →
        where they come from.
        """
        hidden, errors, choices, suggestions = hidden or {}, errors or {}, choices or {}, suggestions or {}
        wanted = set(only) if only is not None else set(model.model_fields)
        asked = [one for one in shapes(model) if one.name in wanted - {*skip, *hidden}]
        made = tuple(
            question(one, lexicon, lang, values, errors.get(one.name), choices, prefix, suggestions.get(one.name))
            for one in asked
        )
        unsent = [(SHOWN, one.name) for one in made if one.widget in ("checkbox", "checkboxes")]
        by_name = {one.name: one for one in made}
        problems = [
            Problem(by_name[name].label, sentence, by_name[name].anchor)
            if name in by_name
            else Problem(word(lexicon, f"field.{name}", lang) if name else None, sentence, ANCHORS.get(name))
            for name, sentence in errors.items()
        ]
        sent = [(name, str(value)) for name, value in hidden.items() if value is not None]
        return cls(made, tuple(sent + unsent), tuple(problems))

    @property
    def suggests(self) -> bool:
        """Whether the page needs the script that brings suggestions, and the policy that lets it in (`SUGGESTING`,
        limits.py)."""
        return any(one.suggested for one in self.fields)

    @property
    def wrong(self) -> bool:
        """Whether anything is to be looked at again."""
        return bool(self.problems)
