"""Everything that links reach, for each who may come and in both languages: what the base finds, the other is asked."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from tests.compare.answers import Answer, Ask, Visitors

SERVICES = ("directory", "membership", "events", "newsletter", "observatory")
LANGUAGES = ("fr", "en")
LINKS = {
    ("a", "href"),
    ("link", "href"),
    ("img", "src"),
    ("image", "href"),
    ("use", "href"),
    ("iframe", "src"),
    ("source", "srcset"),
}
NOT_ASKED = (
    "/directory/sign-out",
    "/observatory/dashboard/live",  # the second does not end: it is asked as a program asks
)
FIRST = (
    "/",
    "/robots.txt",
    "/healthz",
    "/directory/public/sitemap.xml",
    "/directory/sign-in",
    "/directory/me",
    "/directory/space",
    "/newsletter/subscribe",
    "/observatory/open-data",
    "/observatory/ledger",
    "/observatory/public/reviews",
    "/static/maillage.css",
)
"""Asked of everybody, whether a link leads there or not."""


class Links(HTMLParser):
    """The addresses that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if value and (tag, name) in LINKS]


def kind_of(path: str) -> str:
    """A path with ids, numbers, days, tokens and hashes made alike, and the names that its query gives."""
    where = urlsplit(path)
    steps = (
        "…"
        if re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}|[\d-]+|(?=\S*\d)(?=\S*[A-Z])[\w=-]{20,}|[0-9a-f]{32,}", part)
        else part
        for part in re.split(r"(?<=/)|(?=/)|(?=\.[a-z]+$)", where.path)
    )
    names = sorted({name for name, _ in parse_qsl(where.query, keep_blank_values=True)})
    return "".join(steps) + ("?" + "&".join(names) if names else "")


def links_of(path: str, answer: Answer, url: str) -> list[str]:
    """The addresses of the same installation that a page, or a list of addresses, leads to; in the order of the
    page."""
    found: list[str] = []
    if answer.type == "text/html":
        links = Links()
        links.feed(answer.body.decode(errors="replace"))
        found = links.found
    elif answer.type == "application/xml":
        found = re.findall(r"<loc>([^<]+)</loc>", answer.body.decode(errors="replace"))
    if "location" in answer.headers:
        found.append(answer.headers["location"])
    absolute = (urldefrag(urljoin(url + path, each)).url for each in found)
    return list(dict.fromkeys(each.removeprefix(url) for each in absolute if each.startswith(url + "/")))


def is_for_asking(path: str) -> bool:
    """The same page in the other language is asked for by a cookie."""
    names = {name for name, _ in parse_qsl(urlsplit(path).query, keep_blank_values=True)}
    return "lang" not in names and not path.startswith(NOT_ASKED)


class Chosen:
    """Which of the pages that links lead to are asked for: `each` of a kind (0: all), and no more than `breadth` times
    as many of one path, since filters can be combined without end; of a file `each`, however it is filtered."""

    def __init__(self, each: int, breadth: int = 6) -> None:
        self._each, self._breadth = each, breadth
        self._kinds: Counter[str] = Counter()
        self._paths: Counter[str] = Counter()
        self._seen: set[str] = set()
        self.left = 0

    def take(self, path: str) -> bool:
        if path in self._seen:
            return False
        self._seen.add(path)
        kind = kind_of(path)
        place = kind.partition("?")[0]
        most = self._each * (1 if "." in place.rpartition("/")[2] else self._breadth)
        if self._each and (self._kinds[kind] >= self._each or self._paths[place] >= most):
            self.left += 1
            return False
        self._kinds[kind] += 1
        self._paths[place] += 1
        return True


def crawl(visitors: Visitors, who: str, each: int, more: Sequence[str] = ()) -> Iterator[tuple[Ask, Answer]]:
    """Asks for what links reach, breadth first, in both languages. `more`: addresses to be asked for in any case. An
    answer that says "too often" is left out: when it comes hangs on the time."""
    chosen = Chosen(each)
    waiting = deque(dict.fromkeys([*FIRST, *more]))
    for path in waiting:
        chosen.take(path)
    while waiting:
        path = waiting.popleft()
        for lang in LANGUAGES:
            ask = Ask(who, lang, path, kind_of(path))
            answer = visitors.ask(ask)
            if answer.status == 429:
                break
            yield ask, answer
            if "text/html" not in answer.headers.get("content-type", "") and answer.status < 300:
                break  # a file speaks no language, or says so in its address
            waiting.extend(
                each for each in links_of(path, answer, visitors.url) if is_for_asking(each) and chosen.take(each)
            )
