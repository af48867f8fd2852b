"""The history's part of the observatory: surveys and their answers, saved identifications, published reviews."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlencode

from tests.older.house import House
from tests.older.membership import SHE

OPEN_FOR = 700  # days
QUESTIONS = [
    {"id": "q1", "kind": "short", "text": "Votre besoin ?"},
    {"id": "q2", "kind": "long", "text": "Dites-nous en plus"},
    {"id": "q3", "kind": "one", "text": "Votre taille ?", "options": ["Petite", "Grande"], "required": True},
    {"id": "q4", "kind": "several", "text": "Vos thèmes ?", "options": ["Eau", "Santé", "Éducation"]},
    {"id": "q5", "kind": "number", "text": "Votre budget ?", "unit": "€", "least": 0},
    {"id": "q6", "kind": "yes_no", "text": "Êtes-vous membre ?"},
    {"id": "q7", "kind": "date", "text": "Depuis quand ?"},
    {"id": "q8", "kind": "scale", "text": "Êtes-vous contents ?", "low": "Pas du tout", "high": "Beaucoup"},
]
ANSWER = {
    "q1": "Des outils",
    "q2": "Appelez la Personne Exemple.",
    "q3": "0",
    "q4": ["0", "2"],
    "q5": "1500",
    "q6": "yes",
    "q7": "2020-02-03",
    "q8": "4",
}


def surveyed(house: House) -> None:
    """One survey is sent and answered by all ways; one is withdrawn; one is published and taken back."""

    def do(command: str, call: str = "", **fields: object) -> None:
        house.do("observatory", command, call=call, **fields)

    until = (date.today() + timedelta(days=OPEN_FOR)).isoformat()
    do(
        "draft-survey",
        "survey",
        title="État des lieux exemple",
        intro="Quelques *questions*.",
        questions=QUESTIONS[:2],
        asks_who=True,
    )
    survey = {"survey": house["survey"]}
    do("revise-survey", title="État des lieux exemple", questions=QUESTIONS, asks_who=True, **survey)
    do("open-survey", until=until, open_link=True, **survey)
    asked = [house[call] for call in ("rives", "mairie", "coop", "muette")]
    do("send-survey", kind="invitation", structures=asked, **survey)
    house.until_said("LetterUnaddressed", 1)
    house.until_said("LetterSent", 3)
    mine = house.link(SHE, "/observatory/answer/")
    answered(house, mine, **ANSWER, name="Personne Exemple Partout", email=SHE)
    answered(house, mine, **{**ANSWER, "q3": "1"})
    theirs = house.link("personne-six@", "/observatory/answer/")
    house.send(f"{theirs}/decline")
    page = house.client.get(f"/observatory/surveys/{house['survey']}").text
    to_all = re.search(r"/observatory/answer/[\w-]+", page)
    assert to_all, "there is no open link on the survey's page"
    answered(
        house,
        to_all[0],
        **{**ANSWER, "q1": "Rien"},
        name="Personne Exemple Trente",
        email="personne-trente@exemple.invalid",
    )
    do("draft-survey", "dropped", title="Enquête exemple abandonnée")
    do("withdraw-survey", survey=house["dropped"], reason="Elle ne sert plus.")
    do("draft-survey", "public", title="Enquête exemple publiée", questions=QUESTIONS[2:3])
    shown = {"survey": house["public"]}
    do("open-survey", until=until, open_link=True, **shown)
    do("close-survey", **shown)
    do("extend-survey", until=until, **shown)
    do("close-survey", **shown)
    do("publish-survey-results", **shown)
    do("withdraw-survey-results", reason="À relire.", **shown)
    do("publish-survey-results", **shown)


def answered(house: House, link: str, **answers: object) -> None:
    """Answers by a link, as the form behind it is sent."""
    page = house.client.get(link).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, "there is no form behind the link"
    house.send(link, version=version[1], **answers)


def identified(house: House) -> None:
    """Two identifications of actors are saved; one is given again, renamed, put away and taken out again."""
    upto, day = house.rest(), date.today().isoformat()

    def save(asker: str, who: str, **criteria: str) -> str:
        answer = house.send(
            f"/observatory/identification/save?{urlencode(criteria)}",
            upto=upto,
            as_of=day,
            title="Qui agit pour l’eau",
            purpose="Une rencontre",
            asker=asker,
            who=who,
        )
        return answer.headers["Location"].partition("?")[0].rpartition("/")[2]

    save("person", "Personne Exemple Quarante", themes="Eau")
    found = save("organisation", "Préfecture exemple", countries="SN", member="yes")
    house.send(f"/observatory/identification/saved/{found}/again", upto=upto, as_of=day, version=1)
    for command, fields in (
        ("rename-identification", {"title": "Acteurs au Sénégal"}),
        ("withdraw-identification", {"reason": "Plus demandée."}),
        ("restore-identification", {}),
    ):
        house.do("observatory", command, identification=found, **fields)


def reviewed(house: House) -> None:
    """A review is published and replaced by another, which is withdrawn."""
    first = publish(house, "Bilan exemple 2023")
    second = publish(house, "Bilan exemple 2023, revu", replaces=first, reason="Un chiffre était faux.")
    house.do("observatory", "withdraw-review", review=second, reason="À refaire.")


def publish(house: House, title: str, **more: str) -> str:
    before = house.said("ReviewPublished")
    house.send(
        "/observatory/reviews/publish", title=title, since="2023-01-01", until="2023-12-31", as_of="2023-12-31", **more
    )
    house.until_said("ReviewPublished", before + 1)
    newest = max(house.get("/observatory/api/reviews", size=10)["documents"], key=lambda one: one["at"])
    return str(newest["key"])


def never_delivered(house: House) -> None:
    """A survey is sent to a contact for whom the mail server never takes anything now: after nine tries the reaction
    is parked, and stays so."""
    house.do("observatory", "send-survey", survey=house["survey"], kind="invitation", structures=[house["lycee"]])
    house.until(lambda: house.get("/directory/api/state")["parked"], 240)
