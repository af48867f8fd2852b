"""Each capability at each command and route that it might open: who may what, where, until when, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from shared.notions.bulletin import bulletin_id
from tests.abuse.house import NAME, House
from tests.abuse.test_roles import ENDS_SESSIONS, addresses, listed, outcome
from tests.fixtures.installation import open_bulletin, shown_everywhere

pytestmark = pytest.mark.slow
OF_CAPABILITIES = {
    "approver": {
        ("newsletter", "/issues/{key}"), ("newsletter", "/issues/{key}/preview"),
        ("newsletter", "/issues/{key}/preview.txt"), ("newsletter", "/issues/{key}/approve"),
        ("newsletter", "ApproveIssue"),
    },
    "door": {("events", "/gatherings/{key}/check-in"), ("events", "CheckIn")},
}  # fmt: skip
"""Said once more, beside what the routes say"""


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own: once somebody has a capability, others do not do what it opens."""
    house = House.open(tmp_path_factory.mktemp("capabilities") / "data")
    try:
        yield furnished(house)
    finally:
        house.up.stop()


def furnished(house: House) -> House:
    today = datetime.now(UTC)
    open_bulletin(house.url, "reseau", "Le réseau")
    for place in ("here", "there"):
        starts = {"starts": today.replace(microsecond=0).isoformat()}
        key = house.do("events", "plan-gathering", kind="thematic", title=f"Rencontre {place}", **starts)
        house.ids[f"gathering {place}"] = key
        body = {"gathering": key, "audience": "others", "name": NAME}
        house.do("events", "register-participant", **body)
        found = house.get(f"/events/api/registrations?gathering={key}", "operator").json()
        house.ids[f"registration {place}"] = next(iter(found["documents"]))["key"]
    for code in ("echos", "reseau"):
        issue = house.do("newsletter", "start-issue", bulletin=code, number=1)
        house.do("newsletter", "add-item", issue=issue, section="news", title="Une", text="Une phrase.")
        house.ids[code] = issue
    for who in ("approver", "approver here", "door"):
        house.ids[f"account of {who}"], house.who[who] = house.account()
    shown_everywhere(house.url)
    return house


def give(house: House, who: str, capability: str, scope: str | None = None, until: str | None = None) -> int:
    body = {"account": house.ids[f"account of {who}"], "capability": capability, "scope": scope, "until": until}
    status = house.post("/directory/api/commands/grant-capability", body).status
    shown_everywhere(house.url)  # it is said in the directory, and opens something elsewhere
    return status


def approves(house: House, who: str, code: str) -> int:
    """What the form of the page comes to, and the command of the API; the issue has changed, so that none is sent."""
    issue = house.ids[code]
    page = house.get(f"/newsletter/issues/{issue}/approve", who).status
    form = f"command_id={uuid4()}&version=0"
    posted = house.form(f"/newsletter/issues/{issue}/approve", form, who).status
    body = {"issue": issue, "recipients": 0}
    api = house.post("/newsletter/api/commands/approve-issue?version=1", body, who).status
    assert posted == api and posted in (403, 409), (page, posted, api)
    return posted


def test_until_the_first_approver_whoever_writes_approves_then_whoever_has_it_alone(rooms: House) -> None:
    assert approves(rooms, "editor", "echos") != 403 and approves(rooms, "reader", "echos") == 403
    page = rooms.get(f"/newsletter/issues/{rooms.ids['echos']}/approve", "editor").text
    assert "n’a encore donné à personne" in page and "<button" in page.split("Un message parti")[1]
    assert give(rooms, "approver here", "approver", str(bulletin_id("echos"))) == 200
    for who in ("editor", "administrator", "reader"):
        assert approves(rooms, who, "echos") == 403 and approves(rooms, who, "reseau") == 403, who
    assert approves(rooms, "approver here", "echos") != 403
    assert approves(rooms, "approver here", "reseau") == 403, "of one bulletin alone"
    assert rooms.get(f"/newsletter/issues/{rooms.ids['reseau']}/preview", "approver here").status == 403
    assert rooms.get(f"/newsletter/issues/{rooms.ids['echos']}/preview", "approver here").status == 200
    page = rooms.get(f"/newsletter/issues/{rooms.ids['echos']}/approve", "editor").text
    assert "en a reçu la capacité" in page and "Un message parti" not in page
    assert give(rooms, "approver", "approver") == 200
    assert approves(rooms, "approver", "reseau") != 403


