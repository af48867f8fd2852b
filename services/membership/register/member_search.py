"""Finding members by name. Structures are found in their view; persons, whose names are sealed, by whole words, and
they stand in their place, for those who may see names and for nobody else: opened for that one page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.membership.base.queries import ALL
from services.membership.members.queries import doubled
from services.membership.members.views import MEMBERS
from shared.kernel.views.projection import Document, Page, folded
from shared.notions.vocabularies import PERSONS
from shared.runtime.faces import OpenViews
from shared.web.lists import PAGE

Where = Mapping[str, Sequence[Any]]


async def found(service: OpenViews, where: Where, q: str, page: int, *, names: bool) -> Page:
    """One page of the members that match, by name. `names`: whether who asks may see those of persons."""
    until = page * PAGE
    twice = await _twice(service, where, q)
    if twice:
        keys = {one["key"] for one in twice}
        some = await _found(service, where, q, 0, until + len(keys), names=names)
        once = [one for one in some.documents if one["key"] not in keys]
        return Page(once[until - PAGE : until], some.total - len(keys))
    return await _found(service, where, q, until - PAGE, until, names=names)


async def _twice(service: OpenViews, where: Where, q: str) -> list[Document]:
    """Those of them that count through another membership of the same structure, and are shown on its page alone."""
    twice = {one["key"] for one in await doubled(service)}
    if not twice:
        return []
    merged = await service.store.find(MEMBERS, {**where, "key": sorted(twice)}, text=q, limit=ALL)
    return merged.documents


async def _found(service: OpenViews, where: Where, q: str, start: int, until: int, *, names: bool) -> Page:
    if not names:
        return await service.store.find(MEMBERS, where, text=q, sort=["sort"], limit=until - start, offset=start)
    persons = {one["key"]: name for one, name in await _persons(service, where, q)}
    sealed = 0 if q else len(persons)
    rest = await service.store.find(MEMBERS, where, text=q, sort=["sort"], limit=until)  # persons are last in it
    structures = [one for one in rest.documents if one["key"] not in persons]
    own = await service.store.get_many(MEMBERS, sorted(persons))
    names_of = {one["key"]: folded(persons.get(one["key"], one["sort"])) for one in (*structures, *own.values())}
    both = sorted([*structures, *own.values()], key=lambda one: (names_of[one["key"]], one["key"]))
    return Page(both[start:until], rest.total - sealed + len(persons))


async def counted(service: OpenViews, where: Where, q: str, *, names: bool) -> dict[str, dict[str, int]]:
    """Field → value → how many there are; each field leaves its own choice out."""
    counts: dict[str, dict[str, int]] = {}
    for name in ("status", "college", "since", "charter_version"):
        others = {field: values for field, values in where.items() if field != name}
        counts[name] = dict(await service.store.count_by(MEMBERS, name, others, text=q))
        for one, _ in await _persons(service, others, q) if names and q else ():
            value = str(one[name])
            counts[name][value] = counts[name].get(value, 0) + 1
        for one in await _twice(service, others, q):
            counts[name][str(one[name])] -= 1
    return counts


async def _persons(service: OpenViews, where: Where, q: str) -> list[tuple[Document, str]]:
    """The persons that match, with what each is sorted by."""
    of_persons = (await service.lists.now()).marked("college", PERSONS)
    colleges = [code for code in of_persons if code in where.get("college", of_persons)]
    if not colleges:
        return []
    every = await service.store.find(MEMBERS, {**where, "college": colleges}, limit=ALL)
    named = [(one, service.keyring.inside(one.get("person"))) for one in every.documents]
    wanted = _words(q)
    return [(one, name or one["sort"]) for one, name in named if wanted <= _words(name or "")]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", folded(text)))
