"""Every page of the observatory stands on any day, as known on any day; and says so at its head."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.contract.directory.structures import StructureRegistered
from shared.contract.observatory.identification import IdentificationRepeated, IdentificationSaved
from shared.contract.observatory.reviews import FigurePublished, ReviewPublished
from shared.contract.observatory.surveys import (
    SurveyAnswered,
    SurveyDrafted,
    SurveyOpened,
    SurveyQuestion,
    SurveySent,
    SurveyWithdrawn,
)
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named
from tests.services.observatory.test_pages import front, service, write

pytestmark = pytest.mark.slow

__all__ = ["front", "service"]  # fixtures
ROUTES = Path(__file__).parents[2] / "abuse" / "routes.txt"
TOTAL = "directory.structures_total.value"
REVIEW = "occitanie-2017"
THEN = "as_of=2016-12-31&known_at=2017-06-30"
OF_TODAY = {
    "/journal/{seq}": "an event is what it is; the head of its page leads to what it is about",
    "/dashboard/live": "goes on with what happens", "/reviews/publish": "publishes what its own dates say",
    "/identification/save": "keeps what its own dates say",
    "/identification/saved/{key}/again": "asks for its own days", "/surveys/new": "is about to be written",
    "/surveys/{key}/form": "is about to be written", "/surveys/{key}/preview": "what would be answered now",
    "/surveys/{key}/recipients": "who is to be reminded now", "/surveys/{key}/send": "sends now",
    "/surveys/{key}/answers/{answer}": "all that is kept of a person", "/ledger": "what is signed now",
    "/public/reviews": "what was published stays", "/public/reviews/{key}": "what was published stays",
    "/surveys/public/{key}": "what was published stays", "/answer/{token}": "is answered now",
    "/kept/{token}": "gives back what was typed", "/privacy": "what is kept now", "/docs": "is of this release",
    "/clock": "the time is now", "/readings": "who read what is told of no past day",
}  # fmt: skip
"""Pages that have no day of the past, and why"""
KEPT = {"survey": named("survey/s"), "review": named("review/r"), "identification": named("identification/i")}


def history() -> History:
    h = History()
    eau = named("structure/eau")
    h.say(StructureRegistered(name="Eau vive", kind="association", department="31"), "eau", "2016-02-01")
    h.say(
        IdentificationSaved(
            title="Qui agit", organisation="Région", kinds=["association"], as_of=date(2016, 3, 1), upto=1, found=[eau]
        ),
        "i",
        "2016-03-01",
    )
    h.say(
        ReviewPublished(
            title="Bilan 2015",
            since=date(2015, 1, 1),
            until=date(2015, 12, 31),
            as_of=date(2015, 12, 31),
            upto=1,
            figures=1,
        ),
        "r",
        "2016-04-01",
    )
    figure = {"path": TOTAL, "indicator": "structures_total", "definition": 1, "sort": "state", "value": 0}
    h.say(FigurePublished.model_validate({**figure, "day": "2015-12-31", "upto": 1, "events": 0}), "r", "2016-04-01")
    question = SurveyQuestion(id="q", kind="yes_no", text="Salariés ?")
    h.say(SurveyDrafted(title="État des lieux", questions=[question]), "s", "2016-05-01")
    h.say(SurveyOpened(begins=date(2016, 5, 2), until=date(2017, 1, 31)), "s", "2016-05-02")
    h.say(SurveySent(kind="by_hand", structures=[eau, named("structure/later")]), "s", "2016-05-03")
    h.say(SurveyAnswered(survey=KEPT["survey"], structure=eau, flags={"q": True}), "a", "2016-06-01")
    h.say(StructureRegistered(name="Plus tard", kind="association", department="31"), "later", "2018-02-01")
    h.say(
        IdentificationRepeated(as_of=date(2018, 3, 1), upto=2, found=[eau, named("structure/later")]), "i", "2018-03-01"
    )
    other = {"survey": KEPT["survey"], "structure": named("structure/later"), "flags": {"q": False}}
    h.say(SurveyAnswered.model_validate(other), "b", "2016-07-01", known="2018-07-01")
    h.say(SurveyWithdrawn(reason="Refaite autrement"), "s", "2018-08-01")
    return h


def pages() -> list[str]:
    """The paths of all pages, as the routes have them."""
    lines = [line.split() for line in ROUTES.read_text().splitlines() if line.startswith("observatory GET ")]
    found = [path for _, _, path, *_ in lines]
    return [
        one
        for one in found
        if not re.search(r"^/(api|openapi|asyncapi)|\.(\{|csv|json)|^/ledger/|\{key\}/\{name\}$", one)
    ]


def address(path: str) -> str:
    """A page that there is, and what it must be asked with."""
    kind = next((one for one in ("identification", "survey", "review") if f"/{one}" in path), "")
    known: dict[str, Any] = {"key": KEPT.get(kind, named("structure/eau")), "seq": 1, "name": "structures_total"}
    if path.startswith(("/review/", "/reviews/printed")):
        known["name"] = REVIEW
    if path.startswith("/chains"):
        known["key"] = named("command/1")
    query = {
        "/actor": "who=staff:test&",
        "/review/events": f"path={TOTAL}&",
        "/reviews/{key}/difference": f"path={TOTAL}&",
        "/reviews/printed/difference": f"path={TOTAL}&",
        "/review/{name}/events": f"path={TOTAL}&",
        "/reviews/printed/{name}/difference": f"path={TOTAL}&",
        "/reviews/period": "since=2016-01-01&until=2016-12-31&",
        "/reviews/period/events": f"since=2016-01-01&until=2016-12-31&indicator=structures_total&path={TOTAL}&",
    }
    return f"/observatory{path.format(**known)}?{query.get(path, '')}{THEN}"


async def test_every_page_says_on_which_day_it_stands(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, history())
    known = pages()
    assert set(OF_TODAY) <= set(known), "a page that is no more"
    assert len(known) > 40
    for path in known:
        if path in OF_TODAY:
            continue
        asked = address(path)
        page = await front.get(asked)
        assert page.status_code == 200, asked
        head = page.text.partition('<details class="when')[2].partition("</summary>")[0]
        assert "connu le 30/06/2017" in head, asked
        # The form in the head leads back to the page itself, not elsewhere; of a review that is the only one, to the
        # shorter address.
        alone = re.sub(f"/{REVIEW}", "", re.sub(r"\?.*", "", asked))
        form = page.text.partition('<details class="when')[2].partition("<form")[2].partition(">")[0]
        assert re.sub(r"\?.*", "", asked) in form or alone in form or path in ("/", "/dashboard"), (asked, form)


async def test_a_survey_of_before_is_shown_as_it_was_and_one_put_away_is_listed(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, history())
    base = "/observatory/surveys"
    now = (await front.get(base)).text
    assert "État des lieux" not in now.partition("<main")[2] and "Rangées (1)" in now
    assert "État des lieux" in (await front.get(f"{base}?state=withdrawn")).text
    then = (await front.get(f"{base}?{THEN}")).text
    assert "État des lieux" in then and "ouverte" in then and "2\u00a0invitées" in then and "1\u00a0réponse<" in then
    one = f"{base}/{KEPT['survey']}"
    assert "Refaite autrement" in (await front.get(one)).text
    assert "Refaite autrement" not in (await front.get(f"{one}?{THEN}")).text
    for part in ("", "/results"):
        early = await front.get(f"{one}{part}?as_of=2016-01-01")
        assert early.status_code == 404 and "Le réseau n’en savait rien" in early.text
    for query, answers in ((THEN, 1), ("as_of=2016-12-31", 2), ("as_of=2016-06-30", 1), ("as_of=2016-05-31", 0)):
        data = (await front.get(f"/observatory/api/surveys/{KEPT['survey']}/results?{query}")).json()
        assert data["answers"] == answers, query
        page = await front.get(f"{one}/results?{query}")
        assert page.status_code == 200 and f"{answers}\u00a0réponse" in page.text, query


async def test_a_life_an_identification_and_the_archive_of_before(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, history())
    later = f"/observatory/life/{named('structure/later')}"
    assert "Plus tard" in (await front.get(later)).text
    assert "Le réseau n’en savait rien" in (await front.get(f"{later}?{THEN}")).text
    assert (await front.get(f"/observatory/life/{named('nobody')}?{THEN}")).status_code == 404
    saved = f"/observatory/identification/saved/{KEPT['identification']}"
    assert "2\u00a0structures" in (await front.get(saved)).text
    page = (await front.get(f"{saved}?{THEN}")).text
    assert "1\u00a0structure<" in page and "Plus tard" not in page
    assert (await front.get(f"{saved}?as_of=2015-01-01")).status_code == 404
    listed = "/observatory/identification/saved"
    assert "Qui agit" in (await front.get(f"{listed}?{THEN}&q=agit")).text
    assert "Qui agit" not in (await front.get(f"{listed}?{THEN}&q=autre")).text.partition('id="h-list"')[2]
    assert "Qui agit" not in (await front.get(f"{listed}?as_of=2016-01-01")).text
    assert "Bilan 2015" in (await front.get(f"/observatory/reviews?{THEN}")).text
    assert "Bilan 2015" not in (await front.get("/observatory/reviews?as_of=2016-01-01")).text
    journal = (await front.get(f"/observatory/journal?{THEN}")).text
    assert "Plus tard" not in journal and "Eau vive" in journal
