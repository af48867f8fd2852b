"""Bad input, to every command of every service, as JSON and as a form: 4xx with a sentence, never 500, no event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from pydantic import ValidationError

from deploy.host.all_services import DEFINITIONS
from shared.web.api import kebab
from tests.fixtures.installation import Up, as_operator, get_json

pytestmark = pytest.mark.slow
EVERY = [(d.name, command) for d in DEFINITIONS for decider in d.deciders for command in decider.decisions]
OWN_FORM = {"RequestSubscription"}  # internal, with a form for everybody under the same address
COMMANDS = [(service, command) for service, command in EVERY if not command.internal or command.__name__ in OWN_FORM]
INTERNAL = [(service, command) for service, command in EVERY if (service, command) not in COMMANDS]
UNKNOWN = "01890000-0000-7000-8000-00000000abcd"
OTHER_UNKNOWN = "01890000-0000-7000-8000-00000000dcba"
TEXT_10_MB = "a" * 10_000_000


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    up = Up(tmp_path_factory.mktemp("bad") / "data", ["--no-sample"]).start()
    try:
        up.wait()
        yield up
    finally:
        up.stop()


@pytest.fixture(scope="module")
def url(up: Up) -> str:
    return up.wait()


@pytest.fixture(scope="module")
def signed_in(up: Up) -> dict[str, str]:
    """The headers of an editor's browser."""
    return up.signed_in("directory:editor")


