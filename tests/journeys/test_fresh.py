"""A fresh installation: it publishes nothing that it did not do, and names nobody else's region, whatever its name
is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen

import pytest
from httpx2 import Client

from services.observatory.indicators import INDICATORS
from tests.fixtures.installation import Up, as_operator, get_json, maillage, post_json, shown_everywhere

pytestmark = pytest.mark.slow
OPEN = "/observatory/open-data"
PAGES = (
    "/", "/observatory/", "/observatory/dashboard", "/observatory/reviews", "/observatory/review",
    "/observatory/review/figures",
    "/observatory/reviews/period?since=2025-01-01&until=2025-12-31", "/observatory/indicators", OPEN,
    f"{OPEN}/members_by_college",
    f"{OPEN}/structures_by_region", "/observatory/identification", "/observatory/public/reviews", "/directory/",
    "/directory/public",
    "/directory/projects/world", "/directory/do/RequestIdentification", "/newsletter/subscribe", "/membership/",
)  # fmt: skip
SOMEBODY_ELSES = re.compile(
    r"Occitanie|Midi-Pyrénées|2616|2\s616|2012 à 2017|2012-2017|Échos|Bloc note|Info Flash|[Cc]inq bulletins"
)
PROGRAMMES = re.compile(r"Apér.OC|Agora|Tandem|Tribune|Tournée départementale")
"""What one network calls its own; a form may offer it, no page says that there is"""
STARTS = ("/", "/directory/", "/membership/", "/events/", "/newsletter/", "/observatory/", "/directory/public", OPEN)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Up]:
    """Even one that is called as the sample is."""
    up = Up(tmp_path / "data", ["--no-sample"], {"MAILLAGE_NETWORK": "exemple"})
    up.data.mkdir()
    up.start()
    try:
        yield up
    finally:
        up.stop()


def anonymous(url: str) -> Any:
    with urlopen(url, timeout=60) as answer:
        return json.load(answer)


def read(url: str) -> str:
    with urlopen(as_operator(url), timeout=60) as answer:
        return str(answer.read().decode())


def test_a_network_publishes_only_what_it_did(fresh: Up) -> None:
    """`network-own-figures`: nothing is published, in nobody's name, and what is empty says what to do."""
    url = fresh.wait()
    assert get_json(f"{url}/observatory/api/state")["last"] == 0, "nobody has said anything, nor has code"
    for name in (one.name for one in INDICATORS.values() if one.public):
        figures = anonymous(f"{url}{OPEN}/{name}.json")["figures"]
        assert all(row["state"] != "published" and not row["value"] for row in figures), name
        assert not any(row["path"].startswith("events.aper_oc_1.") for row in figures), "the year 1 is nobody's"
    assert anonymous(f"{url}{OPEN}/members_by_college.json")["figures"] == []
    assert get_json(f"{url}/observatory/api/review")["figures"] == []
    with pytest.raises(HTTPError, match="404"):
        urlopen(as_operator(f"{url}/observatory/reviews/printed"), timeout=60)
    _nobody_elses(url)
    assert "Bienvenue" in read(url) and "page du réseau" in read(f"{url}/observatory/review"), "it says what to do"
    assert 'href="/membership/begin"' in read(url), "an empty installation leads to the assistant"
    assert 'href="/membership/begin"' in read(f"{url}/membership/network")
    assert 'href="/membership/network"' in read(f"{url}{OPEN}/structures_by_region")
    done = maillage("review", data=fresh.data)
    assert done.returncode == 0 and "printed no review" in done.stdout and "MAILLAGE_REVIEW" in done.stdout

    command = {"name": "Kreiz Breizh", "kind": "association", "department": "22"}
    post_json(f"{url}/directory/api/commands/register-structure", command)
    shown_everywhere(url)
    _nobody_elses(url, ("/", "/observatory/dashboard", "/observatory/identification", "/directory/"))
    home, board = read(url), read(f"{url}/observatory/dashboard")
    for page in (home, board):
        for path in sorted({unescape(one) for one in re.findall(r'href="(/observatory/review/events[^"]+)"', page)}):
            assert read(url + path), path  # without a printed review a figure leads to its events, too
    assert re.search(r"dans 1\sdépartement\.", home) and "(22)" in board, "without a region: where structures are"
    (row,) = anonymous(f"{url}{OPEN}/structures_by_department.json")["figures"]
    assert row["path"].endswith(".22") and row["value"] == 1
    assert anonymous(f"{url}{OPEN}/structures_by_region.json")["figures"] == []


