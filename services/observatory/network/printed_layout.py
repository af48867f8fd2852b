"""What the data of a printed review say of its figures (`paths.yaml`) and of its page (`page.yaml`), and what is wrong
with them, in which file and where. What each key means: deploy/networks/README.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    model_validator,
)

from services.observatory.indicators import INDICATORS
from shared.base.translations import Phrase, Spoken, Text, among

PLACES = re.compile(r"\{(\w+)\}")
COLLEGE, DEPARTMENT, YEAR = "college", "department", "year"
LONGEST = 600  # characters
Picture = Literal["map", "stack", "bars", "line", "shares"]


class WrongReview(ValueError):
    """The data of a printed review do not hold together; the sentence says what is wrong, in which file."""


def _known(name: str) -> str:
    if name not in INDICATORS:
        raise ValueError(f"there is no indicator “{name}”")
    return name


def _said(said: Any) -> Text:
    """French, which a catalogue may have in other languages, or language → what is said in it."""
    if isinstance(said, str) and 0 < len(said.strip()) <= LONGEST:
        return said
    if isinstance(said, dict) and said and all(isinstance(one, str) and one for pair in said.items() for one in pair):
        return Spoken(next(iter(said.values())), {}, said)
    raise ValueError(f"say a text of at most {LONGEST} characters, or one for each language ({{fr: …, en: …}})")


Line = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Path_ = Annotated[str, Field(pattern=r"^[\w{}-]+(\.[\w{}-]+)*$", max_length=200)]
Said = Annotated[Text, PlainValidator(_said)]
Counted = tuple[Line, Line] | Mapping[str, tuple[Line, Line]]
"""One and several: (“comptage”, “comptages”), or by language"""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Group(Part):
    """Figures that are alike. `counted`: the path that the `indicator` counts it under, where the review calls it
    otherwise; `{last}` in it is the last word of the review's path."""

    indicator: Annotated[Line, AfterValidator(_known)]
    label: Said
    paths: Annotated[list[Path_], Field(min_length=1)]
    counted: Path_ | None = None
    precision: Annotated[int, Field(ge=0, le=6)] = 0
    first: int | None = None
    last: int | None = None
    until: date | Literal["year"] | None = None
    listed: bool = Field(False, alias="list")
    note: Said | None = None
    doubt: bool = False


class Others(Part):
    """Leaves that are no figure, and why."""

    reason: Said
    paths: Annotated[list[Path_], Field(min_length=1)]


class Paths(Part):
    """All of paths.yaml. `as_of`: the day that the review was closed."""

    as_of: date
    title: Said
    figures: Annotated[list[Group], Field(min_length=1)]
    others: list[Others] = []


class Beside(Part):
    """What stands under one of the first figures: a `text` with the number `n` of a path, as recounted or as it was
    `published`; or the number with the form of the text that it takes (`counted`)."""

    path: Path_
    text: Said | None = None
    counted: Counted | None = None
    published: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.counted is None):
            raise ValueError("say either `text` or `counted`")
        return self


class First(Part):
    """One of the figures that stand first. `years`: of a path with `{year}`, those that the review has: the year of the
    day asked for is shown, or that which is next to it. `rests`: what it rests on is called, one and several."""

    label: Said
    path: Path_
    years: tuple[int, int] | None = None
    rests: Counted = ("événement", "événements")
    beside: list[Beside] = []


class Called(Part):
    """What the review calls a part of a picture: at the head of its column, and in the legend."""

    column: Said
    legend: Said


class Foot(Part):
    label: Said
    path: Path_


