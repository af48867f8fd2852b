"""Pages: a Jinja template, the words of a service, the language of the reader, who is signed in. No script.

Templates find, beside what the route gives: `lang`, `languages`, `L`, `L_in`, `say`, `many`, `number`, `percent`,
`day`, `moment`, `clock`, `long_day`, `language_name`, `country`, `department`, `asset`, `here`, `who`, `may`, and the
macros of `macros.html` as `m`. `{% if may("editor") %}` asks of this service, `may("editor", "events")` of another.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.base.services import SERVICES
from shared.base.translations import Lang, Lexicon, Words, languages, plural, said_in
from shared.identity.principal import PUBLIC, Who
from shared.kernel.decider import Level
from shared.notions.vocabularies.view import Renamed, known_lists, renamed
from shared.web import formatting as formats
from shared.web.static_files import asset
from shared.web.told import told_to
from shared.web.words.messages import WORDS

__all__ = ["TEMPLATES", "Pages", "language"]

TEMPLATES = Path(__file__).parent / "templates"
YEAR = 365 * 24 * 3600


def language(request: Request) -> Lang:
    """The reader's language: `?lang=`, else the cookie `lang`, else the network's first; one of those on offer."""
    offered = offered_languages(request)
    for wanted in (request.query_params.get("lang"), request.cookies.get("lang")):
        if wanted in offered:
            return str(wanted)
    return offered[0]


def offered_languages(request: Request) -> Sequence[Lang]:
    """The languages of the network's pages, its own first; all that there are, where no service answers."""
    service = getattr(getattr(request.scope.get("app"), "state", None), "service", None)
    return languages() if service is None else service.ourselves.languages


class Compiled(BytecodeCache):
    """What templates were compiled to: those that all services share (the layout, the macros) once a process, not once
    a service."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


def within(title: str) -> str:
    """A title as it stands within a sentence: it begins small, unless its first word is an abbreviation; the rest is as
    it was said, since a network's own titles have names in them."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