def send(url: str, body: bytes, kind: str) -> tuple[int, str]:
    """Status and text of the answer."""
    try:
        with urlopen(as_operator(url, body, **{"Content-Type": kind}), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def last(url: str) -> int:
    return int(get_json(f"{url}/observatory/api/state")["last"])


def allowed(command: Any, body: Any) -> bool:
    try:
        command.model_validate(body)
    except ValidationError:
        return False
    return True


BAD: list[Any] = [
    None,
    [],
    "text",
    7,
    {"unasked": 1},
    {"name": {"deep": [1]}},
    {"name": "\u0000"},
    {"structure": "not-an-id"},
]


@pytest.mark.parametrize(("service", "command"), COMMANDS, ids=[c.__name__ for _, c in COMMANDS])
def test_bad_json_is_refused_with_a_sentence_and_leaves_no_event(url: str, service: str, command: Any) -> None:
    before = last(url)
    address = f"{url}/{service}/api/commands/{kebab(command.__name__)}"
    for body in (*(json.dumps(b).encode() for b in BAD if not allowed(command, b)), b"{half", b"\xff\xfe"):
        status, text = send(address, body, "application/json")
        assert 400 <= status < 500, (body, status, text)
        assert json.loads(text)["message"], body
    properties = command.model_json_schema().get("properties", {})
    for name in properties:
        for value in ({"a": 1}, [[[]]], -(10**30), "x" * 20_000, "2016-02-30", "\ud800", "\u0000"):
            if allowed(command, {name: value}):
                continue  # a text may be any text
            status, text = send(address, json.dumps({name: value}).encode(), "application/json")
            assert 400 <= status < 500, (name, value, text)
            assert json.loads(text)["message"]
    assert last(url) == before


@pytest.mark.parametrize(("service", "command"), COMMANDS, ids=[c.__name__ for _, c in COMMANDS])
def test_a_bad_form_comes_back_with_a_sentence_and_leaves_no_event(url: str, service: str, command: Any) -> None:
    required = command.model_json_schema().get("required", ())
    before = last(url)
    address = f"{url}/{service}/do/{command.__name__}"
    form = "application/x-www-form-urlencoded"
    status, text = send(address, b"", form)
    if status == 405:
        assert "<h1>" in text
        return  # a command with a page of its own
    assert status == 400  # no command id: not one of our forms
    known = {"command_id": str(uuid4())}
    wrong = {**known, **dict.fromkeys(command.model_fields, "\u202e<script>"), "happened_on": "2016-02-30"}
    status, text = send(address, urlencode(wrong).encode(), form)
    assert 400 <= status < 500
    assert 'role="alert"' in text
    assert "<script>" not in text
    if required:
        status, text = send(address, urlencode(known).encode(), form)
        assert status == 422 and 'role="alert"' in text
        assert last(url) == before


@pytest.mark.parametrize(("service", "command"), INTERNAL, ids=[c.__name__ for _, c in INTERNAL])
def test_what_a_service_says_to_itself_has_no_address(url: str, service: str, command: Any) -> None:
    for path in (f"/{service}/do/{command.__name__}", f"/{service}/api/commands/{kebab(command.__name__)}"):
        assert send(f"{url}{path}", b"", "application/x-www-form-urlencoded")[0] in {404, 405}


@pytest.mark.parametrize(("service", "command"), [COMMANDS[0], COMMANDS[-1]], ids=["json", "form"])
def test_10_mb_of_text_are_refused_and_leave_no_event(url: str, service: str, command: Any) -> None:
    before = last(url)
    address = f"{url}/{service}/api/commands/{kebab(command.__name__)}"
    assert send(address, json.dumps({"name": TEXT_10_MB}).encode(), "application/json")[0] == 413
    address = f"{url}/{service}/do/{command.__name__}"
    assert send(address, urlencode({"name": TEXT_10_MB}).encode(), "application/x-www-form-urlencoded")[0] == 413
    assert last(url) == before


def needs_an_id_only(command: Any) -> bool:
    entity = command.entity.replace("-", "_")
    return not command.creates and set(command.model_json_schema().get("required", ())) == {entity}


@pytest.mark.parametrize(
    ("service", "command"),
    [(s, c) for s, c in COMMANDS if needs_an_id_only(c)],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_an_unknown_id_is_refused_with_a_sentence(url: str, service: str, command: Any) -> None:
    entity = command.entity.replace("-", "_")
    address = f"{url}/{service}/api/commands/{kebab(command.__name__)}"
    status, text = send(address, json.dumps({entity: UNKNOWN}).encode(), "application/json")
    assert 400 <= status < 500
    assert json.loads(text)["message"]


GOOD: dict[str, Any] = {
    "name": "Essai", "kind": "networking", "medium": "Essai", "structure_name": "Essai", "title": "Essai",
    "text": "Essai",
    "college": "associative", "charter_version": 1, "role": "president", "audience": "others", "project_title": "Essai",
    "school_year": "2016-2017", "association_name": "Essai", "school_name": "Essai", "host_name": "Essai",
    "since": "2016-03-01", "until": "2016-09-01",
}  # fmt: skip
PROJECT = {"summary": "Essai", "country": "SN", "stage": "running", "leader": OTHER_UNKNOWN}
MORE: dict[str, dict[str, Any]] = {
    "PublishOffer": {"kind": "job"},
    "RedraftPublication": {"kind": "job"},
    "DraftPublication": {"kind": "job", "sort": "news", "structure": OTHER_UNKNOWN},
    "DraftProject": PROJECT,
    "ReviseProject": PROJECT,
    "ClaimListing": {"kind": "school", "email": "essai@exemple.invalid"},
    "SendSurvey": {"kind": "invitation"},
    "AnswerIdentification": {"structures": 1},
    "AcceptClaim": {"structure": OTHER_UNKNOWN},
    "ApproveIssue": {"recipients": 3},
    "NotePastMembership": {"reason": "withdrawal"},
    "MergeStructures": {"merged": OTHER_UNKNOWN},
    "TellNamesakesApart": {"first": OTHER_UNKNOWN, "second": OTHER_UNKNOWN},
    "DoubtNamesakes": {"first": OTHER_UNKNOWN, "second": OTHER_UNKNOWN},
}
"""What a command needs beside or instead of these."""
REFERRING = [(s, c) for s, c in COMMANDS if any(refers.id is None for refers in c.refers.values())]


@pytest.mark.parametrize(("service", "command"), REFERRING, ids=[c.__name__ for _, c in REFERRING])
def test_an_id_that_names_nothing_is_refused_with_a_sentence_and_leaves_no_event(
    url: str, service: str, command: Any
) -> None:
    before = last(url)
    # an id that follows from what is said, such as the code of a college, is tried where that is said
    named = {field for field, refers in command.refers.items() if refers.id is None}
    body = {
        name: GOOD[name] for name in command.model_json_schema()["properties"] if name in GOOD and name not in named
    }
    body |= MORE.get(command.__name__, {})
    own = command.entity.replace("-", "_")
    body |= {own: UNKNOWN} if own in command.model_fields and not command.creates else {}
    for field in named & command.model_fields.keys():  # else it follows from another answer, such as that of a bulletin
        several = "list" in str(command.model_fields[field].annotation)
        full = {**body, field: [UNKNOWN] if several else UNKNOWN}
        assert allowed(command, full), f"{command.__name__} needs more than {full}"
        status, text = send(
            f"{url}/{service}/api/commands/{kebab(command.__name__)}", json.dumps(full).encode(), "application/json"
        )
        unknown = {f"unknown-{refers.to.partition('.')[2]}" for refers in command.refers.values()}
        assert status == 422 and json.loads(text)["error"] in unknown
        assert len(json.loads(text)["message"]) > 20
    assert last(url) == before


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere", "/directory/structures/none", f"/directory/structures/{UNKNOWN}", "/directory/do/Nothing",
        "/directory/?page=-1", "/directory/?page=99999999999999999999", "/directory/api/structures?size=x",
        "/directory/api/nothing", "/observatory/api/review?as_of=2016-02-30", "/observatory/review?as_of=never",
        "/observatory/api/review?known_at=99999-01-01", "/observatory/api/review?as_of=20161231",
        "/directory/?as_of=20161231", "/observatory/api/review?as_of=31%2F12%2F2016",
        "/observatory/review?as_of=20161231", "/observatory/?as_of=1483142400", "/observatory/api/events/0",
        "/observatory/api/events/x", "/observatory/journal/999999999", "/membership/members/x", "/events/gatherings/x",
        "/newsletter/issues/x", "/directory/../../etc/passwd", "/static/../settings.py",
    ],
)  # fmt: skip
def test_an_address_that_can_not_be_is_a_4xx_with_a_sentence(url: str, path: str) -> None:
    try:
        with urlopen(as_operator(url + path), timeout=30) as answer:
            raise AssertionError(f"{path} answered {answer.status}")
    except HTTPError as error:
        with error:
            assert 400 <= error.code < 500
            assert len(error.read().decode()) > 30


