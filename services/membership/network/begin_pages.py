"""The assistant: from an empty installation to a network that says who it is. A network to begin with, or by hand.

It tells membership's part; the page of the newsletter, to which it leads, tells the bulletins."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from itertools import count
from typing import Annotated, Any, Literal, Protocol
from unicodedata import combining, normalize
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.membership.base.rendering import render
from shared.base.paris_days import FIRST_DAY
from shared.base.translations import L, languages, translated
from shared.contract.fields import Name, day_typed
from shared.geo import DEPARTMENTS
from shared.notions.legal_terms import LAWS
from shared.notions.network import DYES, spoken
from shared.notions.network.beginning import (
    ALWAYS,
    Beginning,
    CollegeSaid,
    NameSaid,
    RegionSaid,
    Told,
    known,
    offered,
    steps,
)
from shared.notions.network.saying_again import said_again
from shared.runtime.faces import OpenViews
from shared.web.beginning import NotSaid, Speaking, judge, say
from shared.web.forms.validation_messages import sentences
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

routes = APIRouter(prefix="/begin", include_in_schema=False)
"""The routes under /begin."""

HAND = "hand"
"""What the form says it is of that was filled in by hand"""
FIELDS = 60  # of a form
MOST_COLLEGES = 20


class Study(Speaking, OpenViews, Protocol):
    """Membership, as the assistant needs it."""


def regions() -> Mapping[str, str]:
    """The regions of France: code → name, in the order of the names."""
    found = {one.region: one.region_name for one in DEPARTMENTS.values()}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


@routes.get("")
@access("administrator")
async def begin(service: Here[Study], request: Request, of: str | None = None) -> Response:
    if of is not None and of != HAND and of not in known():
        raise HTTPException(404)
    return await _page(service, request, of)


async def _page(service: Study, request: Request, of: str | None, status: int = 200, **more: Any) -> Response:
    chosen = known().get(of or "")
    given = {"values": {}, "errors": {}, "error": None, "first": None, "begun": False, **more}
    return render(
        service,
        request,
        "begin.html",
        status=status,
        of=of,
        chosen=chosen,
        known=offered(),
        steps=said_again(steps(chosen), (await service.lists.now()).terms, {}) if chosen else (),
        asks_since=chosen is None or chosen.undated,
        always=ALWAYS,
        regions=regions(),
        dyes=DYES,
        laws=LAWS,
        all_languages=languages(),
        ours=service.ourselves.now,
        **given,
    )


@routes.post("")
@access("administrator")
async def tell(service: Here[Study], request: Request) -> Response:
    data = await request.form(max_fields=FIELDS, max_files=0)
    name = str(data.get("of", ""))
    pages: Pages = request.app.state.pages
    lang = language(request)
    values = {key: data.getlist(key) for key in data}
    found = known().get(name)
    if name != HAND and found is None:
        raise HTTPException(404)
    try:
        network = by_hand(data) if found is None else _dated(found, data)
    except ValidationError as unfit:
        kind = Hand if found is None else Reaching
        errors = sentences(unfit, kind, pages.lexicon, lang)
        if "name" in errors and not str(data.get("name", "")).strip():
            errors["name"] = translated(L("Donnez un nom au réseau."), lang)
        return await _page(service, request, name, 422, values=values, errors=errors)
    lists, said = await service.lists.now(), steps(network, "membership")
    try:
        kinds = [one.code for one in lists.offered("structure")]
        judge([service.definition], said, service.now(), pages.lexicon, lang, kinds)
        await say(service, said_again(said, lists.terms, {}), who_of(request).actor, pages.lexicon, lang)
    except NotSaid as no:
        more = {"error": no.why, "first": no.step.says, "begun": no.told != Told()}
        return await _page(service, request, name, 422, values=values, **more)
    if not who_of(request).may("newsletter", "editor"):
        return RedirectResponse("/membership/network", 303)
    given = {} if found is None else {"of": name}
    if network.since is not None and (found is None or found.undated):
        given["since"] = network.since.isoformat()
    return RedirectResponse(f"/newsletter/begin{'?' + urlencode(given) if given else ''}", 303)


def _dated(network: Beginning, data: FormData) -> Beginning:
    """A network to begin with, so since the day that the form says, where it was asked. Raises ValidationError."""
    return network.reaching(Reaching.model_validate(reach_of(data)).day) if network.undated else network


def _one_of(known: Callable[[], Collection[str]]) -> AfterValidator:
    """An answer that is one of those that the form offers."""

    def judged(said: str) -> str:
        if said not in known():
            raise PydanticCustomError("enum", "choose one of those offered")
        return said

    return AfterValidator(judged)


class Reaching(BaseModel):
    """Since when what is said is so. `reach`: `founding` (the day is `since`), `always` or `now`."""

    reach: Literal["founding", "always", "now"] = "founding"
    since: date | None = Field(None, validate_default=True)

    @field_validator("since")
    @classmethod
    def _asked(cls, since: date | None, info: ValidationInfo) -> date | None:
        if since is None and info.data.get("reach") == "founding":
            raise PydanticCustomError("missing", "give the day")
        if since is not None and since < FIRST_DAY:
            raise PydanticCustomError("too-long-ago", "too long ago", {"day": f"{FIRST_DAY:%d/%m/%Y}"})
        return since

    @property
    def day(self) -> date | None:
        """None: now."""
        return {"founding": self.since, "always": ALWAYS}.get(self.reach)


class Hand(Reaching):
    """What the form asks who begins by hand. `colleges`: their titles."""

    name: Name
    region: Annotated[str, _one_of(lambda: regions())] | None = None
    first: Annotated[str, _one_of(spoken)]
    languages: list[Annotated[str, _one_of(spoken)]] = []
    law: Annotated[str, _one_of(lambda: LAWS)] | None = None
    dye: Annotated[str, _one_of(lambda: DYES)] | None = None
    colleges: Annotated[list[Name], Field(max_length=MOST_COLLEGES)] = []


def reach_of(data: FormData) -> dict[str, Any]:
    """What a form says of since when."""
    typed = str(data.get("since", "")).strip()
    with suppress(ValueError):
        typed = day_typed(typed).isoformat() if typed else ""
    return {"reach": str(data.get("reach") or "founding"), "since": typed or None}


def by_hand(data: FormData) -> Beginning:
    """The network that the form says. Raises ValidationError, whose fields are those of `Hand`."""

    def typed(name: str) -> str | None:
        return str(data.get(name, "")).strip() or None

    titles: dict[str, str] = {}
    for line in filter(None, map(str.strip, str(data.get("colleges", "")).splitlines())):
        titles.setdefault(line.casefold(), line)
    said = Hand.model_validate(
        {
            **reach_of(data),
            **{name: text for name in ("name", "region", "first", "law", "dye") if (text := typed(name))},
            "languages": [str(one) for one in data.getlist("languages")],
            "colleges": [*titles.values()],
        }
    )
    return Beginning(
        since=said.day,
        names=[NameSaid(name=said.name)],
        region=RegionSaid(code=said.region, name=regions()[said.region]) if said.region else None,
        languages=[*dict.fromkeys([said.first, *said.languages])],
        law=said.law,
        dye=said.dye,
        colleges=[CollegeSaid(code=code, title=title) for code, title in coded(said.colleges).items()],
    )


def coded(titles: Iterable[str]) -> Mapping[str, str]:
    """The codes of colleges with these titles, each its own: code → title."""
    found: dict[str, str] = {}
    for title in titles:
        code = code_of(title)
        number = next(n for n in count(1) if (f"{code}_{n}" if n > 1 else code) not in found)
        found[f"{code}_{number}" if number > 1 else code] = title
    return found


def code_of(title: str) -> str:
    """The code of a college that has this title: "Écoles et universités" → `ecoles_et_universites`."""
    plain = "".join(letter for letter in normalize("NFKD", title.casefold()) if not combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60].strip("_") or "college"