class Pages:
    """The pages of one service.

    `service` is one of the five, or "" for the home. `templates` is the service's own folder, searched before
    the kernel's. `network_title` is asked at each page, since the network's name is itself a setting.
    `always` gives what every page of the app says; a route's context wins. `label` knows whose account an actor is.
    """

    def __init__(
        self,
        service: str,
        templates: Path,
        words: Words,
        *,
        network_title: Callable[[], str],
        always: Callable[[Request], Mapping[str, Any]] = lambda request: {},
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        label: Callable[[str], str | None] = lambda actor: None,
    ) -> None:
        self.service = service
        self.lexicon = Lexicon(WORDS, words)
        self._title, self._always, self._now, self._label = network_title, always, now, label
        self._env = Environment(
            loader=FileSystemLoader([templates, TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # a template is part of the release
            bytecode_cache=COMPILED,
        )
        self._env.filters["capitalize"] = lambda text: text[:1].upper() + text[1:]  # Jinja's makes "30 november" small
        self._env.filters["within"] = within
        self._env.globals.update(
            asset=asset,
            day=formats.day,
            clock=formats.clock,
            department=formats.department,
            iso_day=lambda when: formats.as_date(when).isoformat(),
            event_url=event_url,
            _column=lambda one: (one, False) if isinstance(one, str) else (one[0], one[1] == "num"),
        )

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        sequence: int | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """A page. `sequence` is the event it shows the state at, said in its foot; None says nothing.

        Context that the layout reads when given: `as_of` and `known_at` (dates: the page travels in time),
        `footnote` (a text, in every foot). A page on which personal values were opened is kept nowhere.
        Raises jinja2's errors for a template that is missing or names what it was not given.
        """
        lang = language(request)
        given = {**self._defaults(request, lang, sequence), **self._always(request), **context}
        given["m"] = self._env.get_template("macros.html").make_module(given)
        response = HTMLResponse(self._env.get_template(template).render(given), status)
        response.headers["Content-Language"] = lang
        personal = getattr(request.state, "personal", False)
        response.headers["Cache-Control"] = "no-store" if personal else "private, no-cache"
        response.headers["Vary"] = "Cookie"
        if request.query_params.get("lang") in offered_languages(request):
            response.set_cookie("lang", lang, max_age=YEAR, samesite="lax", httponly=True, secure=_secure(request))
        return response

    def problem(
        self,
        request: Request,
        status: int,
        sentence: str | None = None,
        *,
        title: str | None = None,
        back: str | None = None,
        about: int | None = None,
    ) -> HTMLResponse:
        """The page of a request that went no further: 404, 409, 503… `sentence` and `title` replace the usual ones;
        `back`: the page that its reader came from; `about`: the event that is the cause."""
        known = status if self.lexicon.has(f"problem.{status}") else 500 if status >= 500 else 400
        return self.render(
            request,
            "problem.html",
            status=status,
            problem=known,
            sentence=sentence,
            title=title,
            back=back,
            about=about,
        )

    def _renamed(self, lang: Lang) -> list[Renamed]:
        """The names of the past that a page has said. What was called in the words of the product is told in those of
        this page."""
        return [replace(one, then=self.lexicon.say(one.word, lang)) if one.word else one for one in renamed(lang)]

    def _defaults(self, request: Request, lang: Lang, sequence: int | None) -> dict[str, Any]:
        done = request.query_params.get("done", "")
        who: Who = getattr(request.state, "who", PUBLIC)

        def may(level: Level, service: str | None = None) -> bool:
            return who.may(service or self.service or "observatory", level)

        return {
            "request": request,
            "lang": lang,
            "service": self.service,
            "services": SERVICES,
            "mine": [name for name in SERVICES if who.may(name, "reader")],
            "network": self._title(),
            "sequence": sequence,
            "now": self._now(),
            "as_of": None,
            "known_at": None,
            "footnote": None,
            "stale": lambda sequence, done: None,
            "doubted": lambda: False,
            "redrawn": lambda day: [],
            "regional": lambda: False,
            "renamed": partial(self._renamed, lang),
            "dye": None,
            "who": who,
            "account_told": told_to(request, who, self._now()),
            "may": may,
            "reachable": lambda address: _reachable(may, address),
            "said_after": getattr(request.state, "said", None),
            "done": int(done) if done.isascii() and done.isdigit() and len(done) < 16 else None,
            "lexicon": self.lexicon,
            "L": partial(said_in, lang),
            "L_in": said_in,
            "languages": offered_languages(request),
            "many": partial(many, lang),
            "by": lambda actor: self._label(actor) or actor_name(self.lexicon, actor, lang),
            "say": lambda code, **values: self.lexicon.say(code, lang, **values),
            "number": lambda n, decimals=None: formats.number(n, lang, decimals),
            "percent": lambda ratio, decimals=1: formats.percent(ratio, lang, decimals),
            "moment": lambda when: formats.moment(when, lang),
            "long_day": lambda when: formats.long_day(when, lang),
            "country": lambda code: formats.country(code, lang),
            "theme": lambda word: known_lists().theme(word, lang),
            "theme_titles": lambda words: known_lists().theme_titles(words, lang),
            "theme_codes": lambda words: known_lists().themes().read_all(words),
            "language_name": lambda code: formats.language_name(code, lang),
            "here": partial(here, request),
        }


def _reachable(may: Callable[[Level, str], bool], address: str) -> bool:
    """Whether an address leads somewhere: the form of a command is for editors."""
    found = re.match(r"/([a-z]+)/(?:do|choose)/", address)
    return found is None or may("editor", found[1])


def _secure(request: Request) -> bool:
    """Whether we are reached by TLS, as the settings say; a page without a service is a test's."""
    service = getattr(request.app.state, "service", None)
    return service is not None and str(service.settings.public_url or "").startswith("https:")


def event_url(sequence: int) -> str:
    """Where the journal shows one event, by its number in the log."""
    return f"/observatory/journal/{sequence}"


def actor_name(lexicon: Lexicon, actor: str, lang: Lang) -> str:
    """Who did it, as a page says it where no label is known: never more than what they are."""
    for code in (f"actor.{actor}", f"actor.{actor.partition(':')[0]}"):
        if lexicon.has(code):
            return lexicon.say(code, lang)
    return actor


def many(lang: Lang, n: int, one: str, several: str, /, *, context: str | None = None) -> str:
    """ "1 structure", "2 616 structures": a number with the form of the text that it takes."""
    return f"{formats.number(n, lang)}\u00a0{plural(lang, n, one, several, context=context)}"


def here(request: Request, **changes: object) -> str:
    """The address of this page with query parameters changed.

    None takes one out, a list or tuple gives several. A change begins again at the first page of results, and
    what was said once (`done`, `unchanged`, `lang`) is not said again.
    """
    once = {"done", "unchanged", "again", "of", "lang"}
    kept = [(key, value) for key, value in request.query_params.multi_items() if key not in {*once, *changes}]
    if "page" not in changes and changes.keys() - {"lang"}:
        kept = [(key, value) for key, value in kept if key != "page"]
    for key, value in changes.items():
        several = value if isinstance(value, list | tuple | set) else [value]
        kept += [(key, str(one)) for one in several if one is not None]
    query = urlencode(kept)
    return request.url.path + (f"?{query}" if query else "")
