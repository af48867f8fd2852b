"""One person who stands in four services under one address, and has answered a survey, is forgotten by one command:
nothing is found of them in any file, figures stay, and an old copy that is put back forgets again before it shows
anything."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener, urlopen

import pytest
from cryptography.exceptions import InvalidTag

from shared.persons.keys.keyring import Keyring, restored
from tests.fixtures.file_search import holders, secret, written
from tests.fixtures.installation import Up, as_operator, get_json, maillage, open_bulletin, post_json

pytestmark = pytest.mark.slow

NAME, ADDRESS, PHONE = "Zénobie Quatrefages", "zenobie.quatrefages@ville-inventee.invalid", "05 61 98 76 54"
OTHER, OTHERS = "Balthazar Peyrecave", "balthazar.peyrecave@ville-inventee.invalid"
TEXTS = [*written(NAME), *written("Quatrefages"), *written(ADDRESS), *written(PHONE), *written("zenobie.quatrefages")]
FOUR = ("directory", "membership", "events", "newsletter")


@dataclass
class Installed:
    """An installation in which both stand, and what the forgotten one's keys were."""

    folder: Path
    up: Up
    url: str
    before: Path  # a copy of the data folder as it was
    keys: list[bytes]
    figures: Any
    contact: str
    gathering: str


def command(url: str, service: str, name: str, body: Any) -> str:
    """The id of the entity."""
    try:
        return str(post_json(f"{url}/{service}/api/commands/{name}", body)["entity"])
    except HTTPError as refused:
        raise AssertionError(f"{name}: {refused.read().decode()}") from None


def until(what: Any, seconds: float = 60.0) -> Any:
    for _ in range(int(seconds / 0.1)):
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def mails(data: Path, address: str) -> list[Any]:
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in (data / "mail").glob("*.eml")]
    return [one for one in found if address in one["To"]]


def form(url: str, **fields: str) -> int:
    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *args: Any, **more: Any) -> None:
            return None

    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    try:
        return int(build_opener(Stay).open(as_operator(url, body)).status)
    except HTTPError as answer:
        return answer.code


def stand(url: str, data: Path, name: str, address: str) -> tuple[str, str]:
    """Writes somebody into four services; the structure that they are a contact of, and the gathering."""
    structure = command(url, "directory", "register-structure", {"name": f"Ville {name[:3]}", "kind": "public_body"})
    command(url, "directory", "add-contact", {"structure": structure, "name": name, "email": address, "phone": PHONE})
    assert form(f"{url}/directory/sign-in/ask", email=address.replace("@", "%40")) == 303
    command(url, "membership", "open-college", {"college": "qualified_persons", "title": "Personnes qualifiées"})
    command(url, "membership", "adopt-charter", {"title": "Charte", "principles": ["Agir ensemble."]})
    command(url, "membership", "join-network-as-person", {"person": name, "email": address, "charter_version": 1})
    command(url, "membership", "take-board-seat", {"role": "administrator", "holder": name, "email": address})
    day = {"kind": "thematic", "title": "Réunion des acteurs", "starts": "2093-05-04T10:00:00Z", "capacity": 1}
    gathering = command(url, "events", "plan-gathering", day)
    command(
        url,
        "events",
        "register-participant",
        {"gathering": gathering, "audience": "others", "name": name, "email": address},
    )
    post_json(f"{url}/newsletter/api/commands/request-subscription", {"email": address, "bulletins": ["echos"]})
    asked = until(lambda: [m for m in mails(data, address) if "onfirm" in m["Subject"]])
    text = asked[0].get_body(("plain",)).get_content()
    link = re.search(r"/newsletter/confirm/\S+", text)
    assert link and form(url + link[0]) == 303
    return structure, gathering


def answer_survey(url: str, data: Path, structure: str) -> None:
    """A survey is sent to the contact of a structure, who answers by the link: the observatory has no address of
    theirs."""
    question = {"id": "q1", "kind": "long", "text": "De quoi avez-vous besoin ?"}
    survey = command(url, "observatory", "draft-survey", {"title": "État des lieux", "questions": [question]})
    until_day = (date.today() + timedelta(days=30)).isoformat()
    command(url, "observatory", "open-survey", {"survey": survey, "until": until_day})
    sending = {"survey": survey, "kind": "invitation", "structures": [structure]}
    command(url, "observatory", "send-survey", sending)
    asked = until(lambda: [m for m in mails(data, ADDRESS) if "des lieux" in m["Subject"]])
    link = re.search(r"/observatory/answer/\S+", asked[0].get_body(("plain",)).get_content())
    assert link
    with urlopen(url + link[0]) as answer:
        page = answer.read().decode()
    hidden = dict(re.findall(r'name="(command_id|version)" value="([^"]*)"', page))
    assert form(url + link[0], q1=f"Appelez le {PHONE}".replace(" ", "%20"), **hidden) == 303


