"""Lists of what was noted once, with its day: by year, by a word that sorts, by the structure that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from markupsafe import Markup

from services.directory.search.finder import Finder
from services.directory.structures.kept_records import known_as
from services.directory.structures.views import STRUCTURES
from shared.base.paris_days import PARIS
from shared.kernel.views.projection import Document, Page, Store, View
from shared.runtime.faces import Premises
from shared.web.charts.charts import bars
from shared.web.lists import PAGE
from shared.web.templating import Pages, language

MOST_STRUCTURES = 500  # structures that words find, whose notes are looked for


@dataclass(frozen=True)
class Notes:
    """One page of notes, how many there are by year and by the facet (each leaving its own choice out), and the names
    of the structures that they are about."""

    page: Page
    by_year: Mapping[str, int]
    by_facet: Mapping[str, int]
    names: Mapping[str, str]


async def notes(
    store: Store,
    finder: Finder,
    view: View,
    facet: str,
    *,
    q: str = "",
    structure: str = "",
    years: Sequence[str] = (),
    values: Sequence[str] = (),
    page: int = 1,
) -> Notes:
    """`q`: words of a structure's name; `structure`: one of them, whatever was merged into it included."""
    about = await _about(store, finder, q, structure)
    chosen = {"year": list(years), facet: list(values)}

    def where(*without: str) -> dict[str, Any]:
        kept = {name: some for name, some in chosen.items() if some and name not in without}
        return {**kept, **({} if about is None else {"structure": about})}

    found = await store.find(view, where(), sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
    return Notes(
        found,
        await store.count_by(view, "year", where("year")),
        await store.count_by(view, facet, where(facet)),
        await names_of(store, finder, found.documents),
    )


async def _about(store: Store, finder: Finder, q: str, structure: str) -> list[str] | None:
    """The ids of the structures whose notes are asked for; None for all."""
    if not q and not structure:
        return None
    await finder.current()
    keys = [finder.kept(structure)] if structure else (await finder.keys(q))[:MOST_STRUCTURES]
    documents = await store.get_many(STRUCTURES, keys)
    return [id for document in documents.values() for id in known_as(document)] or [""]


async def names_of(store: Store, finder: Finder, documents: Sequence[Document]) -> dict[str, str]:
    """structure → the name of the record that stands for it now."""
    await finder.current()
    ids = {document["structure"] for document in documents}
    records = await store.get_many(STRUCTURES, sorted({finder.kept(id) for id in ids}))
    return {id: records[finder.kept(id)]["name"] for id in ids if finder.kept(id) in records}


def by_year_chart(service: Premises, request: Request, title: str, counts: Mapping[str, int]) -> Markup:
    """A bar a year, from the first to the last; the year that is not over is marked so. `title`: a word's code."""
    pages: Pages = request.app.state.pages
    lang = language(request)
    this_year = str(service.now().astimezone(PARIS).year)
    partial = {this_year: pages.lexicon.say("chart.so-far", lang)} if this_year in counts else {}
    return bars(whole_years(counts), title=pages.lexicon.say(title, lang), partial=partial, lang=lang)


def whole_years(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Every year from the first to the last with its number: in a year between, where nothing is noted, there was
    none."""
    years = [int(year) for year in counts]
    return [(str(year), counts.get(str(year), 0)) for year in range(min(years), max(years) + 1)] if years else []
