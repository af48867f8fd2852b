"""Cooperation projects, as lists, records and the world list by country show them."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.directory.projects.domain import PARTNER_KINDS, PROJECT_FACTS, PROJECT_LISTS
from shared.contract.directory.cooperation import (
    CooperationProjectDrafted,
    CooperationProjectPublished,
    CooperationProjectRevised,
    CooperationProjectWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View, folded


def _seen(document: Document, event: Recorded) -> Document:
    """What follows from the facts. `structures` names the leader too, for filters; `partners` are those of all
    kinds."""
    partners = [name for kind in PARTNER_KINDS for name in document[f"partner_{kind}"]]
    everybody = list(dict.fromkeys([document["leader"], *document["participants"]]))
    seen = {"seen": event.cloud.time, "version": event.version, "seq": event.seq}
    return {**document, "structures": everybody, "partners": partners, "sort": folded(document["title"]), **seen}


def _facts(data: Any, *, given: bool) -> Document:
    return dict(data.model_dump(mode="json", include=set(PROJECT_FACTS), exclude_none=not given))


def _drafted(document: Document | None, data: CooperationProjectDrafted, event: Recorded) -> Document:
    state = {"published": False, "withdrawn": False, "invented": data.invented, "since": event.cloud.time}
    return _seen({**_facts(data, given=True), **state}, event)


def _revised(document: Document | None, data: CooperationProjectRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    emptied: dict[str, Any] = {n: [] if n in PROJECT_LISTS else None for n in data.cleared}
    return _seen({**document, **_facts(data, given=False), **emptied}, event)


def _now(**state: bool) -> Any:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else _seen({**document, **state}, event)

    return evolve


PROJECTS = View(
    name="projects",
    version=1,
    stamps=("version", "seq"),
    on={
        CooperationProjectDrafted: _drafted,
        CooperationProjectRevised: _revised,
        CooperationProjectPublished: _now(published=True, withdrawn=False),
        CooperationProjectWithdrawn: _now(published=False, withdrawn=True),
    },
    fields=(
        "sort",
        "leader",
        "structures",
        "country",
        "themes",
        "sdgs",
        "stage",
        "begins",
        "published",
        "withdrawn",
        "seq",
    ),
    text=lambda d: " ".join([d["title"], d.get("place") or "", *d["themes"], *d["partners"]]),
)
"""By project. A draft is neither published nor withdrawn."""

LONGEST = 100  # years of a project that are looked at
OLDEST = 1900  # no project that is still on began before


def periods(project: Document) -> list[str]:
    """The years that a project is known to cover, as a search finds it by them: `2015`, `2016`; where no end is known
    of one that is not over, its beginning with all that follows: `2015-`. Nothing where neither is known."""
    begins, ends = (date.fromisoformat(project[name]).year if project[name] else None for name in ("begins", "ends"))
    if begins is None:
        return [] if ends is None else [str(ends)]
    if ends is None:
        return [f"{begins}-"] if project["stage"] in ("prepared", "running") else [str(begins)]
    return [str(year) for year in range(begins, min(ends, begins + LONGEST) + 1)]


def between(first: int, last: int) -> list[str]:
    """The values of `periods` of which a project has one if it was on in any year from `first` to `last`."""
    years = [str(year) for year in range(first, last + 1)]
    return [*years, *(f"{year}-" for year in range(OLDEST, last + 1))]
