"""A network to begin with: a file of `deploy/networks`, what it says, and the commands that say it.

The assistant's page, `maillage network init` and the sample read the same files. What stands in one is told in
deploy/networks/README.md. Nothing here executes: a step is a command by its name and fields, for whoever may send
it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from shared.base.network_files import NETWORKS
from shared.base.paris_days import FIRST_DAY
from shared.base.translations import L, Phrase, Spoken, Text, among
from shared.contract.fields import DepartmentCode, Line, Name
from shared.contract.fields.codes import Code
from shared.geo import departments_of
from shared.notions.legal_terms import LAWS
from shared.notions.network import DYES
from shared.notions.vocabularies import VOCABULARIES, general, own_marks

NAMESPACE = uuid5(NAMESPACE_URL, "urn:maillage:network:beginning")
ALWAYS = FIRST_DAY
"""Since when something is so that always was: nothing that is told is older"""
Titles = Mapping[str, Line]
"""language → what it is called"""


class Unreadable(ValueError):
    """A file says no network to begin with; the text says where and why."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NameSaid(Part):
    name: Name
    since: date | None = None


class RegionSaid(Part):
    """`code`: that of a French region, whose departments are meant; or `departments` by their own codes."""

    name: Line | None = None
    code: Line | None = None
    departments: list[DepartmentCode] = []

    @model_validator(mode="after")
    def _whole(self) -> RegionSaid:
        if self.code is not None and not departments_of(self.code):
            raise ValueError(f"there is no French region of the code {self.code}")
        if (self.code is None) is (not self.departments):
            raise ValueError("name its departments, or the code of a French region: either of them")
        return self

    @property
    def all(self) -> list[str]:
        return sorted({*self.departments, *(one.code for one in departments_of(self.code or ""))})


class CollegeSaid(Part):
    """`persons`: it is of persons, not of structures; `titles`: what lists call it, where that is not its title;
    `kinds`: the kinds of structures that it is proposed for."""

    code: Code
    title: Name
    persons: bool = False
    titles: Titles = {}
    rank: int = 0
    kinds: list[Code] = []
    since: date | None = None


class BulletinSaid(Part):
    """`arrivals`: what arrives in it by itself; `titles`: what lists call it, where that is not its title."""

    code: Code
    title: Line
    purpose: Line
    arrivals: list[Code] = []
    titles: Titles = {}
    rank: int = 0
    since: date | None = None


class TermSaid(Part):
    """One of the general list that is `closed` is not the network's; else it is called so. `marks`, `rank`: None where
    they stay as they are."""

    titles: Titles = {}
    marks: list[Code] | None = None
    rank: int | None = None
    closed: bool = False


class Beginning(Part):
    """A network to begin with. `about`: what it is, for who chooses; `example`: it is somebody's, or invented, and is
    taken by its name alone; `since`: the day from which on it is so."""

    about: Titles = {}
    example: bool = False
    since: date | None = None
    names: list[NameSaid] = []
    region: RegionSaid | None = None
    languages: list[Code] = []
    dye: Code | None = None
    law: Code | None = None
    reviews: list[Code] = []
    colleges: list[CollegeSaid] = []
    bulletins: list[BulletinSaid] = []
    lists: Mapping[Code, Mapping[Code, TermSaid]] = {}

    @property
    def name(self) -> str | None:
        """What it is called by now."""
        since = [one.since or self.since or date.max for one in self.names]  # without a day it is so from now on
        return max(zip(since, range(len(since)), self.names, strict=True))[2].name if self.names else None

    @property
    def undated(self) -> bool:
        """Whether anything that it says has no day, so that it is asked since when."""
        return any(step.day is None for step in steps(self))

    def reaching(self, day: date | None) -> Beginning:
        """The same, where what has no day is so since this one; None: now."""
        return self if self.since is not None else self.model_copy(update={"since": day})

    def title(self, lang: str) -> str | None:
        """What it is, in a language."""
        return among(self.about, lang) or self.name


@dataclass(frozen=True, slots=True)
class Step:
    """One command: of which service, its name and fields as the API takes them, the day that it is about (None: now),
    and what it says, in words. `first`: the step of the file that it stands for, where the network has said something
    of the same before (`saying_again.py`)."""

    service: str
    command: str
    fields: Mapping[str, Any]
    says: Text
    day: date | None = None
    first: Step | None = None

    def id(self, actor: str) -> UUID:
        """The command's id: the same step of the same sender is said once, whatever came after it, and whichever
        command says it."""
        one = self.first or self
        said = orjson.dumps([actor, one.service, one.command, one.fields, one.day], option=orjson.OPT_SORT_KEYS)
        return uuid5(NAMESPACE, said.decode())


