"""The public directory: search, records, what members publish, for everybody and for search engines."""

from __future__ import annotations

from typing import Any, get_args
from xml.sax.saxutils import escape

import orjson
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from starlette.responses import Response

from services.directory.projects.domain import PARTNER_KINDS
from services.directory.public import visibility as public
from services.directory.public.visibility import LISTED, PUBLIC
from services.directory.publications.picture_uploads import picture_answer
from services.directory.publications.views import PUBLICATIONS
from services.directory.search.exports import Exporter, as_jsonld
from services.directory.search.facets import chips, options, picture
from services.directory.search.finder import finder_of
from services.directory.search.query import Asked
from services.directory.structures.views import STRUCTURES
from shared.contract.directory.publications import PublicationSort
from shared.geo import MAP_CREDIT, commune
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises, Views
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, pages_total, render
from shared.web.markdown import as_html, as_plain
from shared.web.security.authorization import access
from shared.web.templating import Pages, language

FACETS = ("department", "kind", "themes", "countries", "sdgs")
MOST_CHOSEN = 40  # values of a facet that are looked at
MOST_SHOWN = 12  # values of a facet that are offered
IN_A_MAP = 50_000  # addresses in one file (sitemaps.org)
AT_ONCE = 500
PICTURE_KEPT = 3600  # seconds


search_routes = APIRouter(prefix="/public", include_in_schema=False)
"""The search of the public directory."""


@search_routes.get("")
@access("public")
async def search(
    service: Here[Views],
    request: Request,
    q: Words = "",
    department: Chosen = None,
    commune: Chosen = None,
    kind: Chosen = None,
    themes: Chosen = None,
    countries: Chosen = None,
    sdgs: Chosen = None,
    page: PageNumber = 1,
) -> Response:
    if (same := public.unchanged(service, request)) is not None:
        return same
    tag, lang, pages = public.tag_of(service, request), language(request), request.app.state.pages
    given = {
        "department": department,
        "commune": commune,
        "kind": kind,
        "themes": themes,
        "countries": countries,
        "sdgs": sdgs,
    }
    chosen = {name: list(dict.fromkeys(filter(None, values or ())))[:MOST_CHOSEN] for name, values in given.items()}
    chosen["themes"] = known_lists().themes().read_all(chosen["themes"])
    asked = Asked(q.strip(), {name: values for name, values in chosen.items() if values})
    closer = {"commune": asked.closer} if asked.closer else {}
    found = await finder_of(service).find(
        asked.q,
        {**asked.where, **LISTED},
        limit=PAGE,
        offset=(page - 1) * PAGE,
        count=[*FACETS, *closer],
        prefixes=closer,
    )
    counts = found.facets
    many = {name: _most(counts[name], chosen[name]) for name in ("themes", "countries", "sdgs")}
    return _answer(
        service,
        request,
        tag,
        "public_search.html",
        PUBLIC + (f"?page={page}" if page > 1 else ""),
        q=q,
        found=found,
        chosen=chosen,
        page=page,
        pages_total=pages_total(page, found.total),
        many_of=many,
        departments=options(
            "department", counts["department"], chosen["department"], pages.lexicon, lang, service.ourselves.region()
        ),
        kinds=[
            (code, counts["kind"].get(code, 0))
            for code in known_lists().listed("structure", [*counts["kind"], *chosen["kind"]])
        ],
        map=picture(asked, found, request, pages.lexicon, lang),
        chips=chips(asked, request, pages.lexicon, lang),
        credit=MAP_CREDIT,
        town=_town,
        words=as_plain,
    )


record_routes = APIRouter(prefix="/public", include_in_schema=False)
"""The public record of a structure."""


@record_routes.get("/structures/{key}.jsonld")
@access("public")
async def linked_data(service: Here[Views], request: Request, key: str) -> Response:
    url = _url(service)
    if (same := public.unchanged(service, request)) is not None:
        return same
    tag, pages = public.tag_of(service, request), request.app.state.pages
    try:
        structure = await public.listed_structure(service, key)
    except public.Elsewhere as kept:
        return RedirectResponse(f"{PUBLIC}/structures/{kept.key}.jsonld", 301)
    how = Exporter(pages.lexicon, language(request), lambda id: f"{url}{PUBLIC}/structures/{id}")
    made = Response(orjson.dumps(as_jsonld(how, structure)), media_type="application/ld+json")
    return public.shown(request, made, tag)


