"""A survey among its people: built, sent by the directory, answered, changed, declined, reminded, read, forgotten."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from openpyxl import load_workbook

from services.directory.letters.domain import BeginLetter
from services.directory.letters.sending import survey_letters
from services.directory.structures.contact_views import CONTACT_ADDRESSES
from services.directory.structures.domain.structure import RegisterStructure, ReviseStructure
from services.observatory.event_table.moment import Moment, today
from services.observatory.figures.observatory import of as observatory_of
from services.observatory.surveys.answering.links import links_of
from services.observatory.surveys.domain.answer import answer_id
from services.observatory.surveys.domain.survey import CloseSurvey, ExtendSurvey, PublishSurveyResults, SendSurvey
from services.observatory.surveys.results.answers import places_of
from services.observatory.surveys.views import SURVEY_ANSWERS, SURVEY_RECIPIENTS, SURVEYS, recipient_key
from shared.contract.envelope import opened
from shared.contract.observatory.ledger import LogRestored, ledger_id
from shared.kernel.decider import Refused, derived_id
from tests.fixtures.running_directory import until
from tests.fixtures.running_surveys import SURVEYS as PAGES
from tests.fixtures.running_surveys import House, filled, hidden, house, link_in, sent, still_house, text_of, where
from tests.fixtures.signing_in import say

pytestmark = pytest.mark.slow

__all__ = ["house", "still_house"]  # pytest finds its fixture here
EDITOR = "observatory:editor"
ANNA, BORIS = "anna@exemple.invalid", "boris@exemple.invalid"


async def answered(house: House, path: str, **answers: Any) -> str:
    """Answers by a link; where the answer leads."""
    async with house.browser() as browser:
        page = (await browser.get(path)).text
        return where(await browser.post(path, data=filled(page, **answers)))


async def recipient(house: House, survey: UUID, structure: UUID) -> dict[str, Any]:
    found = await house.observatory.store.get(SURVEY_RECIPIENTS, recipient_key(survey, structure))
    assert found is not None
    return found


async def test_an_editor_builds_a_form_without_a_script(house: House) -> None:
    async with house.browser(EDITOR) as team:
        page = (await team.get(f"{PAGES}/new")).text
        form: dict[str, Any] = {
            "command_id": hidden(page, "command_id"),
            "title": "État des lieux 2026",
            "intro": "Bonjour",
        }
        page = (await team.post(f"{PAGES}/new", data={**form, "do": "add", "new_kind": "one"})).text
        form |= {
            "question": ["q1"],
            "q1-kind": "one",
            "q1-text": "Quel pays ?",
            "q1-options": "Sénégal\nMaroc",
            "q1-required": "true",
        }
        page = (await team.post(f"{PAGES}/new", data={**form, "do": "add", "new_kind": "number"})).text
        assert "Quel pays ?" in page and "Sénégal\nMaroc" in page, "what was written comes back"
        form |= {"question": ["q1", "q2"], "q2-kind": "number", "q2-text": "", "q2-least": "5", "q2-most": "2"}
        wrong = await team.post(f"{PAGES}/new", data=form)
        assert wrong.status_code == 422 and "f-q2-text" in wrong.text and await house.events("SurveyDrafted") == 0
        form |= {"q2-text": "Combien ?", "q2-most": "50"}
        up = (await team.post(f"{PAGES}/new", data={**form, "do": "up:q2"})).text
        assert up.index("Combien ?") < up.index("Quel pays ?")
        form["question"] = ["q2", "q1"]
        for _ in range(2):  # a double click is one survey
            there = where(await team.post(f"{PAGES}/new", data=form))
        assert await house.events("SurveyDrafted") == 1
        key = there.split("/")[-1].split("?")[0]
        survey = await house.observatory.store.get(SURVEYS, key)
        assert survey is not None and [one["id"] for one in survey["questions"]] == ["q2", "q1"]
        preview = (await team.get(f"{PAGES}/{key}/preview")).text
        assert "Combien ?" in preview and 'type="radio"' in preview
        change = (await team.get(f"{PAGES}/{key}/form")).text
        form |= {"command_id": hidden(change, "command_id"), "version": hidden(change, "version"), "do": "remove:q2"}
        assert "Combien ?" not in (await team.post(f"{PAGES}/{key}/form", data=form)).text
        form |= {"question": ["q1"], "do": "save"}
        where(await team.post(f"{PAGES}/{key}/form", data=form))
        stale = await team.post(f"{PAGES}/{key}/form", data={**form, "command_id": str(uuid4()), "title": "Trop tard"})
        assert stale.status_code == 409
        until_day = today().replace(year=today().year + 1, day=1)
        opened = where(
            await team.post("/observatory/do/OpenSurvey", data=sent(survey=key, version="2", until=str(until_day)))
        )
        assert (await team.get(opened)).status_code == 200
        assert (await team.get(f"{PAGES}/{key}/form")).status_code == 422, "an open survey keeps its questions"
        copied = (await team.get(f"{PAGES}/new?after={key}")).text
        assert "Quel pays ?" in copied


async def test_from_the_mail_to_the_results(house: House) -> None:
    one = await house.structure("Eau vive", ANNA, department="31")
    two = await house.structure("Sans adresse")
    survey = await house.survey()
    async with house.browser(EDITOR) as team:
        page = (await team.get(f"{PAGES}/{survey}/send?kind=association")).text
        assert "Eau vive" in page and "Sans adresse" in page
        form = {"command_id": hidden(page, "command_id"), "do": "all"}
        for _ in range(2):
            where(await team.post(f"{PAGES}/{survey}/send?kind=association", data=form))
        ((to, mail),) = await house.mails(1)
        assert to == ANNA and "État des lieux" in str(mail["Subject"]) and "Pour tous." in text_of(mail)
        assert mail["Auto-Submitted"] == "auto-generated"
        html = mail.get_body(("html",))
        assert html is not None and '<div lang="en"' in html.get_content() and "?lang=en" in html.get_content()
        assert "Nous vous invitons à répondre" in text_of(mail) and "We ask you to answer" in text_of(mail)

        async def noted() -> bool:
            letters = (await recipient(house, survey, one))["letters"].values()
            return "sent" in letters and bool((await recipient(house, survey, two))["unaddressed"])

        await until(noted)
        page = (await team.get(f"{PAGES}/{survey}/recipients")).text
        assert "courriel envoyé" in page and "aucune adresse" in page and ANNA not in page

        path = link_in(mail)
        async with house.browser() as browser:
            shown = (await browser.get(path)).text
            assert "Eau vive" in shown and "no-store" in (await browser.get(path)).headers["cache-control"]
            form = filled(
                shown, q1="1", q2="12,5", q3="Merci\u202f! =1+1", name="Claire", email="claire@exemple.invalid"
            )
            for _ in range(2):
                assert where(await browser.post(path, data=form)) == f"{path}?done"
            shown = (await browser.get(f"{path}?done")).text
            assert "enregistrée" in shown and "Merci\u202f! =1+1" in shown and 'value="12,5"' in shown
            twice = await browser.post(path, data={**form, "command_id": str(uuid4())})
            assert twice.status_code == 409, "the form is older than the answer"
            where(await browser.post(path, data=filled(shown, q1="2", q2="3", q3="=1+1")))
        assert (await house.events("SurveyAnswered"), await house.events("SurveyAnswerChanged")) == (1, 1)
        answers = (await house.observatory.store.find(SURVEY_ANSWERS, {"survey": str(survey)})).documents
        assert [(one["key"], len(one["versions"])) for one in answers] == [(str(answer_id(survey, one)), 2)]
        assert "1+1" not in str(answers), "texts are sealed"

        results = (await team.get(f"{PAGES}/{survey}/results")).text
        assert "=1+1" in results and "Eau vive" in results and "Liban" in results
        for asked in ("as_of=2020-01-01", "known_at=2020-01-01"):  # it was not there then, for files and data either
            before = [f"{PAGES}/{survey}/results{ending}" for ending in ("", ".csv", ".json", ".xlsx")]
            for path in (*before, f"/observatory/api/surveys/{survey}/results"):
                assert (await team.get(f"{path}?{asked}")).status_code == 404, path
        assert "Aucune réponse avec ces filtres" in (await team.get(f"{PAGES}/{survey}/results?department=34")).text
        csv = (await team.get(f"{PAGES}/{survey}/results.csv")).text
        assert "'=1+1" in csv and ";Liban;" in csv
        book = load_workbook(io.BytesIO((await team.get(f"{PAGES}/{survey}/results.xlsx")).content))
        cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
        assert "=1+1" in [cell.value for cell in cells] and all(cell.data_type != "f" for cell in cells)
        data = (await team.get(f"{PAGES}/{survey}/results.json")).json()
        assert data["answers"][0]["choices"] == {"q1": [2]} and data["answers"][0]["texts"] == {"q3": "=1+1"}
        api = (await team.get(f"/observatory/api/surveys/{survey}/results")).json()
        assert api["questions"][0]["parts"][2] == {"label": "Liban", "count": 1, "share": 1.0}
    async with house.browser("observatory:reader") as reader:
        for page_of in ("results", "results.csv", "results.json"):
            assert "1+1" not in (await reader.get(f"{PAGES}/{survey}/{page_of}")).text, "texts are for editors"
        assert (await reader.get(f"{PAGES}/{survey}/answers/{answer_id(survey, one)}")).status_code == 403


async def test_who_answered_is_told_as_of_the_day_that_is_asked_for(house: House) -> None:
    now = datetime.now(UTC)
    first = {"name": "Eau vive", "kind": "association", "department": "31"}
    registered = RegisterStructure.model_validate(first)
    one = (await house.do(registered, "directory", at=now - timedelta(days=10))).entity_id
    await house.do(ReviseStructure.model_validate({**first, "structure": one, "department": "34"}), "directory")
    seq = observatory_of(house.observatory).table.position

    async def department(moment: Moment | None) -> str | None:
        return (await places_of(house.observatory, [str(one)], moment))[str(one)].department

    assert await department(None) == await department(Moment(today(), None, seq)) == "34"
    assert await department(Moment(today() - timedelta(days=1), None, seq)) == "31"
    assert await department(Moment(today(), today(), seq - 1)) == "31", "as it was known before"


async def test_a_reminder_goes_to_those_alone_who_have_not_said_anything(house: House) -> None:
    addresses = [f"contact-{n}@exemple.invalid" for n in range(3)]
    structures = [await house.structure(f"Structure {n}", address) for n, address in enumerate(addresses)]
    survey = await house.survey()
    await house.do(SendSurvey(survey=survey, kind="invitation", structures=structures))
    links = {to: link_in(mail) for to, mail in await house.mails(3)}
    await answered(house, links[addresses[0]], q1="0")
    async with house.browser() as browser:
        page = (await browser.get(links[addresses[1]])).text
        declined = await browser.post(f"{links[addresses[1]]}/decline", data=sent())
        assert "pas de rappel" in declined.text and "Je ne souhaite pas répondre" in page
        assert "changer d’avis" in (await browser.get(links[addresses[1]])).text
    async with house.browser(EDITOR) as team:
        page = (await team.get(f"{PAGES}/{survey}/recipients")).text
        form = {"command_id": hidden(page, "command_id")}
        for _ in range(2):
            where(await team.post(f"{PAGES}/{survey}/remind", data=form))
        to, mail = (await house.mails(4))[3]
        assert to == addresses[2] and str(mail["Subject"]).startswith("Rappel")
        # Whoever answers while a reminder waits is not reminded either: the observatory writes it when it is sent.
        await house.do(SendSurvey(survey=survey, kind="reminder", structures=structures))
        assert (await house.mails(5))[4][0] == addresses[2]
        await answered(house, links[addresses[2]], q1="0")
        nobody = await team.post(f"{PAGES}/{survey}/remind", data=sent())
        assert nobody.status_code == 422 and "plus personne" in nobody.text
    assert len(house.mail.taken) == 5
    assert await house.events("LetterSent") == 5


async def test_a_mail_that_is_refused_or_in_doubt_is_shown_and_never_sent_again_by_itself(house: House) -> None:
    refused, temporary = await house.structure("Refusée", ANNA), await house.structure("Plus tard", BORIS)
    house.mail.rcpt = {ANNA: ["550 5.1.1 unknown"], BORIS: ["451 4.3.0 later"]}
    survey = await house.survey()
    await house.do(SendSurvey(survey=survey, kind="invitation", structures=[refused, temporary]))
    ((to, _),) = await house.mails(1)
    assert to == BORIS, "what may be taken later is tried again"

    async def over() -> bool:
        return "sent" in (await recipient(house, survey, temporary))["letters"].values()

    await until(over)
    assert list((await recipient(house, survey, refused))["letters"].values()) == ["refused"]
    async with house.browser(EDITOR) as team:
        assert "courriel refusé" in (await team.get(f"{PAGES}/{survey}/recipients")).text
        links = (await team.get(f"{PAGES}/{survey}/links.csv")).text
        assert links.count("/observatory/answer/") == 2
        by_hand = await team.post(f"{PAGES}/{survey}/hand/{refused}", data=sent(address="autre@exemple.invalid"))
        where(by_hand)
        to, mail = (await house.mails(2))[1]
        assert to == "autre@exemple.invalid"
        strange = await team.post(f"{PAGES}/{survey}/hand/{refused}", data=sent(address="a@b\r\nBcc: c@d"))
        assert strange.status_code == 422
        unasked = await team.post(f"{PAGES}/{survey}/hand/{uuid4()}", data=sent(address="autre@exemple.invalid"))
        assert unasked.status_code == 422
    assert await answered(house, link_in(mail), q1="0", q3="Un texte") == f"{link_in(mail)}?done"
    bodies = [message.body async for run in house.observatory.log.read() for message in run]
    assert not any(b"autre@exemple.invalid" in body or b"Un texte" in body for body in bodies)


async def test_nothing_is_sent_twice_whatever_happens_between(still_house: House) -> None:
    house = still_house
    structure = await house.structure("Eau vive", ANNA)
    survey = await house.survey()
    reactions = house.directory.reactions

    async def react(seq: int) -> list[str]:
        """How the letters stand after the directory has met this sending."""
        message = await house.directory.log.at(seq)
        assert message is not None
        await reactions.react(survey_letters, message)
        await house.observatory.runner.wait_for(await house.observatory.log.last())
        return list((await recipient(house, survey, structure))["letters"].values())

    sending = SendSurvey(survey=survey, kind="invitation", structures=[structure])
    first = await house.do(sending)
    for _ in range(2):  # a second delivery of the event
        assert await react(first.seq) == ["sent"] and len(house.mail.taken) == 1
    second = await house.do(sending)
    message = await house.directory.log.at(second.seq)
    assert message is not None
    event = opened(message)
    (contact,) = (await house.directory.store.find(CONTACT_ADDRESSES)).documents
    letter = derived_id(UUID(event.id), f"letter/{structure}/{contact['key']}")
    await house.do(BeginLetter(letter=letter, about=survey, structure=structure), "directory")
    assert await react(second.seq) == ["sent", "begun"], "it was cut off while the server was given it: in doubt"
    third = await house.do(sending)
    await say(house.observatory, ledger_id(house.network), LogRestored(events=third.seq, signed=0, root=""))
    assert await react(third.seq) == ["sent", "begun", "begun"], "asked for before the log was restored: in doubt"
    assert len(house.mail.taken) == 1


async def test_an_open_link_takes_one_answer_for_each_command(house: House) -> None:
    survey = await house.survey(open_link=True, asks_who=False)
    path = f"/observatory/answer/{links_of(house.observatory).open(survey)}"
    async with house.browser() as browser:
        form = filled((await browser.get(path)).text, q1="0", q3="Bonjour")
        own = {where(await browser.post(path, data=form)) for _ in range(3)}
        assert len(own) == 1 and await house.events("SurveyAnswered") == 1
        (mine,) = own
        shown = (await browser.get(mine)).text
        assert "Gardez l’adresse" in shown and "Bonjour" in shown and "Bonjour" not in (await browser.get(path)).text
        where(await browser.post(mine.removesuffix("?done"), data=filled(shown, q1="1")))
        assert where(await browser.post(path, data={**form, "command_id": str(uuid4())})) not in own
        limited = [await browser.post(path, data={**form, "command_id": str(uuid4())}) for _ in range(30)]
        assert limited[-1].status_code == 429
        assert (await browser.post(f"{path}/decline", data=sent())).status_code in (404, 429)
    assert await house.events("SurveyAnswerChanged") == 1


async def test_what_can_not_be_answered_says_so(house: House) -> None:
    structure = await house.structure("Eau vive")
    survey = await house.survey()
    links = links_of(house.observatory)
    path = f"/observatory/answer/{links.personal(survey, structure)}"
    async with house.browser() as browser:
        form = filled((await browser.get(path)).text, q1="0")
        for wrong, said in (
            ({"q1": ""}, "Répondez à cette question"),
            ({"q1": "9"}, "Choisissez une des réponses"),
            ({"q2": "-1"}, "au moins 0"),
            ({"q3": "x" * 3001}, "3\u202f000 caractères"),
            ({"email": "pas une adresse"}, "adresse électronique"),
        ):
            answer = await browser.post(path, data={**form, **wrong})
            assert answer.status_code == 422 and said in answer.text
        assert (await browser.post(path, data={"q1": "0"})).status_code == 400, "a form that is not ours"
        many = {f"x{n}": "1" for n in range(10_000)}
        assert (await browser.post(path, data={**form, **many})).status_code == 400
        assert (await browser.post(path, data={**form, "q3": "x" * 1_100_000})).status_code in (400, 413)
        token = path.rpartition("/")[2]
        forged = [
            "x",
            token[:-4],
            f"{token[:10]}AAAA{token[14:]}",
            links.open(survey),
            links.personal(uuid4(), structure),
        ]
        for bad in (*forged, links.changing(survey, uuid4())):
            for answer in (
                await browser.get(f"/observatory/answer/{bad}"),
                await browser.post(f"/observatory/answer/{bad}", data=form),
            ):
                assert answer.status_code == 404 and "Eau vive" not in answer.text
        await house.do(CloseSurvey(survey=survey))
        for answer in (
            await browser.get(path),
            await browser.post(path, data=form),
            await browser.post(f"{path}/decline", data=sent()),
        ):
            assert answer.status_code == 410 and "close" in answer.text
        await house.do(ExtendSurvey(survey=survey, until=today().replace(year=today().year + 1, day=1)))
        assert (await browser.get(path)).status_code == 200, "the same link is good again"
    assert await house.events("SurveyAnswered") == 0
    (survey_,) = (await house.observatory.store.find(SURVEYS)).documents
    assert survey_["version"] == 4


async def test_published_results_are_masked_and_for_everybody(house: House) -> None:
    survey = await house.survey(open_link=True)
    path = f"/observatory/answer/{links_of(house.observatory).open(survey)}"
    for n in range(8):
        await answered(house, path, q1="0" if n < 6 else "1", q2=str(n), q3=f"Secret {n}")
    public = f"{PAGES}/public/{survey}"
    async with house.browser() as browser:
        assert (await browser.get(public)).status_code == 404
        await house.do(CloseSurvey(survey=survey))
        await house.do(PublishSurveyResults(survey=survey))
        page = (await browser.get(public)).text
        assert "masqué" in page and "Secret" not in page
        data = (await browser.get(f"{public}.json")).json()
        assert data["answers"] == 8
        first, second = data["questions"]
        assert [part["count"] for part in first["parts"]] == [None, None, None], "6 would tell 2"
        assert (second["numbers"]["mean"], second["numbers"]["least"]) == (3.5, None)
        assert "Lire les résultats" in (await browser.get(path)).text


async def test_what_a_contact_wrote_is_forgotten_with_the_contact(house: House) -> None:
    structure = await house.structure("Eau vive", ANNA)
    survey = await house.survey()
    await house.do(SendSurvey(survey=survey, kind="invitation", structures=[structure]))
    ((_, mail),) = await house.mails(1)
    await answered(house, link_in(mail), q1="1", q3="Appelez Claire")
    (person,) = await house.directory.persons.find(address=ANNA)
    assert [record.purpose for record in await house.observatory.persons.records([person])] == ["answer"]
    assert [record.since for record in await house.observatory.persons.records([person])] == [None]
    told = await house.observatory.persons.told([person])
    assert any("Appelez Claire" in str(one.said.get("texts")) for one in told)
    await house.directory.persons.forget([person], reason="asked", actor="test")

    async def forgotten() -> bool:
        return house.observatory.keyring.was_forgotten(person)

    await until(forgotten)
    async with house.browser(EDITOR) as team:
        page = (await team.get(f"{PAGES}/{survey}/results")).text
        assert "Appelez Claire" not in page and "personne oubliée" in page and "Maroc" in page
        shown = (await team.get(f"{PAGES}/{survey}/answers/{answer_id(survey, structure)}")).text
        assert "personne oubliée" in shown
    # The link still works for the structure; what is written from now on is another person's.
    assert await answered(house, link_in(mail), q1="1", q3="De nouveau") == f"{link_in(mail)}?done"
    (answer,) = (await house.observatory.store.find(SURVEY_ANSWERS)).documents
    assert {UUID(one["texts"]["person"]) == person for one in answer["versions"]} == {True, False}


async def test_terms_run_from_the_end_of_the_survey(house: House) -> None:
    survey = await house.survey(open_link=True)
    await answered(
        house, f"/observatory/answer/{links_of(house.observatory).open(survey)}", q1="1", email="claire@exemple.invalid"
    )
    (person,) = await house.observatory.persons.find(address="claire@exemple.invalid")
    assert await house.observatory.persons.due() == []
    await house.do(CloseSurvey(survey=survey))
    (record,) = await house.observatory.persons.records([person])
    assert record.since is not None and record.ends is not None and (record.ends - record.since).days == 1096
    assert record.page == f"{PAGES}/{survey}/answers/{record.key.partition('.')[0]}"


@pytest.mark.parametrize(
    "body", [{}, {"survey": "x"}, {"survey": str(uuid4()), "kind": "reminder", "seq": 1, "to": [1]}]
)
async def test_only_the_directory_gets_letters_and_only_for_a_sensible_question(
    house: House, body: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="question-malformed"):
        await house.directory.asking.ask("observatory", "survey.letters", body)
    whole = {
        "survey": str(uuid4()),
        "kind": "reminder",
        "seq": 0,
        "to": [{"structure": str(uuid4()), "person": str(uuid4())}],
    }
    assert await house.directory.asking.ask("observatory", "survey.letters", whole) == {"letters": [None]}
    assert orjson.dumps(whole)