def raw_keys(data: Path) -> list[bytes]:
    """Every key of whoever stands under the address, as it is, as it is wrapped, and what wraps it."""
    found = []
    for service in FOUR:
        ring = Keyring(data / "keys", "reseau", service)
        found.append((data / "keys" / f"{service}.wrapping-key").read_bytes())
        for person in ring.persons_at(ADDRESS):
            row = ring._db.execute("SELECT wrapped FROM persons WHERE person = ?", (str(person),)).fetchone()
            found += [bytes(row[0]), ring._wrapping.unwrap(str(person), row[0])]
        ring.close()
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("persons")
    data = folder / "data"
    up = Up(data, ["--no-sample"], {"MAILLAGE_KEYS_BACKUP": str(folder / "keys-backup")}).start()
    url = up.wait()
    try:
        command(url, "membership", "adopt-charter", {"title": "Charte", "principles": ["Agir ensemble."]})
        command(url, "membership", "open-college", {"college": "qualified_persons", "title": "Personnes qualifiées"})
        open_bulletin(url)
        structure, gathering = stand(url, data, NAME, ADDRESS)
        stand(url, data, OTHER, OTHERS)
        answer_survey(url, data, structure)
        issue = command(url, "newsletter", "start-issue", {"bulletin": "echos", "number": 1})
        item = {"issue": issue, "section": "news", "title": "Une actualité", "text": "Le réseau se réunit."}
        command(url, "newsletter", "add-item", item)
        command(url, "newsletter", "approve-issue", {"issue": issue, "recipients": 2})
        # Both: the link, the question, the issue; and one of them the survey.
        until(lambda: len(mails(data, ADDRESS)) == 4 and len(mails(data, OTHERS)) == 3)
        figures = get_json(f"{url}/observatory/api/review")["figures"]
        up.stop()
        before = Path(shutil.copytree(data, folder / "before"))
        keys = raw_keys(before)
        shutil.copytree(data, folder / "before-keys")
        url = up.start().wait()
        yield Installed(folder, up, url, before, keys, figures, structure, gathering)
    finally:
        if up.process is not None and up.process.poll() is None:
            up.stop()


@pytest.fixture(scope="module")
def told(installed: Installed) -> Any:
    """What `person export` gave out before."""
    to = installed.folder / "export.json"
    done = maillage("person", "export", ADDRESS, "--to", str(to), data=installed.up.data)
    assert done.returncode == 0, done.stderr
    assert to.stat().st_mode & 0o777 == 0o600
    content = json.loads(to.read_text())
    to.unlink()
    return content


@pytest.fixture(scope="module")
def forgotten(installed: Installed, told: Any) -> Installed:
    """The same after the one command."""
    done = maillage("person", "forget", ADDRESS, "--yes", data=installed.up.data)
    assert done.returncode == 0, done.stderr + done.stdout
    assert ADDRESS not in done.stdout + done.stderr and NAME not in done.stdout + done.stderr
    return installed


def test_before_it_no_file_holds_a_name_in_clear_and_only_mails_hold_an_address(installed: Installed) -> None:
    found = list(holders([installed.before], TEXTS))
    assert len(found) == 4 and {path.suffix for path in found} == {".eml"}
    names = list(holders([installed.before], [*written(NAME), *written(PHONE), *written(OTHER)]))
    assert names == []
    keys = {path.name for one in installed.keys for path in holders([installed.before], secret(one))}
    assert keys == {f"{name}.{end}" for name in FOUR for end in ("keys.sqlite", "wrapping-key")}


def test_all_that_is_kept_of_a_person_is_told_and_nothing_of_others(told: Any) -> None:
    text = json.dumps(told, ensure_ascii=False)
    assert {one["service"] for one in told["services"]} == {*FOUR, "observatory"}
    assert text.count(NAME) == 4 and text.count(ADDRESS) == 5 and PHONE in text
    assert "Peyrecave" not in text and "peyrecave" not in text
    events = [event for one in told["services"] for event in one["events"]]
    assert {one["event"] for one in events} >= {
        "ContactAdded", "MemberJoined", "BoardSeatTaken", "ParticipantRegistered", "SubscriptionRequested",
        "SubscriptionConfirmed", "DeliveryBegun", "DeliveryAccepted",
    }  # fmt: skip
    contact = next(one for one in events if one["event"] == "ContactAdded")
    assert contact["label"] == "Contact ajouté"
    assert {"field": "name", "label": "Nom", "value": NAME} in contact["fields"]
    assert all(line["term"] and line["ground"] for one in told["services"] for line in one["purposes"])


def test_what_was_written_by_the_link_of_a_survey_is_told_by_the_address(told: Any) -> None:
    (observatory,) = [one for one in told["services"] if one["service"] == "observatory"]
    (answer,) = [one for one in observatory["events"] if one["event"] == "SurveyAnswered"]
    assert f"Appelez le {PHONE}" in json.dumps(answer["fields"], ensure_ascii=False)
    assert observatory["purposes"] and observatory["persons"] == told["services"][0]["persons"]