def test_a_day_that_was_typed_into_a_page_leads_to_its_address_in_iso_8601(url: str) -> None:
    for typed in ("31%2F12%2F2016", "31.12.2016"):
        with urlopen(as_operator(f"{url}/directory/?q=31%2F12%2F2016&as_of={typed}"), timeout=30) as answer:
            assert answer.url.endswith("/directory/?q=31%2F12%2F2016&as_of=2016-12-31")


def test_a_refusal_about_one_field_says_where_it_is(url: str) -> None:
    body = {"name": "Eau\u202evive", "kind": "school", "countries": ["SN", "ZZ"]}
    status, text = send(
        f"{url}/directory/api/commands/register-structure", json.dumps(body).encode(), "application/json"
    )
    told = json.loads(text)
    assert status == 422 and [one["pointer"] for one in told["errors"]] == ["#/name", "#/countries/1"]
    assert "U+202E" in told["fields"]["name"] and "4" in told["fields"]["name"]
    body = {"name": "Eau vive", "kind": "school", "siren": "732829320", "siret": "35600000000048"}
    status, text = send(
        f"{url}/directory/api/commands/register-structure", json.dumps(body).encode(), "application/json"
    )
    told = json.loads(text)
    assert (status, told["error"], told["errors"][0]["pointer"]) == (422, "siret-of-another", "#/siret")
    where = f"{url}/directory/api/commands/register-structure?happened=2999-01-01T00:00:00Z"
    status, text = send(where, json.dumps({"name": "Eau vive", "kind": "school"}).encode(), "application/json")
    told = json.loads(text)
    assert (status, told["error"], told["errors"][0]["parameter"]) == (422, "time-in-future", "happened")


