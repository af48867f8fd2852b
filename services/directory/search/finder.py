"""Searching the directory: an index in memory for each process, current with the views by their sequences.

It reads nothing but the port of views (`shared.kernel.views.projection.Store`), so it is the same on SQLite and
MongoDB, and in a replica that does not run the views itself: documents carry the sequence that last changed them, and
those newer than what is known are read, newest first. What was found is read from the views again, so a page shows what
they hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import structlog

from services.directory.search.inverted_index import Entry, Found, Index
from services.directory.structures.member_views import MEMBERSHIPS
from services.directory.structures.view_walk import changed
from services.directory.structures.views import STRUCTURES
from shared.base.outside import REAL, Outside
from shared.contract.directory.structure_facts import NUMBERS
from shared.geo import DEPARTMENTS, commune
from shared.geo.countries import country_names
from shared.kernel.views.projection import Document, Store, View, everything
from shared.notions.one_membership import doubles
from shared.notions.vocabularies.themes import NO_THEMES, THEME, Themes
from shared.notions.vocabularies.view import VOCABULARIES_VIEW, Lists, as_of
from shared.runtime.faces import Library, Premises, Views
from shared.runtime.jobs import Job
from shared.runtime.parts import Key

log = structlog.get_logger()
STRUCTURE_FACETS = (
    "department",
    "commune",
    "kind",
    "themes",
    "countries",
    "sdgs",
    "listed",
    "wished",
    "member",
    "college",
    "state",
)
PROJECT_FACETS = (
    "countries",
    "themes",
    "sdgs",
    "stage",
    "structures",
    "partners",
    "departments",
    "state",
    "periods",
)
OPEN = {"state": ["open"]}
PUBLISHED = {"state": ["published"]}
BREATH = 100  # documents taken in before others have their turn
NONE: Mapping[str, str] = MappingProxyType({})
NOTHING_SAID: Sequence[Document] = []

Where = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ProjectSource:
    """Where the finder reads cooperation projects: their view, and the years by which one of them is found."""

    view: View
    years: Callable[[Document], list[str]]


@dataclass(frozen=True)
class Results:
    """A page of what was found. `facets`: field → value → number, where each field leaves its own choice out;
    `forgiven`: word asked → words taken instead; `colleges`: structure → its college, of members."""

    documents: list[Document]
    total: int
    facets: dict[str, dict[str, int]]
    forgiven: dict[str, list[str]]
    colleges: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """Who works on something somewhere, and with whom: a project, the structures here (the leader first)."""

    project: Document
    structures: list[Document]


class Finder:
    """Structures and cooperation projects, found. Every question first takes in what has changed."""

    def __init__(self, store: Store, projects: ProjectSource, outside: Outside = REAL) -> None:
        self._store, self._source, self._outside = store, projects, outside
        self._lock = asyncio.Lock()
        self._upto: dict[View, int] = {MEMBERSHIPS: 0, projects.view: 0, STRUCTURES: 0}
        self._known: dict[View, set[str]] = {view: set() for view in self._upto}
        self._structures = Index(STRUCTURE_FACETS, ("name", "seen"))
        self._projects = Index(PROJECT_FACETS, ("title", "seen", "begins"))
        self._members: dict[str, tuple[str, str]] = {}  # member → structure, college
        self._college: dict[str, str] = {}  # structure → college
        self._kept: dict[str, str] = {}  # merged record → the one that is kept
        self._works: dict[str, Document] = {}  # project → what its structures are found by
        self._of_structure: dict[str, set[str]] = {}  # structure → projects
        self._defined = DefinedThemes(store)

    def kept(self, structure: str) -> str:
        """The record that stands for a structure: itself, or the one that it was merged into."""
        seen: set[str] = set()
        while structure in self._kept and structure not in seen:
            seen.add(structure)
            structure = self._kept[structure]
        return structure

    def college(self, structure: str) -> str | None:
        """The college of a member, as membership's events tell; None for no member."""
        return self._college.get(structure)

    async def find(
        self,
        text: str = "",
        where: Where | None = None,
        *,
        order: str = "name",
        limit: int = 25,
        offset: int = 0,
        count: Iterable[str] = ("department", "kind", "themes", "countries", "sdgs", "listed", "member"),
        prefixes: Mapping[str, str] = NONE,
    ) -> Results:
        """Structures. `where`: facet → values, of which one must match (`sdgs` as text; `listed`, `wished`, `member`:
        yes or no; `state`: open, if not asked otherwise, or closed; who asks for members is given all of them).
        `order`: name or seen, `-` for the other way. `prefixes`: facet → how the values begin that are counted, as
        communes of one department do."""
        await self.current()
        chosen = self._defined.meant(asked_of(where))
        found = self._structures.find(
            text, chosen, order=order, limit=limit, offset=offset, count=count, prefixes=prefixes
        )
        results = await self._results(STRUCTURES, found)
        colleges = {key: self._college[key] for key in found.keys if key in self._college}
        return Results(results, found.total, found.facets, found.forgiven, colleges)

    async def find_projects(
        self,
        text: str = "",
        where: Where | None = None,
        *,
        order: str = "title",
        limit: int = 25,
        offset: int = 0,
        count: Iterable[str] = ("countries", "themes", "sdgs", "stage", "departments"),
    ) -> Results:
        """Cooperation projects; published ones, if `state` (draft, published, withdrawn) is not asked otherwise."""
        await self.current()
        chosen = self._defined.meant(_published(where))
        found = self._projects.find(text, chosen, order=order, limit=limit, offset=offset, count=count)
        return Results(await self._results(self._source.view, found), found.total, found.facets, found.forgiven)

    async def works(
        self, text: str = "", where: Where | None = None, *, limit: int = 100, offset: int = 0
    ) -> list[Work]:
        """Who works on water in Senegal, and with whom: `works("eau Sénégal")`, or by facets. The partners there stand
        in each project (`partners`, and `partner_<kind>`)."""
        found = await self.find_projects(text, where, limit=limit, offset=offset, count=())
        return await self.with_structures(found.documents)

    async def with_structures(self, projects: Sequence[Document]) -> list[Work]:
        """The same projects, each with its structures from here as they stand now, the leader first."""
        wanted = {self.kept(id) for project in projects for id in project["structures"]}
        structures = await self._store.get_many(STRUCTURES, sorted(wanted))

        def here(project: Document) -> list[Document]:
            ids = dict.fromkeys(self.kept(id) for id in project["structures"])
            return [structures[id] for id in ids if id in structures]

        return [Work(project, here(project)) for project in projects]

    async def project_keys(self, text: str = "", where: Where | None = None, *, order: str = "title") -> list[str]:
        """All projects of a search in their order, for an export."""
        await self.current()
        chosen = self._defined.meant(_published(where))
        return self._projects.find(text, chosen, order=order, limit=10**9).keys

    async def keys(self, text: str = "", where: Where | None = None, *, order: str = "name") -> list[str]:
        """All structures of a search in their order, for an export or an answer."""
        await self.current()
        chosen = self._defined.meant(asked_of(where))
        return self._structures.find(text, chosen, order=order, limit=10**9).keys

    async def current(self) -> None:
        """Takes in what the views have learnt since the last time. The first time that is everything."""
        async with self._lock:
            touched: set[str] = set()
            if await self._defined.changed():
                touched |= self._known[STRUCTURES]
            for view in tuple(self._upto):
                upto = (await self._store.checkpoint(view.table)).seq
                if upto < self._upto[view]:
                    continue  # it is being built anew; what was known stays
                if upto > self._upto[view]:
                    touched |= await self._take(view, self._upto[view])
                    touched |= await self._missing(view)
                    self._upto[view] = upto
            if touched:
                await self._put(touched)

    async def _take(self, view: View, after: int) -> set[str]:
        """Reads what has changed in a view after a sequence. Returns the structures that this concerns."""
        touched: set[str] = set()
        async for document in changed(self._store, view, after) if after else everything(self._store, view):
            touched |= self._heard(view, document)
        return touched

    async def _missing(self, view: View) -> set[str]:
        """Forgets what has left a view: what never was leaves no document that would say so. There are fewer then than
        were known; what came meanwhile is taken in the next time, and looked at then. Returns the structures that this
        concerns."""
        known = self._known[view]
        if (await self._store.find(view, limit=1)).total >= len(known):
            return set()
        there = {document["key"] async for document in everything(self._store, view)}
        return {structure for key in known - there for structure in self._forgotten(view, key)}

    def _forgotten(self, view: View, key: str) -> set[str]:
        self._known[view].discard(key)
        if view is STRUCTURES:
            return {key, self._kept.pop(key, key)}
        if view is MEMBERSHIPS:
            before = self._members.pop(key, None)
            return {before[0]} if before else set()
        self._projects.drop(key)
        acting = set(self._works.pop(key, {}).get("structures", ()))
        for id in acting:
            self._of_structure[id].discard(key)
        return acting

    def _heard(self, view: View, document: Document) -> set[str]:
        key: str = document["key"]
        self._known[view].add(key)
        if view is STRUCTURES:
            if document["merged_into"]:
                self._kept[key] = document["merged_into"]
            else:
                self._kept.pop(key, None)
            return {key, *document["absorbed"], *([document["merged_into"]] if document["merged_into"] else [])}
        if view is MEMBERSHIPS:
            before = self._members.pop(key, None)
            if not document["left"]:
                self._members[key] = (document["structure"], document["college"])
            return {document["structure"], *([before[0]] if before else [])}
        touched = set(self._works.get(key, {}).get("structures", ())) | set(document["structures"])
        for id in self._works.get(key, {}).get("structures", ()):
            self._of_structure[id].discard(key)
        for id in document["structures"]:
            self._of_structure.setdefault(id, set()).add(key)
        facts = ("structures", "themes", "countries", "sdgs", "published")
        self._works[key] = {n: document[n] for n in facts if n != "countries"} | {"countries": [document["country"]]}
        return touched

    async def _put(self, touched: set[str]) -> None:
        into = {structure: self.kept(structure) for structure in self._kept}
        twice = doubles({id: structure for id, (structure, _) in self._members.items()}, into)
        once = (one for id, one in self._members.items() if id not in twice)
        self._college = {self.kept(structure): college for structure, college in once}
        wanted = sorted(touched | {self.kept(id) for id in touched})
        projects: set[str] = set()
        for start in range(0, len(wanted), BREATH):
            some = wanted[start : start + BREATH]
            found = await self._store.get_many(STRUCTURES, some)
            for key in some:
                document = found.get(key)
                if document is None or document["merged_into"]:
                    self._structures.drop(key)
                else:
                    self._structures.put(self._entry(document))
                projects |= self._of_structure.get(key, set())
            await self._outside.sleep(0)
        ordered = sorted(projects)
        for start in range(0, len(ordered), BREATH):
            found = await self._store.get_many(self._source.view, ordered[start : start + BREATH])
            acting = {self.kept(id) for document in found.values() for id in document["structures"]}
            structures = await self._store.get_many(STRUCTURES, sorted(acting))
            for document in found.values():
                self._projects.put(self._project_entry(document, structures))
            await self._outside.sleep(0)

    def _entry(self, document: Document) -> Entry:
        key = document["key"]
        works = [
            self._works[id]
            for one in (key, *document["absorbed"])
            for id in self._of_structure.get(one, ())
            if self._works[id]["published"]
        ]
        return entry_of(document, self._college.get(key), works, self._defined.themes)

    def _project_entry(self, document: Document, structures: Mapping[str, Document]) -> Entry:
        ids = sorted({self.kept(id) for id in document["structures"]})
        here = {id: structures[id] for id in ids if id in structures}
        state = "published" if document["published"] else "withdrawn" if document["withdrawn"] else "draft"
        facets = {
            "countries": [document["country"]],
            "themes": self._defined.themes.read_all(document["themes"]),
            "sdgs": [str(n) for n in document["sdgs"]],
            "stage": [document["stage"]],
            "structures": list(here),
            "partners": document["partners"],
            "departments": [one["department"] for one in here.values() if one["department"]],
            "state": [state],
            "periods": self._source.years(document),
        }
        names = [one["name"] for one in here.values()]
        words = _words(document["themes"], self._defined.themes)
        weak = " ".join([document["summary"], document["place"] or "", *words, *document["partners"], *names])
        weak += " " + " ".join(_country_words([document["country"]]))
        orders = {"title": document["sort"], "seen": document["seen"], "begins": document["begins"] or ""}
        return Entry(document["key"], document["title"], weak, facets, orders)

    async def _results(self, view: View, found: Found) -> list[Document]:
        documents = await self._store.get_many(view, found.keys)
        return [documents[key] for key in found.keys if key in documents]


