"""The answers of the form of a cooperation project: structures that were looked for and ticked, partners line by line.

The form works without a script: a button that looks for a structure or asks for more lines sends the whole form, and
gets it back as it stood. A name in a search box is never passed over: it is looked for before anything is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.directory.projects.domain import PARTNER_KINDS, ProjectAnswers
from services.directory.search.finder import Finder, Where
from services.directory.structures.views import STRUCTURES
from shared.base.translations import Lang, Lexicon
from shared.kernel.views.projection import Document, folded
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Views
from shared.web.forms.forms import parse
from shared.web.forms.validation_messages import said_of

FOUND = 8  # structures that a search inside the form shows
MORE = 3  # empty lines for partners that a form has
BOXES = ("leader", "participants")
Lines = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answers:
    """`values`: what was answered to the plain questions; `leader`, `participants`: ids of structures; `partners`: name
    and kind, line by line, empty lines too; `boxes`: what stands in the search boxes, by `leader` and
    `participants`."""

    values: Mapping[str, Any] | FormData
    leader: str
    participants: Sequence[str]
    partners: Lines
    themes: Sequence[str]
    boxes: Mapping[str, str]

    @classmethod
    def of_project(cls, project: Document, finder: Finder) -> Answers:
        """The answers as a project stands, its structures by the records that stand for them now."""
        leader = finder.kept(project["leader"])
        here = dict.fromkeys(finder.kept(id) for id in project["participants"])
        partners = [(name, kind) for kind in PARTNER_KINDS for name in project[f"partner_{kind}"]]
        return cls(project, leader, [id for id in here if id != leader], partners, project["themes"], {})

    @classmethod
    def of_form(cls, form: FormData) -> Answers:
        """The answers as they were sent."""
        leader = _text(form, "leader")
        participants = dict.fromkeys(filter(None, _texts(form, "participants")))
        kinds = _texts(form, "partner_kind")
        partners = [
            (name, kinds[n] if n < len(kinds) and kinds[n] in PARTNER_KINDS else PARTNER_KINDS[0])
            for n, name in enumerate(_texts(form, "partner_name"))
        ]
        boxes = {name: _text(form, f"{name}_q") for name in BOXES}
        themes = [line.strip() for text in _texts(form, "themes") for line in text.split("\n") if line.strip()]
        return cls(form, leader, [id for id in participants if id != leader], partners, themes, boxes)

    def given(self, model: type[ProjectAnswers], form: FormData) -> dict[str, Any]:
        """What the command reads: the plain answers, the structures, the partners by kind."""
        partners: dict[str, list[str]] = {f"partner_{kind}": [] for kind in PARTNER_KINDS}
        for name, kind in self.partners:
            if name:
                partners[f"partner_{kind}"].append(name)
        chosen = {"participants": list(self.participants), **({"leader": self.leader} if self.leader else {})}
        themes = known_lists().themes().read_all(self.themes)
        return {
            **{n: v for n, v in parse(model, form).items() if n != "leader"},
            **chosen,
            **partners,
            "themes": themes,
        }

    def with_lines(self) -> Lines:
        """The partners' lines as the form shows them: those filled in, and some empty ones."""
        return [*(line for line in self.partners if line[0]), *[("", PARTNER_KINDS[0])] * MORE]

    def chosen_if_one(self, found: Mapping[str, Sequence[Document]]) -> Answers:
        """With the structure whose name stands in a search box, where there is one of just that name."""
        same = {
            name: [one["key"] for one in some if folded(one["name"]) == folded(self.boxes[name])]
            for name, some in found.items()
        }
        answers = self
        if len(same.get("leader", ())) == 1:
            answers = replace(answers, leader=same["leader"][0], boxes={**answers.boxes, "leader": ""})
        if len(same.get("participants", ())) == 1:
            more = [*answers.participants, same["participants"][0]]
            answers = replace(answers, participants=more, boxes={**answers.boxes, "participants": ""})
        return answers

    async def looked_for(self, finder: Finder, where: Where | None = None) -> dict[str, list[Document]]:
        """box → the structures that answer to what stands in it, of those that `where` leaves."""
        asked = {name: q for name, q in self.boxes.items() if q}
        return {name: (await finder.find(q, where, limit=FOUND, count=())).documents for name, q in asked.items()}

    async def chosen(self, service: Views) -> dict[str, Document]:
        """The structures that are chosen, by id."""
        return await service.store.get_many(STRUCTURES, [id for id in (self.leader, *self.participants) if id])


def wrong(
    error: ValidationError, answers: Answers, model: type[ProjectAnswers], lexicon: Lexicon, lang: Lang
) -> dict[str, str]:
    """field → what is wrong with it, the first thing each; `partners` for a line of these, by its number."""
    said: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        field, *rest = detail["loc"]
        if not str(field).startswith("partner_"):
            for name, sentence in said_of([detail], model, lexicon, lang).items():
                said.setdefault(name, sentence)
            continue
        (sentence,) = said_of([{**detail, "loc": (field,)}], model, lexicon, lang).values()
        line = _line_of(str(field).removeprefix("partner_"), rest[0] if rest else None, answers)
        text = lexicon.say("invalid.partner", lang, line=line, sentence=sentence[:1].lower() + sentence[1:])
        said.setdefault("partners", text if line else sentence)
    if "leader" in said:
        said["leader"] = lexicon.say("refused.no-leader", lang)
    return said


def _line_of(kind: str, number: Any, answers: Answers) -> int | None:
    """The line of the form on which the partner of a kind with this number stands, from 1, as the form shows them
    again."""
    lines = [n for n, (_, one) in enumerate((line for line in answers.partners if line[0]), 1) if one == kind]
    return lines[number] if isinstance(number, int) and number < len(lines) else None


def _texts(form: FormData, name: str) -> list[str]:
    return [one.replace("\r\n", "\n").strip() for one in form.getlist(name) if isinstance(one, str)]


def _text(form: FormData, name: str) -> str:
    return next(iter(_texts(form, name)), "")[:200]