@record_routes.get("/structures/{key}")
@access("public")
async def record(service: Here[Views], request: Request, key: str) -> Response:
    url = _url(service)
    if (same := public.unchanged(service, request)) is not None:
        return same
    tag = public.tag_of(service, request)
    try:
        structure = await public.listed_structure(service, key)
    except public.Elsewhere as kept:
        return RedirectResponse(f"{PUBLIC}/structures/{kept.key}", 301)
    finder = finder_of(service)
    said, projects = await public.of_structure(service, structure)
    pages: Pages = request.app.state.pages
    how = Exporter(pages.lexicon, language(request), lambda id: f"{url}{PUBLIC}/structures/{id}")
    data = as_jsonld(how, structure)
    if structure["picture"]:
        data["image"] = f"{how.page(key)}/picture/{structure['picture']}"
    return _answer(
        service,
        request,
        tag,
        "public_record.html",
        f"{PUBLIC}/structures/{key}",
        structure=structure,
        said=said,
        projects=projects,
        college=finder.college(key),
        town=_town(structure),
        data=in_page(data),
        html=as_html,
        words=as_plain,
    )


@record_routes.get("/structures/{key}/picture/{name}")
@access("public")
async def record_picture(service: Here[Views], key: str, name: str) -> Response:
    try:
        structure = await public.listed_structure(service, key)
    except public.Elsewhere as kept:
        return RedirectResponse(f"{PUBLIC}/structures/{kept.key}/picture/{name}", 301)
    if structure["picture"] != name:
        raise HTTPException(404)
    return await picture_answer(service, name, public=PICTURE_KEPT)


published_routes = APIRouter(prefix="/public", include_in_schema=False)
"""What members publish, and cooperation projects."""