class Drawing(Part):
    """A picture, with its table. `path`: of its figures, with `{year}`, `{department}` or `{college}` where they
    differ; `paths`: of shares, which have no such order, path → what it is called. `years`: the first and the last.
    `called`: by code, in the review's order; what is not called here is called and stands as the network's list of the
    day has it. `values`: name → path, for blanks of `under`. `alt`: what it is to who does not see it."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    kind: Picture
    title: Said
    alt: Said | None = None
    caption: Said | None = None
    under: Said
    values: Mapping[str, Path_] = {}
    column: Said | None = None
    path: Path_ | None = None
    paths: Mapping[Path_, Said] = {}
    years: tuple[int, int] | None = None
    called: Mapping[str, Called] = {}
    total: Path_ | None = None
    foot: Foot | None = None
    note: Said | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        blanks = {"map": {DEPARTMENT}, "stack": {COLLEGE, YEAR}, "bars": {YEAR}, "line": {YEAR}}.get(self.kind)
        if blanks is None:
            if not self.paths or self.path:
                raise ValueError("shares have `paths`, each with what it is called")
            return self
        if self.paths or self.path is None or {*PLACES.findall(self.path)} != blanks:
            raise ValueError(f"a picture of kind {self.kind} has a `path` with {{{'} and {'.join(sorted(blanks))}}}")
        if (self.years is None) == (YEAR in blanks):
            raise ValueError("`years` are the first and the last of a path with {year}")
        if self.total is not None and PLACES.findall(self.total) != [YEAR]:
            raise ValueError("the `total` of a stack is a path with {year}")
        return self

    @property
    def span(self) -> range:
        return _span(self.years)


class Table(Part):
    """The table of what was published beside what is recounted: `caption`, with {day} and {known}; its figures."""

    caption: Said
    paths: Annotated[list[Path_], Field(min_length=1)]


class Layout(Part):
    """All of page.yaml. `tab`: what the review is called among the parts of the observatory; `lead`: under its title;
    `printed`: when it was printed, and `span`: of when to when it speaks, in the list of reviews."""

    tab: Said
    lead: Said
    span: Said
    printed: Said
    first: Annotated[list[First], Field(max_length=8)] = []
    table: Table
    pictures: Annotated[list[Drawing], Field(max_length=20)] = []

    def wrong(self, paths: Sequence[str]) -> list[str]:
        """Where it shows a figure that the review does not have."""
        there = {*paths}
        found = []
        for at, path, years in self._shown():
            for each in [path.replace("{year}", str(year)) for year in years] if years else [path]:
                pattern = "".join(r"[\w-]+" if n % 2 else re.escape(part) for n, part in enumerate(PLACES.split(each)))
                if not any(re.fullmatch(pattern, one) for one in there):
                    found.append(f"{at}: the review has no figure {each}")
        return found

    def _shown(self) -> list[tuple[str, str, range | None]]:
        found: list[tuple[str, str, range | None]] = []
        for n, one in enumerate(self.first):
            found.append((f"first.{n}.path", one.path, _span(one.years) if one.years else None))
            found += [(f"first.{n}.beside.{k}.path", each.path, None) for k, each in enumerate(one.beside)]
        found += [(f"table.paths.{n}", path, None) for n, path in enumerate(self.table.paths)]
        for n, picture in enumerate(self.pictures):
            years = picture.span if picture.years else None
            own = [("path", picture.path), ("total", picture.total)]
            found += [(f"pictures.{n}.{name}", path, years) for name, path in own if path]
            found += [(f"pictures.{n}.paths", path, None) for path in picture.paths]
            found += [(f"pictures.{n}.values.{name}", path, None) for name, path in picture.values.items()]
            found += [(f"pictures.{n}.foot.path", picture.foot.path, None)] if picture.foot else []
        return found


def _span(years: tuple[int, int] | None) -> range:
    return range(years[0], years[1] + 1) if years else range(0)


Model = TypeVar("Model", bound=BaseModel)


def read(path: Path, model: type[Model]) -> Model:
    """A file of a printed review. Raises WrongReview."""
    where = f"{path.parent.name}/{path.name}"
    said = loaded(path)
    if not isinstance(said, dict):
        raise WrongReview(f"{where} says nothing: write what deploy/networks/README.md tells")
    try:
        return model.model_validate(said)
    except ValidationError as wrong:
        lines = [
            f"{'.'.join(str(part) for part in one['loc']) or 'the file'}: {one['msg'].removeprefix('Value error, ')}"
            for one in wrong.errors(include_url=False, include_input=False)
        ]
        raise WrongReview(f"{where}: {'; '.join(lines)}") from None


def loaded(path: Path) -> Any:
    """What a file says. Raises WrongReview."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as why:
        said = getattr(why, "strerror", None) or type(why).__name__
        raise WrongReview(f"{path.parent.name}/{path.name} can't be read: {said}") from why


def text_of(said: Text, /, **values: Any) -> Text:
    """What is said, with values."""
    return Phrase(said, values) if isinstance(said, str) else replace(said, values={**said.values, **values})


def forms_of(counted: Counted, lang: str) -> tuple[str, str]:
    """One and several, in French for the catalogue, or as the data say it in this language."""
    if isinstance(counted, tuple):
        return counted
    return among(counted, lang) or next(iter(counted.values()))