def test_a_post_from_another_sites_page_is_refused(url: str, signed_in: dict[str, str]) -> None:
    before = last(url)
    headers = {**signed_in, "Content-Type": "application/json", "Origin": "https://ailleurs.exemple.invalid"}
    body = json.dumps({"name": "Kynarou", "kind": "association"}).encode()
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{url}/directory/api/commands/register-structure", data=body, headers=headers), timeout=30)
    refused.value.close()
    assert refused.value.code == 403
    assert last(url) == before


def test_the_data_folder_is_closed_to_other_users(up: Up) -> None:
    for name in ("keys/operator-token", "keys/directory.session-key", "keys/directory.wrapping-key"):
        assert (up.data / name).stat().st_mode & 0o077 == 0, name


MOMENTS = [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z", "2017-06-30T23:59:60Z", "2017-06-30T24:00:00Z", "2017-06-30T12:00:00+99:99",
    "2017-06-30T12:00:00", "20170630T120000Z", "20170630", "1498824000", "2017-06-30 12:00:00Z", "2017-06-30",
    "2017-02-30T12:00:00Z", "1e400", "nan", "9" * 400, "\u0000", "9999-12-31",
]  # fmt: skip
BEFORE_ALL = "0001-01-01T00:00:00+14:00"


def test_a_moment_that_the_calendar_cannot_carry_is_refused_in_words(up: Up, url: str) -> None:
    """As `happened` of each kind of command, and as a field of its form or body."""

    def post(path: str, body: bytes, kind: str = "application/json", **more: str) -> tuple[int, str]:
        try:
            with urlopen(as_operator(f"{url}{path}", body, **{"Content-Type": kind, **more}), timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    school = json.dumps({"name": "Eau vive", "kind": "school"}).encode()
    register = "/directory/api/commands/register-structure"
    for when in MOMENTS:
        status, text = post(f"{register}?{urlencode({'happened': when})}", school)
        assert status == 422 or (status == 200 and when == "2017-06-30T24:00:00Z"), (when, text)
    status, text = post(f"{register}?{urlencode({'happened': BEFORE_ALL})}", school)
    assert json.loads(text)["error"] == "time-out-of-calendar" and "calendrier" in json.loads(text)["message"]
    status, text = post(f"{register}?happened=0001-01-01T00:00:00Z", school)
    assert status == 422 and json.loads(text)["error"] == "too-long-ago", text
    status, text = post(f"{register}?happened=1990-01-01T12:00:00Z", school)
    assert status == 200, text
    own = json.loads(text)["entity"]
    draft = {"structure": own, "sort": "event", "title": "Une fête", "text": "Venez."}
    survey = {"title": "Enquête", "questions": [{"id": "q1", "kind": "short", "text": "Quoi ?"}]}
    status, text = post("/observatory/api/commands/draft-survey", json.dumps(survey).encode())
    for path, body in [
        ("/directory/api/commands/draft-publication", {**draft, "starts": BEFORE_ALL}),
        ("/directory/api/commands/draft-publication", {**draft, "ends": "9999-12-31T23:30:00Z"}),
        ("/directory/api/commands/draft-publication", {**draft, "deadline": "9999-12-31"}),
        ("/observatory/api/commands/open-survey", {"survey": json.loads(text)["entity"], "until": "9999-12-31"}),
    ]:
        status, said = post(path, json.dumps(body).encode())
        assert status == 422 and "calendrier" in said, (path, body, said)
    for field, when in [("starts", "0001-01-01T00:00"), ("starts", "9999-12-31T23:59")]:
        form = {"command_id": str(uuid4()), **draft, field: when}
        kind = "application/x-www-form-urlencoded"
        status, said = post("/directory/do/DraftPublication", urlencode(form).encode(), kind)
        assert status == 422 and when in said, (field, when, said)
