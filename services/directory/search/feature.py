"""The search of structures, by words and facets, on any day; exports of what was found."""

from __future__ import annotations

from services.directory.search import pages
from services.directory.search.finder import WARMING, ProjectSource, begin
from services.directory.search.words import WORDS
from shared.runtime.faces import Views
from shared.runtime.feature import Feature


def search(projects: ProjectSource, beside: pages.Beside) -> Feature:
    """The search. `projects`: what else it finds; `beside`: what stands beside the structures that it found."""

    async def opening(service: Views) -> None:
        service.parts.put(pages.BESIDE, beside)
        await begin(service, projects)

    return Feature(
        name="search",
        words=WORDS,
        routes=(pages.routes,),
        opening=opening,
        jobs=(WARMING,),
    )
