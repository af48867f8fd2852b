"""Finding members by name. Structures are found in their view; persons, whose names are sealed, by whole words, and
they stand in their place, for those who may see names and for nobody else: opened for that one page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.membership.base.queries import ALL
from services.membership.members.domain.member import PERSONS
from services.membership.members.views import MEMBERS
from shared.kernel.views.projection import Document, Page, folded
from shared.runtime.faces import OpenViews
from shared.web.lists import PAGE

Where = Mapping[str, Sequence[Any]]


async def found(service: OpenViews, where: Where, q: str, page: int, *, names: bool) -> Page:
    """One page of the members that match, by name. `names`: whether who asks may see those of persons."""
    until = page * PAGE
    if not names:
        return await service.store.find(MEMBERS, where, text=q, sort=["sort"], limit=PAGE, offset=until - PAGE)
    persons = {one["key"]: name for one, name in await _persons(service, where, q)}
    sealed = 0 if q else len(persons)
    rest = await service.store.find(MEMBERS, where, text=q, sort=["sort"], limit=until)  # persons are last in it
    structures = [one for one in rest.documents if one["key"] not in persons]
    own = await service.store.get_many(MEMBERS, sorted(persons))
    names_of = {one["key"]: folded(persons.get(one["key"], one["sort"])) for one in (*structures, *own.values())}
    both = sorted([*structures, *own.values()], key=lambda one: (names_of[one["key"]], one["key"]))
    return Page(both[until - PAGE : until], rest.total - sealed + len(persons))


async def counted(service: OpenViews, where: Where, q: str, *, names: bool) -> dict[str, dict[str, int]]:
    """Field → value → how many there are; each field leaves its own choice out."""
    counts: dict[str, dict[str, int]] = {}
    for name in ("status", "college", "since", "charter_version"):
        others = {field: values for field, values in where.items() if field != name}
        counts[name] = dict(await service.store.count_by(MEMBERS, name, others, text=q))
        for one, _ in await _persons(service, others, q) if names and q else ():
            value = str(one[name])
            counts[name][value] = counts[name].get(value, 0) + 1
    return counts


async def _persons(service: OpenViews, where: Where, q: str) -> list[tuple[Document, str]]:
    """The persons that match, with what each is sorted by."""
    if PERSONS not in where.get("college", (PERSONS,)):
        return []
    every = await service.store.find(MEMBERS, {**where, "college": [PERSONS]}, limit=ALL)
    named = [(one, service.keyring.reveal(one.get("person"))) for one in every.documents]
    wanted = _words(q)
    return [(one, name or one["sort"]) for one, name in named if wanted <= _words(name or "")]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", folded(text)))
