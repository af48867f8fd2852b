"""Pages: a Jinja template, the words of a service, the language of the reader, strict headers. No script.

Templates find, beside what the route gives: `lang`, `L`, `say`, `many`, `number`, `percent`, `day`, `moment`,
`clock`, `long_day`, `country`, `department`, `asset`, `here`, and the macros of `macros.html` as `m`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.web import formats
from shared.web.assets import asset
from shared.web.words import SERVICES, WORDS
from shared.words import LANGUAGES, Lang, Lexicon, Words

__all__ = ["SECURITY_HEADERS", "TEMPLATES", "Pages", "language"]

TEMPLATES = Path(__file__).parent / "templates"
YEAR = 365 * 24 * 3600

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType({
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
})  # fmt: skip
"""On every page; Content-Security-Policy level 3: no script at all, styles from here, no frame around us"""


def language(request: Request) -> Lang:
    """The reader's language: `?lang=`, else the cookie `lang`, else French."""
    for wanted in (request.query_params.get("lang"), request.cookies.get("lang")):
        if wanted in LANGUAGES:
            return "en" if wanted == "en" else "fr"
    return "fr"


class Pages:
    """The pages of one service.

    `service` is one of the five, or "" for the home. `templates` is the service's own folder, searched before
    the kernel's. `network_title` is asked at each page, since the network's name is itself a setting.
    `always` gives what every page of the app says (`loopback_only`, `account`); a route's context wins.
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
    ) -> None:
        self.service = service
        self.lexicon = Lexicon(WORDS, words)
        self._title, self._always, self._now = network_title, always, now
        self._env = Environment(
            loader=FileSystemLoader([templates, TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
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
        `loopback_only` (bool), `footnote` (French and English, in every foot), `account` (who is signed in, as text).
        Raises jinja2's errors for a template that is missing or names what it was not given.
        """
        lang = language(request)
        given = {**self._defaults(request, lang, sequence), **self._always(request), **context}
        given["m"] = self._env.get_template("macros.html").make_module(given)
        response = HTMLResponse(self._env.get_template(template).render(given), status, dict(SECURITY_HEADERS))
        response.headers["Content-Language"] = lang
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Cookie"
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie("lang", lang, max_age=YEAR, samesite="lax", httponly=True)
        return response

    def problem(self, request: Request, status: int, sentence: str | None = None) -> HTMLResponse:
        """The page of a request that went no further: 404, 409, 503… `sentence` replaces the usual one."""
        known = status if self.lexicon.has(f"problem.{status}") else 500 if status >= 500 else 400
        return self.render(request, "problem.html", status=status, problem=known, sentence=sentence)

    def _defaults(self, request: Request, lang: Lang, sequence: int | None) -> dict[str, Any]:
        done = request.query_params.get("done", "")
        return {
            "request": request,
            "lang": lang,
            "service": self.service,
            "services": SERVICES,
            "network": self._title(),
            "sequence": sequence,
            "now": self._now(),
            "as_of": None,
            "known_at": None,
            "loopback_only": False,
            "footnote": None,
            "account": None,
            "done": int(done) if done.isascii() and done.isdigit() and len(done) < 16 else None,
            "lexicon": self.lexicon,
            "L": partial(side_by_side, lang),
            "many": partial(many, lang),
            "by": lambda actor: actor_name(self.lexicon, actor, lang),
            "say": lambda code, **values: self.lexicon.say(code, lang, **values),
            "number": lambda n, decimals=None: formats.number(n, lang, decimals),
            "percent": lambda ratio, decimals=1: formats.percent(ratio, lang, decimals),
            "moment": lambda when: formats.moment(when, lang),
            "long_day": lambda when: formats.long_day(when, lang),
            "country": lambda code: formats.country(code, lang),
            "here": partial(here, request),
        }


def event_url(sequence: int) -> str:
    """Where the journal shows one event, by its number in the log."""
    return f"/observatory/journal/{sequence}"


def actor_name(lexicon: Lexicon, actor: str, lang: Lang) -> str:
    """Who did it, as a page says it: never more than their role, until somebody needs to know."""
    code = f"actor.{actor.partition(':')[0]}"
    return lexicon.say(code, lang) if lexicon.has(code) else actor


def side_by_side(lang: Lang, fr: str, en: str, **values: object) -> str:
    """`L(fr, en)` in templates: the text of the reader's language, with values put in by `str.format`.

    A text marked safe (`"…"|safe`) keeps its markup, and its values are escaped.
    """
    text = en if lang == "en" else fr
    return text.format(**values) if values else text


def many(lang: Lang, n: int, fr: str, fr_many: str, en: str, en_many: str) -> str:
    """ "1 structure", "2 616 structures"; in French 0 is singular, in English plural."""
    one = n == 1 if lang == "en" else abs(n) < 2
    words = (en, en_many) if lang == "en" else (fr, fr_many)
    return f"{formats.number(n, lang)}\u00a0{words[0 if one else 1]}"


def here(request: Request, **changes: object) -> str:
    """The address of this page with query parameters changed.

    None takes one out, a list or tuple gives several. A change begins again at the first page of results, and
    what was said once (`done`, `lang`) is not said again.
    """
    kept = [(key, value) for key, value in request.query_params.multi_items() if key not in {"done", "lang", *changes}]
    if "page" not in changes and changes.keys() - {"lang"}:
        kept = [(key, value) for key, value in kept if key != "page"]
    for key, value in changes.items():
        several = value if isinstance(value, list | tuple | set) else [value]
        kept += [(key, str(one)) for one in several if one is not None]
    query = urlencode(kept)
    return request.url.path + (f"?{query}" if query else "")