def test_the_door_of_one_gathering_is_open_and_no_other(rooms: House) -> None:
    here, there = rooms.ids["gathering here"], rooms.ids["gathering there"]
    day = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert give(rooms, "door", "door", here) == 422, "it has an end"
    assert give(rooms, "door", "door", None, day) == 422 and give(rooms, "door", "door", here, day) == 200
    page = rooms.get(f"/events/gatherings/{here}/check-in?q=Quatremere", "door")
    assert page.status == 200 and NAME in page.text and "Rencontre there" not in page.text
    assert NAME not in rooms.get(f"/events/gatherings/{here}/check-in?q=Qu", "door").text
    other = rooms.get(f"/events/gatherings/{there}/check-in", "door")
    assert other.status == 403 and "Votre accueil vaut pour une autre rencontre" in other.text
    body = {"gathering": there, "registration": rooms.ids["registration there"]}
    assert rooms.post("/events/api/commands/check-in", body, "door").status == 403
    wrong = f"command_id={uuid4()}&registration={rooms.ids['registration there']}"
    refused = rooms.form(f"/events/gatherings/{here}/check-in", wrong, "door")
    assert refused.status == 422 and "Rencontre there" not in refused.text
    form = f"command_id={uuid4()}&registration={rooms.ids['registration here']}"
    assert rooms.form(f"/events/gatherings/{here}/check-in", form, "door").status == 303
    assert "1 sur 1" in rooms.get(f"/events/gatherings/{here}/check-in", "door").text
    body = {"gathering": here, "registration": rooms.ids["registration here"]}
    instead = rooms.post(f"/events/api/commands/check-in?instead={uuid4()}&instead_reason=Erreur", body, "door")
    assert instead.status == 403


@pytest.mark.parametrize("who", ["approver", "door"])
def test_it_opens_its_routes_and_nothing_else(rooms: House, who: str) -> None:
    wrong: list[str] = []
    before = rooms.last()
    connection = HTTPConnection(urlsplit(rooms.url).netloc, timeout=60)
    for route in listed():
        if route.path in ENDS_SESSIONS or route.level in ("public", "own", "nowhere"):
            continue
        opened = (route.service, route.path) in OF_CAPABILITIES[who]
        for method, path in addresses(route):
            connection.request(method, path, headers={"X-Forwarded-For": rooms.address(), **rooms.who[who]})
            answer = connection.getresponse()
            answer.read()
            came = outcome(answer.status, answer.headers.get("location", ""))
            if came not in (("refused", "in", "nothing there") if opened else ("refused",)):
                wrong.append(f"{method} {path} ({route.level}): {answer.status}, {came}")
    connection.close()
    assert not wrong, "\n".join(wrong)
    assert rooms.last() == before


def test_nobody_gives_what_is_not_theirs_to_give(rooms: House) -> None:
    body = {"account": rooms.ids["account of door"], "capability": "approver"}
    for who in ("editor", "reader", "approver", "door"):
        assert rooms.post("/directory/api/commands/grant-capability", body, who).status == 403, who
    _, headers = rooms.account("directory:administrator")
    rooms.who["of the directory"] = headers
    assert rooms.post("/directory/api/commands/grant-capability", body, "of the directory").status == 422
    path = f"/directory/accounts/{rooms.ids['account of approver']}"

    assert rooms.form(f"{path}/link", "", "of the directory").status == 422, "no link to one that may do more"
    for name in ("treasurer", "juror", "chair"):
        body = {"account": rooms.ids["account of door"], "capability": name}
        assert rooms.post("/directory/api/commands/grant-capability", body).status == 422


def test_withdrawn_it_is_over_and_the_page_says_what_there_is(rooms: House) -> None:
    page = rooms.get(f"/directory/accounts/{rooms.ids['account of approver']}", "administrator").text
    assert "Approuver les bulletins" in page and "partout" in page and "Siéger" not in page
    assert "Rencontre here" in page, "the gatherings by name"
    assert "Mes capacités" in rooms.get("/directory/me", "approver").text
    body = {"account": rooms.ids["account of approver"], "capability": "approver"}
    assert rooms.post("/directory/api/commands/withdraw-capability", body).status == 200
    shown_everywhere(rooms.url)
    assert approves(rooms, "approver", "echos") == 403
    assert approves(rooms, "editor", "echos") == 403, "once given, it is not for whoever writes again"