class DefinedThemes:
    """The network's thesaurus as an index has it. `day`: of which day, None: of now."""

    def __init__(self, store: Store, day: date | None = None) -> None:
        self._store, self._day = store, day
        self._upto, self._said = 0, NOTHING_SAID
        self.themes = NO_THEMES

    async def changed(self) -> bool:
        """Whether something was said of it since the last time: then what is indexed is put again."""
        upto = (await self._store.checkpoint(VOCABULARIES_VIEW.table)).seq
        if upto == self._upto:
            return False
        document = await self._store.get(VOCABULARIES_VIEW, THEME)
        self._upto = upto
        if (said := document["said"] if document else NOTHING_SAID) == self._said:
            return False
        self._said = said
        with as_of(None):  # of this index's day, whatever day it is asked for from
            self.themes = Lists({THEME: document} if document else {}).themes(self._day)
        return True

    def meant(self, where: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """What is chosen, by the terms that it says: an address with a word of old still works."""
        return {name: self.themes.read_all(values) if name == "themes" else values for name, values in where.items()}


def _published(where: Where | None) -> dict[str, list[str]]:
    return {**PUBLISHED, **{name: list(values) for name, values in (where or {}).items() if values}}


def asked_of(where: Where | None) -> dict[str, list[str]]:
    """Open records, where nothing else is asked. Members are all of them: a structure that closed is a member until it
    left, as lists and indicators count it (shared/notions/membership.py)."""
    asked = {name: list(values) for name, values in (where or {}).items() if values}
    members = asked.get("member") == ["yes"] or "college" in asked
    return asked if members else {**OPEN, **asked}


FINDER: Key[Finder] = Key("finder")


def finder_of(service: Premises) -> Finder:
    """The finder of this process. Raises LookupError before the search has begun."""
    return service.parts.of(FINDER)


def entry_of(
    document: Document,
    college: str | None = None,
    works: Sequence[Document] = (),
    themes: Themes = NO_THEMES,
) -> Entry:
    """A structure as it is found: by what its record says, and its published projects (`works`) add. `themes`: by which
    its themes count."""

    def every(name: str) -> list[str]:
        return [str(v) for v in document.get(name) or []] + [str(v) for work in works for v in work[name]]

    facets = {
        "department": [document["department"]] if document["department"] else [],
        "commune": [document["commune"]] if document.get("commune") else [],
        "kind": [document["kind"]],
        "themes": themes.read_all(every("themes")),
        "countries": every("countries"),
        "sdgs": every("sdgs"),
        "listed": [_yes(document["listed"])],
        "wished": [_yes(document["wished"])],
        "member": [_yes(college is not None)],
        "college": [college] if college else [],
        "state": ["closed" if document["closed"] else "open"],
    }
    strong = f"{document['name']} {document.get('acronym') or ''}"
    weak = _places(document, _words(every("themes"), themes), facets["countries"])
    return Entry(document["key"], strong, weak, facets, {"name": document["sort"], "seen": document["seen"]})


def _words(said: Iterable[str], themes: Themes) -> list[str]:
    return [word for one in said for word in themes.words(one)]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _places(document: Document, themes: Sequence[str], countries: Sequence[str]) -> str:
    """What a structure is found by beside its name: its town, department, themes, countries, numbers."""
    town = commune(document["commune"]) if document.get("commune") else None
    department = DEPARTMENTS.get(document["department"] or "")
    numbers = [document[name] or "" for name in NUMBERS]
    numbers += [one["number"] for one in document["former"]]
    places = [town.name if town else "", department.name if department else ""]
    return " ".join([*places, *themes, *_country_words(countries), *numbers])


def _country_words(codes: Iterable[str]) -> list[str]:
    return [country_names(lang).get(code, "") for code in dict.fromkeys(codes) for lang in ("fr", "en")]


async def begin(service: Views, projects: ProjectSource) -> None:
    """Takes in what the views know."""
    await service.parts.put(FINDER, Finder(service.store, projects, service.outside)).current()


async def _warm(service: Library) -> None:
    """Where the views have a long log to read yet: what they will know then, so that nobody's first search waits for
    it."""
    last = await service.log.last()
    while not await service.runner.wait_for(last, timeout=60.0):
        if service.runner.damage is not None:
            return
    await finder_of(service).current()


WARMING: Job[Library] = Job("search-warming", _warm)
