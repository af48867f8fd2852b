"""What pages and the API say after a command: written and how to take it back, nothing changed and since when, sent
before; commands of now, which take no day; commands that are no more."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.membership.members.domain.member import ChangeCollege, JoinNetwork, LeaveNetwork
from shared.kernel.command_handler import told_of
from shared.runtime.service import Service
from shared.web.facts.outcomes import held_until
from tests.shared.web.history.test_pages import MEMBER, STRUCTURE, do, front, hidden, service

__all__ = ["front", "service"]
RECORD = f"/members/{MEMBER}"


def text(answer: httpx2.Response) -> str:
    bare = unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u00a0", " ").replace("\u202f", " ")
    return " ".join(bare.split())


async def joined(service: Service) -> None:
    join = JoinNetwork(structure=STRUCTURE, name="Kynarou", college="associative", charter_version=1)
    await do(service, join, date(2012, 3, 1))


async def sent(front: httpx2.AsyncClient, command: str, **fields: Any) -> httpx2.Response:
    form = {"command_id": str(uuid4()), "member": str(MEMBER), **fields}
    return await front.post(f"/do/{command}", data=form)


async def followed(front: httpx2.AsyncClient, answer: httpx2.Response) -> httpx2.Response:
    assert answer.status_code == 303, answer.text
    return await front.get(answer.headers["location"].removeprefix("/membership"))


async def test_a_departure_is_taken_back_by_the_link_that_follows_it(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await joined(service)
    page = await followed(front, await sent(front, "LeaveNetwork", reason="withdrawal"))
    assert "C’est enregistré" in text(page) and "Ancien adhérent" in text(page)
    (undo,) = re.findall(r'href="/membership(/history/[^"#]+)[^"]*">Annuler', page.text)
    assert "happened_on" not in undo
    form = await front.get(unescape(undo))
    assert "Annulé juste après la saisie" in form.text
    done = await front.post(f"/history/member/{MEMBER}", data={**hidden(form.text), "reason": "trop vite"})
    assert done.status_code == 303
    assert "Ancien adhérent" not in text(await front.get(RECORD))


async def test_nothing_changed_is_said_with_what_is_so_and_since_when(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await joined(service)
    await do(service, ChangeCollege(member=MEMBER, college="economic"), date(2016, 6, 1))
    answer = await sent(front, "ChangeCollege", college="economic")
    page = await followed(front, answer)
    assert page.status_code == 200 and "done=" not in answer.headers["location"]
    said = re.search(r"Rien n’a changé : « ([^»]+) » depuis le (\S+)\.", text(page))
    assert said is not None and "conomique" in said[1] and said[2] == "01/06/2016"
    assert "C’est enregistré" not in page.text and "notice good" not in page.text
    fields = {"member": str(MEMBER), "college": "economic"}
    api = (await front.post("/api/commands/change-college", json=fields)).json()
    assert (api["events"], api["changed"], api["repeated"], api["sequence"]) == ([], False, False, None)


async def test_the_same_sending_again_is_said_with_its_first_number(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await joined(service)
    id = str(uuid4())
    first = await sent(front, "ChangeCollege", college="economic", command_id=id)
    again = await sent(front, "ChangeCollege", college="economic", command_id=id)
    number = re.findall(r"done=(\d+)", first.headers["location"])
    assert re.findall(r"done=(\d+)", again.headers["location"]) == number
    page = await followed(front, again)
    assert "C’était déjà enregistré" in text(page) and "notice good" not in page.text


async def test_a_change_learnt_late_says_how_far_it_holds(service: Service, front: httpx2.AsyncClient) -> None:
    await joined(service)
    await do(service, ChangeCollege(member=MEMBER, college="public"), date(2018, 1, 5))
    page = await followed(front, await sent(front, "ChangeCollege", college="economic", happened_on="05/01/2014"))
    assert "Cela vaudra du 05/01/2014 au 04/01/2018" in text(page)


async def test_what_stands_against_is_named_with_the_ways_out(service: Service, front: httpx2.AsyncClient) -> None:
    await joined(service)
    await do(service, ChangeCollege(member=MEMBER, college="economic"), date(2017, 3, 1))
    refused = await sent(front, "LeaveNetwork", reason="withdrawal", happened_on="2015-06-01")
    assert refused.status_code == 422 and "du 01/03/2017 s’y oppose" in text(refused)
    for way in ("Choisir un autre jour", "Corriger la date de ce fait", "Le noter aussi par erreur"):
        assert way in refused.text
    (fact,) = re.findall(r'name="instead" value="([^"]+)"', refused.text)
    answers = {"reason": "withdrawal", "happened_on": "2015-06-01", "instead": fact}
    silent = await sent(front, "LeaveNetwork", **answers)  # nobody said why
    assert silent.status_code == 422 and f'name="instead" value="{fact}" checked' in silent.text
    assert (await sent(front, "LeaveNetwork", **{**answers, "instead": "x"}, instead_reason="oui")).status_code == 400
    page = await followed(front, await sent(front, "LeaveNetwork", **answers, instead_reason="jamais économique"))
    assert "A quitté le réseau le 01/06/2015" in text(page)
    events = (await service.execute.history("member", MEMBER)).events
    assert [event.type for event in events][2:] == ["EventStruck", "MemberLeft"]


async def test_a_fact_before_its_record_may_say_the_record_known_since(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await joined(service)
    answers = {"college": "public", "happened_on": "2010-05-04"}
    refused = await sent(front, "ChangeCollege", **answers)
    assert refused.status_code == 422 and "ne commence que le 01/03/2012" in text(refused)
    assert "Dire la fiche connue depuis le 04/05/2010" in text(refused)
    (birth,) = re.findall(r'name="known_since" value="([^"]+)"', refused.text)
    done = await sent(front, "ChangeCollege", **answers, known_since=birth, instead_reason="connue plus tôt")
    assert "Adhérent depuis le 04/05/2010, collège public" in text(await followed(front, done))
    events = (await service.execute.history("member", MEMBER)).events
    assert [event.type for event in events] == ["MemberJoined", "EventRedated", "MemberCollegeChanged"]


async def test_a_command_of_now_takes_no_day(service: Service, front: httpx2.AsyncClient) -> None:
    past = {"structure": str(STRUCTURE), "name": "Kynarou", "college": "public", "charter_version": 1}
    period = {**past, "since": "2012-01-01", "until": "2013-01-01", "reason": "lapse"}
    form = await front.get("/do/NotePastMembership", params={**past, "happened_on": "2012-01-01"})
    assert 'name="happened_on"' not in form.text
    refused = await front.post(
        "/do/NotePastMembership", data={"command_id": str(uuid4()), **period, "happened_on": "2012-01-01"}
    )
    assert refused.status_code == 422 and "toujours de maintenant" in refused.text
    asked = {"happened": "2012-01-01T12:00:00+01:00"}
    api = await front.post("/api/commands/note-past-membership", json=period, params=asked)
    assert (api.status_code, api.json()["error"]) == (422, "takes-no-day") and "happened" in api.json()["fields"]
    assert api.json()["errors"][0]["parameter"] == "happened"


async def test_a_command_of_the_api_may_take_the_place_of_a_fact(service: Service, front: httpx2.AsyncClient) -> None:
    await joined(service)
    ask: dict[str, Any] = {"json": {"member": str(MEMBER), "reason": "lapse"}}
    path = "/api/commands/leave-network"
    first = await front.post(path, **ask, params={"happened": "2020-06-01T12:00:00+02:00"})
    earlier = {"happened": "2016-06-01T12:00:00+02:00"}
    refused = await front.post(path, **ask, params=earlier)
    assert refused.status_code == 422 and refused.json()["against"]["sequence"] == first.json()["sequence"]
    instead = {**earlier, "instead": refused.json()["against"]["event"]}
    why = await front.post(path, **ask, params=instead)
    assert why.json()["error"] == "instead-without-reason" and why.json()["errors"][0]["parameter"] == "instead_reason"
    done = await front.post(path, **ask, params={**instead, "instead_reason": "lu de travers"})
    assert done.json()["events"] == ["EventStruck", "MemberLeft"]
    assert "A quitté le réseau le 01/06/2016" in text(await front.get(RECORD))


@pytest.mark.parametrize("name", ["RestoreMember", "RestoreBoardSeat", "WithdrawVolunteer", "RestoreStaffPost"])
async def test_a_command_that_is_no_more_names_the_one_that_serves(front: httpx2.AsyncClient, name: str) -> None:
    kebab = re.sub(r"\B([A-Z])", r"-\1", name).lower()
    gone = await front.post(f"/api/commands/{kebab}", json={})
    assert gone.status_code == 410 and gone.json()["error"] == "command-retired"
    assert gone.json()["instead"] == "/membership/api/commands/strike-events"
    page = await front.get(f"/do/{name}?member={MEMBER}")
    assert page.status_code == 410 and "Noté par erreur" in page.text
    assert (f"/membership/history/member/{MEMBER}" in page.text) == (name == "RestoreMember")
    assert (await front.post(f"/do/{name}", data={"command_id": str(uuid4())})).status_code == 410


async def test_a_leaving_holds_until_the_next_joining(service: Service, front: httpx2.AsyncClient) -> None:
    await joined(service)
    await do(service, LeaveNetwork(member=MEMBER, reason="lapse"), date(2014, 6, 1))
    again = JoinNetwork(structure=STRUCTURE, name="Kynarou", college="public", charter_version=1)
    await do(service, again, date(2016, 2, 1))
    await do(service, LeaveNetwork(member=MEMBER, reason="lapse"), date(2018, 6, 1))
    line = told_of(await service.execute.history("member", MEMBER)).line
    assert held_until(line, 1) == (date(2016, 1, 31), False), "not until the leaving of 2018"
    assert held_until(line, 3) == (None, False)


async def test_a_past_period_says_nothing_of_what_comes_after_its_end(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await do(
        service,
        JoinNetwork(structure=STRUCTURE, name="Kynarou", college="public", charter_version=1),
        date(2016, 2, 1),
    )
    past = {"structure": str(STRUCTURE), "name": "Kynarou", "college": "associative", "charter_version": "1"}
    form = {**past, "since": "2012-03-01", "until": "2014-06-01", "reason": "lapse"}
    page = await followed(front, await sent(front, "NotePastMembership", **form))
    assert "C’est enregistré" in text(page) and "Cela vaudra" not in text(page)
    assert "Annuler" in text(page)
