"""The audit: the life of one thing on a page, cause and effect as a tree, who did what. The journal itself is in
`pages.py`; what an address asks for, in `search/event_query.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Query, Request
from starlette.responses import Response

from services.observatory.event_table.moment import AsOf, KnownAt, Moment
from services.observatory.event_table.table import EventTable
from services.observatory.figures.observatory import current
from services.observatory.journal import actor_activity as acting
from services.observatory.journal import causation as chains
from services.observatory.journal.entity_history import Change, Known, Life, Told, data_of, life_of, part_of, says_of
from services.observatory.journal.lines import called_things, lines
from services.observatory.journal.pages import proof_state, render, sees_accounts
from services.observatory.pages.labels import id_of, is_sealed, record_of, said
from services.observatory.pages.time_travel import asked, in_the_head, not_yet
from services.observatory.search.event_query import OF_ACCOUNTS, Wanted, counts, found
from shared.contract import load_all
from shared.contract.fields.codes import vocabularies_in
from shared.notions.sayings import sentence
from shared.runtime.faces import Chronicle
from shared.web.here import Here
from shared.web.security.authorization import NotYours, access, who_of
from shared.web.templating import Pages, language

MOST = 5000  # events of one life that are folded
STEP = 40  # of them on a page
PARTS_MOST = 25  # parts of a thing that are shown
Key = Annotated[UUID, Path(description="The id of the thing.")]


async def life(table: EventTable, key: str, *, accounts: bool, moment: Moment | None = None) -> Life | None:
    """The life of a thing, up to a moment if one is given; None for an id that nothing has. Raises NotYours for an
    account, where one is no auditor."""
    known = moment.known_at if moment else None  # of the days the life decides: one may have been corrected
    rows = await found(table, Wanted(entity=key, accounts=True, known_until=known), limit=MOST)
    if not accounts and any(row["entity"] in OF_ACCOUNTS for row in rows):
        raise NotYours("auditor", "observatory")
    whole = life_of(rows, moment.as_of if moment else None)
    return whole if whole.told else None


def until(which: Wanted, moment: Moment | None) -> Wanted:
    """The same events, of those that had happened and were known at a moment."""
    return which if moment is None else replace(which, until=moment.as_of, known_until=moment.known_at)


def _lists_of(whole: Life) -> dict[str, str]:
    """Field → the list of the network whose terms it holds, of the fields of a thing's events."""
    of = {(one.row["service"], one.row["entity"]) for one in whole.told}
    kinds = [kind for kind in load_all().values() if (kind.service, kind.entity) in of]
    return {field: name for kind in kinds for field, name in vocabularies_in(kind).items()}


async def voids_of(table: EventTable, key: str) -> list[dict[str, Any]]:
    """The void messages under the subject of a thing."""
    return await table.ask(
        "SELECT seq, reason FROM voids WHERE contains(subject, $key) ORDER BY seq LIMIT 50", {"key": f".{key}."}
    )


@dataclass(frozen=True)
class Saying:
    """Says facts and changes for a page: words, links to what is named, the event behind. `of`: field → the list of the
    network whose terms it holds."""

    pages: Pages
    lang: str
    names: Mapping[str, str]
    of: Mapping[str, str]

    def label(self, name: str) -> str:
        return self.pages.lexicon.say(f"field.{name}", self.lang)

    def value(self, name: str, value: Any) -> dict[str, Any]:
        """`text`, and `href` where it is the id of something with a life."""
        id = id_of(value)
        if id is not None and id in self.names:
            return {"text": self.names[id] or id[:8], "href": f"/observatory/life/{id}"}
        return {"text": said(name, value, self.lang, self.pages.lexicon, self.of.get(name)), "href": None}

    def part(self, kind: str, part: str) -> str:
        """What a part is called that has no name of its own."""
        if self.names.get(part):
            return self.names[part]
        words = part[:8] if id_of(part) else said(kind, part, self.lang, self.pages.lexicon, self.of.get(kind))
        return f"{self.pages.lexicon.say(f'part.{kind}', self.lang)} {words}"

    def change(self, one: Change) -> dict[str, Any]:
        return {
            "label": self.label(one.name),
            "before": self.value(one.name, one.before),
            "after": self.value(one.name, one.after),
            "overtaken": one.overtaken,
            "sealed": is_sealed(one.before) and is_sealed(one.after),
            "new": one.before in (None, [], False),
        }

    def fact(self, one: Known) -> dict[str, Any]:
        return {
            "label": self.label(one.name),
            **self.value(one.name, one.now.value),
            "seq": one.now.seq,
            "time": one.now.time,
            "before": [
                {**self.value(one.name, old.value), "seq": old.seq, "time": old.time} for old in one.before[:10]
            ],
        }