def test_after_it_no_file_of_the_installation_holds_name_address_or_key(forgotten: Installed) -> None:
    folders = [forgotten.up.data, forgotten.folder / "keys-backup"]
    everything = [*TEXTS, *(trace for one in forgotten.keys for trace in secret(one))]
    assert list(holders(folders, everything)) == []  # while it runs, with what SQLite and NATS have not tidied up yet
    assert not list(holders([forgotten.up.said], everything)) and NAME not in forgotten.up.output()
    forgotten.up.stop()
    try:
        assert list(holders(folders, everything)) == []
        assert list(holders(folders, written(OTHERS))) != []
    finally:
        forgotten.url = forgotten.up.start().wait()


def test_figures_are_as_they_were(forgotten: Installed) -> None:
    assert get_json(f"{forgotten.url}/observatory/api/review")["figures"] == forgotten.figures


def test_pages_say_that_the_person_was_forgotten_and_the_mail_lists_were_left(forgotten: Installed) -> None:
    for path in (
        f"/directory/structures/{forgotten.contact}",
        "/membership/board",
        f"/events/gatherings/{forgotten.gathering}/check-in?q=1",
    ):
        with urlopen(as_operator(forgotten.url + path)) as answer:
            page = answer.read().decode()
        assert "oubliée" in page and "Quatrefages" not in page, path
    subscribers = get_json(f"{forgotten.url}/newsletter/api/subscribers")["documents"]
    assert sorted(one["bulletins"] for one in subscribers) == [[], ["echos"]]
    registrations = get_json(f"{forgotten.url}/events/api/registrations")["documents"]
    assert sorted(one["standing"] for one in registrations) == ["cancelled", "registered"]


def test_asking_again_finds_nobody_and_the_same_address_is_a_new_person(forgotten: Installed) -> None:
    again = maillage("person", "forget", ADDRESS, "--yes", data=forgotten.up.data)
    assert again.returncode == 2 and "No service knows this person" in again.stderr and ADDRESS not in again.stderr
    nowhere = [post_json(f"{forgotten.url}/{one}/api/persons/find", {"address": ADDRESS}) for one in FOUR]
    assert [one["persons"] for one in nowhere] == [[], [], [], []]
    found = maillage("person", "find", OTHERS, "--json", data=forgotten.up.data)
    assert [len(one["persons"]) for one in json.loads(found.stdout)] == [1, 2, 1, 1, 0]


def log_of(up: Up, url: str) -> list[Any]:
    """Every event about a forgotten person."""
    last = get_json(f"{url}/observatory/api/state")["last"]
    found: list[Any] = []
    after = 0
    while after < last:
        page = get_json(f"{url}/observatory/api/events?after={after}&limit=200")["events"]
        found += [one for one in page if one["type"].startswith("PersonForgotten")]
        after = page[-1]["seq"]
    return found


@pytest.mark.parametrize("with_old_keys", [False, True])
def test_an_old_copy_that_is_put_back_forgets_again_before_it_shows_anything(
    forgotten: Installed, tmp_path: Path, with_old_keys: bool
) -> None:
    data = Path(shutil.copytree(forgotten.before, tmp_path / "data"))
    backup = Path(shutil.copytree(forgotten.folder / "keys-backup", tmp_path / "keys-backup"))
    if not with_old_keys:  # as it should be done: the keys come from their own backup
        shutil.rmtree(data / "keys")
        for service in (*FOUR, "observatory"):
            restored(backup, data / "keys", service)
        shutil.copy(backup / "notary.key", data / "keys")
    up = Up(data, ["--no-sample"], {"MAILLAGE_KEYS_BACKUP": str(backup)}).start()
    try:
        url = up.wait()
        with urlopen(as_operator(f"{url}/directory/structures/{forgotten.contact}")) as answer:
            page = answer.read().decode()
        assert "oubliée" in page and "Quatrefages" not in page
        events = log_of(up, url)
        assert len(events) == 6 and {one["data"]["reason"] for one in events} == {"restored"}
        subscribers = get_json(f"{url}/newsletter/api/subscribers")["documents"]
        assert sorted(one["bulletins"] for one in subscribers) == [[], ["echos"]]
        everything = [*TEXTS, *(trace for one in forgotten.keys for trace in secret(one))]
        assert list(holders([data, backup], everything)) == []
        other = post_json(f"{url}/membership/api/persons/export", {"address": OTHERS})
        assert OTHER in str(other["events"])
    finally:
        up.stop()


def test_the_old_keys_are_opened_by_nothing_that_is_left(forgotten: Installed, tmp_path: Path) -> None:
    old, now = forgotten.before / "keys" / "directory.keys.sqlite", forgotten.up.data / "keys"
    with sqlite3.connect(old) as db:
        rows = db.execute("SELECT person, wrapped FROM persons").fetchall()
    ring = Keyring(now, "reseau", "directory")
    try:
        for person, wrapped in rows:
            with pytest.raises(InvalidTag):
                ring._wrapping.unwrap(person, wrapped)
    finally:
        ring.close()