class _Strict(yaml.SafeLoader):
    """Reads no key twice: of two answers to one question the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set[str]()
        for key, _ in node.value:
            if key.tag != MERGED and str(key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"`{key.value}` stands there twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


MERGED = "tag:yaml.org,2002:merge"


def read(path: Path) -> Beginning:
    """The network in a file. Raises Unreadable."""
    try:
        loader = _Strict(path.read_text(encoding="utf-8"))
        try:
            said = loader.get_single_data()
        finally:
            loader.dispose()
    except OSError as why:
        raise Unreadable(f"{path.name} can't be read: {why.strerror or type(why).__name__}") from why
    except UnicodeDecodeError as why:
        raise Unreadable(f"{path.name} can't be read: it is no text in UTF-8") from why
    except yaml.MarkedYAMLError as why:
        mark = why.problem_mark or why.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise Unreadable(f"{path.name} can't be read: {line}{why.problem or 'it is no YAML'}") from why
    except (yaml.YAMLError, ValueError, RecursionError) as why:
        raise Unreadable(f"{path.name} can't be read: it is no YAML of a network") from why
    if not isinstance(said, dict):
        raise Unreadable(f"{path.name} says nothing: write what deploy/networks/README.md tells")
    return of(said, path.name)


def of(said: Mapping[str, Any], where: str) -> Beginning:
    """The network of what was said `where`. Raises Unreadable."""
    try:
        found = Beginning.model_validate(said)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = " → ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise Unreadable(f"{where}: {place}: {_why(first)}") from wrong
    for name in found.lists:
        if name not in VOCABULARIES or VOCABULARIES[name].elsewhere:
            raise Unreadable(f"{where}: lists → {name}: there is no such list; there is {', '.join(_own_lists())}")
        for code, term in found.lists[name].items():
            if term.closed and code not in general(name):
                raise Unreadable(
                    f"{where}: lists → {name} → {code}: it is not in the general list, so nothing to close"
                )
            if not term.closed and not term.titles:
                raise Unreadable(f"{where}: lists → {name} → {code}: titles: say what it is called")
            if term.marks is not None and (without := sorted(own_marks(name, code) - {*term.marks})):
                raise Unreadable(
                    f"{where}: lists → {name} → {code}: marks: {', '.join(without)} stays so of it in every network"
                )
    for what, codes in (("colleges", found.colleges), ("bulletins", found.bulletins)):
        said_so_far: set[str] = set()
        titles: dict[str, str] = {}
        for one in codes:
            if one.code in said_so_far:
                raise Unreadable(f"{where}: {what} → {one.code}: it stands there twice")
            said_so_far.add(one.code)
            other = titles.setdefault(one.title.casefold(), one.code)
            if other != one.code:
                raise Unreadable(f"{where}: {what} → {one.code}: {other} is called so; nobody could tell them apart")
    return found


def _why(wrong: Any) -> str:
    """What is wrong with an answer, to whoever wrote the file."""
    kind, bounds = wrong["type"], wrong.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return "there is no such key; deploy/networks/README.md has them all"
        case "missing":
            return "it is missing"
        case "string_pattern_mismatch":
            return "write it in small letters without accents, figures, and `-` or `_` between them"
        case "string_too_short" | "string_too_long":
            bound = bounds.get("min_length") or bounds.get("max_length")
            if bound == 1:
                return "write something"
            return f"write {'at least' if kind == 'string_too_short' else 'at most'} {bound} letters"
        case "string_type":
            return 'write a text, in quotes where it is a figure or a word such as `no`: "01"'
        case "list_type":
            return "write a list: each on a line of its own that begins with `- `"
        case "model_type" | "dict_type" | "mapping_type" | "model_attributes_type":
            return "write keys with their answers: `key: answer`"
        case "value_error":
            said = str(bounds.get("error", ""))
            return "there is no such department" if said == "unknown-department" else said
        case _ if kind.startswith("date"):
            return "write a day like 2012-01-03"
        case "bool_type" | "bool_parsing":
            return "write true or false"
        case "int_type" | "int_parsing":
            return "write a whole number"
    return str(wrong["msg"])


def _own_lists() -> list[str]:
    return [name for name, one in VOCABULARIES.items() if not one.elsewhere]


def known() -> Mapping[str, Beginning]:
    """The networks to begin with that come with the product: name → what it says, in the order of the names."""
    return {path.stem: read(path) for path in sorted(NETWORKS.glob("*.yaml"))}


def offered() -> Mapping[str, Beginning]:
    """Those that anybody may begin with: an empty installation names nobody else."""
    return {name: one for name, one in known().items() if not one.example}


def steps(network: Beginning, service: str | None = None) -> Sequence[Step]:
    """The commands that say a network, in an order in which each may follow; of one `service`, where it is given."""
    return [one for one in _steps(network) if service in (None, one.service)]


def _steps(network: Beginning) -> Iterator[Step]:
    yield from _network(network)
    for name, terms in network.lists.items():
        for code, term in terms.items():
            yield from _term(name, code, term, network.since)
    for rank, one in enumerate(network.colleges, 1):
        says = Phrase(L("Collège ouvert\u00a0: {title}"), {"title": one.title})
        fields = {"college": one.code, "rank": rank, **_said(one)}
        yield Step("membership", "OpenCollege", fields, says, one.since or network.since)
    for bulletin in network.bulletins:
        says = Phrase(L("Bulletin ouvert\u00a0: {title}"), {"title": bulletin.title})
        fields = {"bulletin": bulletin.code, **_said(bulletin)}
        yield Step("newsletter", "OpenBulletin", fields, says, bulletin.since or network.since)


def _said(one: CollegeSaid | BulletinSaid) -> dict[str, Any]:
    """What a file says of it, but its code and day: nothing of what it leaves out."""
    return one.model_dump(mode="json", exclude={"code", "since"}, exclude_defaults=True)


def _network(network: Beginning) -> Iterator[Step]:
    def step(command: str, fields: Mapping[str, Any], says: Text, since: date | None = None) -> Step:
        return Step("membership", command, fields, says, since or network.since)

    for named in network.names:
        says = Phrase(L("Nom du réseau\u00a0: {name}"), {"name": named.name})
        yield step("NameNetwork", {"name": named.name}, says, named.since)
    if (region := network.region) is not None:
        values = {"region": region.name or "", "departments": ", ".join(region.all)}
        says = Phrase(L("Région\u00a0: {region} ({departments})"), values)
        yield step("DrawRegion", {"region": region.name, "departments": region.all}, says)
    if network.languages:
        says = Phrase(L("Langues\u00a0: {languages}"), {"languages": ", ".join(network.languages)})
        yield step("ChooseLanguages", {"languages": network.languages}, says)
    if network.dye is not None:
        says = Phrase(L("Couleur\u00a0: {dye}"), {"dye": Phrase(DYES.get(network.dye, network.dye))})
        yield step("ChooseDye", {"dye": network.dye}, says)
    if network.law is not None:
        says = Phrase(L("Droit\u00a0: {law}"), {"law": Phrase(LAWS.get(network.law, network.law))})
        yield step("ChooseLaw", {"law": network.law}, says)
    if network.reviews:
        says = Phrase(L("Bilans imprimés\u00a0: {reviews}"), {"reviews": ", ".join(network.reviews)})
        yield step("NamePrintedReviews", {"reviews": network.reviews}, says)


def _term(vocabulary: str, code: str, term: TermSaid, since: date | None) -> Iterator[Step]:
    there = general(vocabulary).get(code)
    titles = term.titles or (there.titles if there else {})
    called = Spoken(next(iter(titles.values()), code), {}, titles)
    values = {"list": Phrase(VOCABULARIES[vocabulary].title), "term": called}
    of_it = {"vocabulary": vocabulary, "code": code}
    if term.closed:
        yield Step("membership", "CloseTerm", of_it, Phrase(L("{list}\u00a0: sans {term}"), values), since)
        return
    more = {"rank": term.rank, "marks": term.marks}
    fields = {**of_it, "titles": dict(term.titles), **{name: one for name, one in more.items() if one is not None}}
    command = "DefineTerm" if there is None or there.earlier else "ReviseTerm"
    yield Step("membership", command, fields, Phrase(L("{list}\u00a0: {term}"), values), since)


@dataclass(frozen=True, slots=True)
class Told:
    """What saying a network came to: steps that wrote something, steps that were so already."""

    said: int = 0
    so_already: int = 0

    def and_(self, changed: bool) -> Told:
        return Told(self.said + changed, self.so_already + (not changed))
