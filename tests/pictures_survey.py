"""What tests/pictures.py shows of a survey: one that was answered by its open link is made first."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from playwright.sync_api import Browser

from services.observatory.event_table.moment import today
from tests.fixtures.installation import post_json

QUESTIONS: list[dict[str, Any]] = [
    {"id": "q1", "kind": "one", "text": "Où travaillez-vous le plus\u202f?",
     "options": ["Sénégal", "Maroc", "Madagascar", "Liban"]},
    {"id": "q2", "kind": "number", "text": "Combien de personnes y travaillent\u202f?", "unit": "personnes"},
    {"id": "q3", "kind": "scale", "text": "Êtes-vous satisfaits de votre partenariat\u202f?"},
    {"id": "q4", "kind": "long", "text": "Que vous manque-t-il\u202f?"},
]  # fmt: skip
ANSWERS = [
    ("0", 4, 5),
    ("0", 2, 4),
    ("1", 12, 4),
    ("0", 3, 3),
    ("2", 6, 5),
    ("2", 1, 2),
    ("0", 8, 4),
    ("1", 5, 5),
    ("3", 2, 4),
]


def made(browser: Browser, url: str, cookies: list[Any]) -> dict[str, str]:
    """Name of the picture → path of the page."""
    commands = f"{url}/observatory/api/commands"
    draft = {"title": "L’eau et l’assainissement, état des lieux", "questions": QUESTIONS}
    survey = post_json(f"{commands}/draft-survey", draft)["entity"]
    until = (today() + timedelta(days=30)).isoformat()
    post_json(f"{commands}/open-survey", {"survey": survey, "until": until, "open_link": True})
    page = browser.new_page(locale="fr-FR")
    page.context.add_cookies(cookies)
    page.goto(f"{url}/observatory/surveys/{survey}")
    link = page.locator("p.hash").inner_text()
    page.close()
    for n, (choice, number, point) in enumerate(ANSWERS):
        with urlopen(link) as form:
            found = re.search(r'name="command_id" value="([^"]+)"', form.read().decode())
        assert found is not None
        answer = {"command_id": found[1], "version": "0", "q1": choice, "q2": number, "q3": point}
        text = {"q4": "Une formation à l’entretien des pompes."} if n == 0 else {}
        with urlopen(Request(link, urlencode({**answer, **text}).encode())) as done:
            assert done.status == 200
    return {"survey": f"/observatory/surveys/{survey}/results"}