def ids_in(life: Life) -> list[str]:
    """Every id that a life names."""
    values: list[Any] = [
        value for fact in life.facts for value in (fact.now.value, *(old.value for old in fact.before))
    ]
    values += [value for one in life.told for change in one.changes for value in (change.before, change.after)]
    values += [value for one in life.told for _, value in one.said] + [fact.part for fact in life.facts]
    flat = (each for value in values for each in (value if isinstance(value, list) else [value]))
    return sorted({id for each in flat if (id := id_of(each)) is not None})


async def known_names(table: EventTable, ids: Sequence[str], lang: str) -> dict[str, str]:
    """Which of these ids have a life here, and how they are called; "" for what has no name."""
    there = await table.ask(
        "SELECT DISTINCT entity_id FROM events WHERE entity_id IN (SELECT unnest($ids::VARCHAR[]))", {"ids": list(ids)}
    )
    called = await called_things(table, [row["entity_id"] for row in there], lang)
    return {row["entity_id"]: called.get(row["entity_id"], "") for row in there}


routes = APIRouter(include_in_schema=False)
"""Routes under `/observatory`."""


@routes.get("/life/{key}")
async def life_page(
    service: Here[Chronicle],
    request: Request,
    key: Key,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    step: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    observatory, lang = await current(service), language(request)
    table, id, moment = observatory.table, str(key), await asked(service, as_of, known_at)
    whole = await life(table, id, accounts=sees_accounts(request), moment=moment)
    if whole is None and moment is not None and await life(table, id, accounts=sees_accounts(request)):
        return not_yet(request, moment)
    if whole is None:
        raise HTTPException(404)
    saying = Saying(request.app.state.pages, lang, await known_names(table, ids_in(whole), lang), _lists_of(whole))
    newest = list(reversed(whole.told))
    part = newest[(step - 1) * STEP : step * STEP]
    told = await lines(table, [one.row for one in part], lang)
    rows = [one.row for one in whole.told]
    about = until(Wanted(about=id, accounts=sees_accounts(request)), moment)
    elsewhere = {
        kind: n for kind, n in (await counts(table, about)).types.items() if kind not in {r["type"] for r in rows}
    }
    named = (await lines(table, rows[-1:], lang))[0]
    return render(
        request,
        "life.html",
        observatory,
        key=id,
        kind=named["kind"],
        name=named["about"] or named["kind"].partition(".")[2],
        named=bool(named["about"]),
        service_of=rows[0]["service"],
        total=len(rows),
        whole=len(rows) < MOST,
        step=step,
        steps=max(1, -(-len(rows) // STEP)),
        events=[_event(one, line, saying) for one, line in zip(part, told, strict=True)],
        facts=[saying.fact(one) for one in whole.facts if not one.part],
        parts=_parts(whole, saying),
        record=record_of(rows),
        voids=await voids_of(table, id),
        proof=proof_state(service, rows[-1]["seq"]),
        first=rows[0],
        last=rows[-1],
        elsewhere=sorted(
            ((sentence(kind, None, lang), kind, n) for kind, n in elsewhere.items()), key=lambda one: -one[2]
        ),
        until=until(Wanted(), moment).query,
        **in_the_head(moment),
    )


def _event(one: Told, line: Mapping[str, Any], saying: Saying) -> dict[str, Any]:
    """An event of a life, for its page."""
    row = one.row
    return {
        **line,
        "changes": [saying.change(change) for change in one.changes],
        "said": [{"label": saying.label(name), **saying.value(name, value)} for name, value in one.said],
        "undone": one.undone,
        "struck": line["struck"] if one.undone else None,
        "moved": one.day if one.noted else None,
        "undoes": one.undoes,
        "late": one.late,
        "version": row["version"],
        "chain": row["correlation"] or row["command"],
        "caused": bool(row["cause"]),
    }


def _parts(whole: Life, saying: Saying) -> list[dict[str, Any]]:
    """The parts of a thing, each with its facts: the items of an issue, the registrations of a gathering."""
    found: dict[str, list[dict[str, Any]]] = {}
    called: dict[str, str] = {}
    for one in whole.facts:
        if one.part:
            found.setdefault(one.part, []).append(saying.fact(one))
            if one.name in ("title", "name", "structure_name", "school_name") and isinstance(one.now.value, str):
                called[one.part] = one.now.value
    kinds = {
        part_of(row["type"], data_of(row)): says_of(row["type"]).parts[-1:] for row in (one.row for one in whole.told)
    }
    parts = [
        {"name": called.get(part) or saying.part("".join(kinds.get(part, ())), part), "facts": facts}
        for part, facts in found.items()
    ]
    return parts[:PARTS_MOST] + ([{"name": "…", "facts": []}] if len(parts) > PARTS_MOST else [])


@routes.get("/chains/{key}")
async def chain_page(
    service: Here[Chronicle], request: Request, key: Key, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    observatory, lang = await current(service), language(request)
    table, moment = observatory.table, await asked(service, as_of, known_at)
    found = await chains.chain(table, str(key), sees_accounts(request), moment)
    if found is None:
        raise HTTPException(404)
    told = await lines(table, [node.row for node in found.nodes], lang)
    said = {line["seq"]: line for line in told}
    services = dict.fromkeys(node.row["service"] for node in found.nodes)
    return render(
        request,
        "chain.html",
        observatory,
        chain=found,
        key=str(key),
        said=said,
        services_met=list(services),
        first=found.roots[0].row,
        sentence=lambda kind: sentence(kind, None, lang),
        **in_the_head(moment),
    )


@routes.get("/actors")
@access("auditor")
async def actors_page(
    service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    observatory, moment = await current(service), await asked(service, as_of, known_at)
    found = await acting.actors(observatory.table, until(Wanted(accounts=True), moment))
    return render(request, "actors.html", observatory, actors=found, most=acting.MOST, **in_the_head(moment))


@routes.get("/actor")
@access("auditor")
async def actor_page(
    service: Here[Chronicle],
    request: Request,
    who: Annotated[str, Query(min_length=1, max_length=120)],
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    observatory, lang = await current(service), language(request)
    table, moment = observatory.table, await asked(service, as_of, known_at)
    theirs = until(Wanted(actor=who, accounts=True), moment)
    done = await acting.done_by(table, theirs)
    if not done:
        raise HTTPException(404)
    latest = await found(table, theirs, newest=True, limit=12)
    account = who.removeprefix("account:") if who.startswith("account:") else None
    return render(
        request,
        "actor.html",
        observatory,
        actor=who,
        account=account,
        deeds=[(sentence(one["type"], None, lang), one) for one in done],
        total=sum(one["n"] for one in done),
        first=min(one["first"] for one in done),
        last=max(one["last"] for one in done),
        months=await acting.by_month(table, theirs),
        lines=await lines(table, latest, lang),
        **in_the_head(moment),
        taken=theirs.query,
        keeps=who_of(request).may("directory", "administrator"),
    )