@published_routes.get("/publications")
@access("public")
async def publications(service: Here[Views], request: Request, sort: str = "", page: PageNumber = 1) -> Response:
    if (same := public.unchanged(service, request)) is not None:
        return same
    tag = public.tag_of(service, request)
    if sort and sort not in get_args(PublicationSort):
        raise HTTPException(404)
    where = {"withdrawn": False, **({"sort": sort} if sort else {})}
    found = await service.store.find(PUBLICATIONS, where, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
    return _answer(
        service,
        request,
        tag,
        "public_publications.html",
        f"{PUBLIC}/publications",
        found=found,
        chosen=sort,
        page=page,
        pages_total=pages_total(page, found.total),
        words=as_plain,
    )


@published_routes.get("/publications/{key}")
@access("public")
async def publication(service: Here[Views], request: Request, key: str) -> Response:
    url = _url(service)
    if (same := public.unchanged(service, request)) is not None:
        return same
    tag = public.tag_of(service, request)
    one = await public.published(service, key)
    listed = await public.listed_among(service, {one["structure"]})
    place = f"{PUBLIC}/publications/{key}"
    return _answer(
        service,
        request,
        tag,
        "public_publication.html",
        place,
        one=one,
        record=listed.get(one["structure"]),
        html=as_html,
        words=as_plain,
        picture=f"{place}/picture/{one['picture']}" if one["picture"] else None,
        data=in_page(_publication_data(one, url + place)),
    )


@published_routes.get("/publications/{key}/picture/{name}")
@access("public")
async def publication_picture(service: Here[Views], key: str, name: str) -> Response:
    if (await public.published(service, key))["picture"] != name:
        raise HTTPException(404)
    return await picture_answer(service, name, public=PICTURE_KEPT)


@published_routes.get("/projects/{key}")
@access("public")
async def project(service: Here[Views], request: Request, key: str) -> Response:
    if (same := public.unchanged(service, request)) is not None:
        return same
    tag = public.tag_of(service, request)
    one = await public.published_project(service, key)
    found = await service.store.get_many(STRUCTURES, one["structures"])
    listed = await public.listed_among(service, set(one["structures"]))
    return _answer(
        service,
        request,
        tag,
        "public_project.html",
        f"{PUBLIC}/projects/{key}",
        project=one,
        structures=found,
        listed=listed,
        html=as_html,
        words=as_plain,
        partner_kinds=PARTNER_KINDS,
    )


sitemap_routes = APIRouter(prefix="/public", include_in_schema=False)
"""The map of the site for search engines."""


@sitemap_routes.get("/sitemap.xml")
@access("public")
async def sitemap(service: Here[Views], request: Request) -> Response:
    """All listed records and published things; an index of several such maps where there are very many."""
    url = _url(service)
    if (same := public.unchanged(service, request)) is not None:
        return same
    tag = public.tag_of(service, request)
    keys = await finder_of(service).keys("", LISTED)
    if len(keys) > IN_A_MAP:
        maps = range(1, -(-len(keys) // IN_A_MAP) + 1)
        body = "".join(f"<sitemap><loc>{escape(f'{url}{PUBLIC}/sitemap/{n}.xml')}</loc></sitemap>" for n in maps)
        return public.shown(request, _xml("sitemapindex", body), tag)
    return public.shown(request, _xml("urlset", await _addresses(service, url, keys, first=True)), tag)


@sitemap_routes.get("/sitemap/{number}.xml")
@access("public")
async def sitemap_part(service: Here[Views], request: Request, number: int) -> Response:
    url = _url(service)
    keys = (await finder_of(service).keys("", LISTED))[(number - 1) * IN_A_MAP : number * IN_A_MAP]
    if not keys or number < 1:
        raise HTTPException(404)
    body = await _addresses(service, url, keys, first=number == 1)
    return public.shown(request, _xml("urlset", body), public.tag_of(service, request))


def _url(service: Premises) -> str:
    return service.public_url.rstrip("/")


def _answer(service: Views, request: Request, tag: str, template: str, path: str, **context: Any) -> Response:
    made = render(service, request, template, canonical=_url(service) + path, **{"data": None, **context})
    return public.shown(request, made, tag)


def in_page(data: Document) -> Markup:
    """JSON-LD as it may stand in a page: nothing in it ends its element or begins a comment (HTML §4.12.1.3)."""
    text = orjson.dumps(data).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _most(counts: dict[str, int], chosen: list[str]) -> list[tuple[str, int]]:
    """The values of a facet that most have, and those that are chosen."""
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [one for n, one in enumerate(most) if n < MOST_SHOWN or one[0] in chosen]


def _town(structure: Document) -> str | None:
    found = commune(structure["commune"]) if structure.get("commune") else None
    return found.name if found else None


def _publication_data(one: Document, address: str) -> Document:
    """What was published in the words of schema.org."""
    by = {"@type": "Organization", "name": one["structure_name"]}
    said = {
        "@context": "https://schema.org",
        "@id": address,
        "name": one["title"],
        "description": as_plain(one["text"]),
    }
    if one["picture"]:
        said["image"] = f"{address}/picture/{one['picture']}"
    if one["sort"] == "event":
        place = {"@type": "Place", "name": one["place"]} if one.get("place") else None
        more = {"startDate": one["starts"], "endDate": one.get("ends"), "location": place, "organizer": by}
        return {**said, "@type": "Event", **{name: value for name, value in more.items() if value}}
    if one.get("kind") == "job":
        more = {"title": one["title"], "datePosted": one["at"][:10], "validThrough": one.get("deadline")}
        return {**said, "@type": "JobPosting", "hiringOrganization": by, **{n: v for n, v in more.items() if v}}
    return {**said, "@type": "Article", "headline": one["title"], "datePublished": one["at"], "author": by}


async def _addresses(service: Views, url: str, keys: list[str], *, first: bool) -> str:
    lines = [_address(f"{url}{PUBLIC}"), _address(f"{url}{PUBLIC}/publications")] if first else []
    for start in range(0, len(keys), AT_ONCE):
        found = await service.store.get_many(STRUCTURES, keys[start : start + AT_ONCE])
        lines += [_address(f"{url}{PUBLIC}/structures/{key}", one["seen"]) for key, one in found.items()]
    if first:
        said = await service.store.find(PUBLICATIONS, {"withdrawn": False}, sort=["-at"], limit=1000)
        lines += [_address(f"{url}{PUBLIC}/publications/{one['key']}", one["at"]) for one in said.documents]
    return "\n".join(lines)


def _address(address: str, seen: str | None = None) -> str:
    when = f"<lastmod>{escape(seen[:10])}</lastmod>" if seen else ""
    return f"<url><loc>{escape(address)}</loc>{when}</url>"


def _xml(element: str, body: str) -> Response:
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{element} xmlns="{space}">\n{body}\n</{element}>\n'
    return Response(text, media_type="application/xml")