def _nobody_elses(url: str, pages: Sequence[str] = PAGES) -> None:
    for path in pages:
        found = SOMEBODY_ELSES.search(re.sub(r"<code>.*?</code>.*?</p>", "", read(url + path)))
        assert found is None, (path, found)


def test_every_page_of_an_empty_network_stands_leads_somewhere_and_names_nobody_else(fresh: Up) -> None:
    url = fresh.wait()
    for headers in (fresh.operator, {}):
        pages = crawled(url, headers)
        assert len(pages) > (60 if headers else 10)
        assert {path: status for path, (status, _) in pages.items() if status not in (200, 303)} == {}
        for path, (_, text) in pages.items():
            if path.endswith("/docs"):
                continue  # what programs may send
            words = unescape(
                re.sub(r"<[^>]+>", " ", re.sub(r"<code>.*?</code>.*?</p>|<script.*?</script>", "", text, flags=re.S))
            )
            assert (found := SOMEBODY_ELSES.search(words)) is None, (path, found)
            if path.startswith("/membership/vocabularies"):
                continue  # what forms offer, as they do
            if path.startswith(("/observatory", "/newsletter", "/membership", "/directory/public")) or path == "/":
                assert (found := PROGRAMMES.search(words)) is None, (path, found)
        for path, says in (("/newsletter/subscribe", "pas encore de bulletin"),):
            assert says in pages[path][1]
        if headers:
            assert "/newsletter/do/OpenBulletin" in pages["/newsletter/"][1]


def crawled(url: str, headers: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Every page that a link leads to, each once whatever is asked of it: address → status, text."""
    found: dict[str, tuple[int, str]] = {}
    to_see = [*STARTS, "/newsletter/subscribe"]
    with Client(base_url=url, headers={**headers, "Accept": "text/html"}, timeout=120) as client:
        while to_see:
            path = to_see.pop()
            if path in found:
                continue
            answer = client.get(path)
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            found[path] = answer.status_code, answer.text if is_page else ""
            for link in re.findall(r'href="([^"]+)"', found[path][1]):
                there = urlsplit(urljoin(url + path, unescape(link)))
                if f"{there.scheme}://{there.netloc}" == url and "sign-out" not in there.path:
                    to_see.append(there.path)
    return found


def test_a_region_is_what_the_operator_says_and_no_other(tmp_path: Path) -> None:
    env = {
        "MAILLAGE_REGION": "56,22,29,35",
        "MAILLAGE_TITLE": "Bretagne solidaire",
        "MAILLAGE_REVIEW": "occitanie-2017",
    }
    up = Up(tmp_path / "data", ["--no-sample"], env)
    up.data.mkdir()
    url = up.start().wait()
    try:
        paths = [row["path"] for row in anonymous(f"{url}{OPEN}/structures_by_department.json")["figures"]]
        assert [path[-2:] for path in paths] == ["22", "29", "35", "56"]
        rows = {row["path"]: row for row in get_json(f"{url}/observatory/api/review")["figures"]}
        assert len(rows) == 120 and rows["directory.structures_total.value"]["published"] == 2616
        assert "Bretagne solidaire" in read(f"{url}/observatory/review")
    finally:
        up.stop()


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"MAILLAGE_REGION": "Bretagne"}, "MAILLAGE_REGION: Bretagne is no department's code"),
        ({"MAILLAGE_REVIEW": "mine"}, "MAILLAGE_REVIEW: no review is called so; there is"),
    ],
)
def test_what_is_no_region_or_review_refuses_the_start(tmp_path: Path, env: dict[str, str], sentence: str) -> None:
    done = maillage("up", "--no-sample", data=tmp_path / "data", env=env)
    assert done.returncode == 2 and sentence in " ".join(done.stderr.split())
