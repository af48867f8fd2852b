"""One journey through docker-compose.yml as it stands: from an empty host to a structure, a figure and a mail, and back
after a restart of the whole. On three NATS nodes, MongoDB's stand-in, five services, and the gateway with TLS."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import pymongo
import pytest
from playwright.sync_api import expect
from pymongo.errors import OperationFailure

from services.newsletter.app import NEWSLETTER
from shared.kernel.reactions import durable
from tests.compose.harness import SERVICES, Answer, Compose
from tests.fixtures.browser import CHROMIUM, chromium
from tests.fixtures.installation import BULLETIN

pytestmark = pytest.mark.slow
NAME = "Les Ateliers du Canal"
EMAIL = "premiere.personne@exemple.invalid"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    with Compose(tmp_path_factory.mktemp("compose")) as site:
        site.until(site.ready, 60, "ready")
        yield site


def shows(site: Compose, path: str, text: str) -> Answer:
    """The page, once it shows the text."""
    found: list[Answer] = []

    def there() -> bool:
        found.append(site.door.get(path))
        return text in found[-1].text

    site.until(there, 60, f"{path} with “{text}”")
    return found[-1]


def test_from_an_empty_host_to_a_figure_and_a_mail_and_back_after_a_restart(site: Compose) -> None:
    assert site.leader() in site.nodes() and len(site.nodes()) == 3
    assert site.door.get("/").status == 200
    assert site.door.get("/directory/api/structures").status == 401, "nobody has signed in"
    _begins_empty_and_takes_no_sample(site)
    _first_administrator(site)
    structure = _registered(site)
    _subscribed(site)
    before = {name: site.door.get(f"/{name}/api/state/views").json() for name in SERVICES}
    site.down()
    assert not any(container.runs for container in site.containers.values())
    site.up()
    site.until(site.ready, 60, "ready again")
    assert NAME in site.door.get(f"/directory/structures/{structure}").text, "the session and the structure are there"
    shows(site, "/observatory/journal", NAME)
    after = {name: site.door.get(f"/{name}/api/state/views").json() for name in SERVICES}
    assert _digests(after) == _digests(before)
    assert len(site.mails()) == 1, "nothing is sent twice"
    checked = site.exec("operator", "maillage", "views", "verify", "directory")
    assert checked.returncode == 0 and "equal" in checked.stdout, checked.stderr
    assert site.exec("operator", "maillage", "doctor").returncode == 0


def _digests(views: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {f"{name}/{view['view']}": view["digest"] for name, each in views.items() for view in each}


def _begins_empty_and_takes_no_sample(site: Compose) -> None:
    state = site.ask("directory", "/directory/api/structures", **site.operator("directory"))
    assert state.status == 200 and state.json()["total"] == 0
    refused = site.exec("directory", "maillage", "sample", "load")
    assert refused.returncode == 2 and "begins empty" in refused.stderr


def _first_administrator(site: Compose) -> None:
    said = site.exec("directory", "maillage", "account", "first-link").stdout
    (link,) = re.findall(r"https://\S+/directory/sign-in/first/\S+", said)
    assert link.startswith(f"{site.url('gateway')}/") and site.door.get(link).status == 200
    begun = site.door.post_form(
        link, {"email": EMAIL, "label": "Coordination", "password": "quatre mots font une phrase"}
    )
    assert begun.status == 303, begun.text
    assert "Secure" in begun.headers["set-cookie"] and any(name.startswith("__Host-") for name in site.door.cookies)
    assert site.door.get(link).status in (404, 410), "the link was good once"


def _registered(site: Compose) -> str:
    body = {"name": NAME, "kind": "association", "department": "31"}
    done = site.door.post_json("/directory/api/commands/register-structure", body, Idempotency_Key=str(uuid4()))
    assert done.status == 200, done.text
    structure = str(done.json()["entity"])
    assert NAME in shows(site, f"/directory/structures/{structure}", NAME).text
    shows(site, "/observatory/journal", NAME)
    return structure


def _opened(site: Compose) -> None:
    """A network has no bulletin until somebody opens one."""
    way = {**site.operator("newsletter"), "Idempotency_Key": str(uuid4())}
    answer = site.door.post_json("/newsletter/api/commands/open-bulletin", BULLETIN, **way)
    assert answer.status == 200, answer.text


def _subscribed(site: Compose) -> None:
    _opened(site)
    asked = site.door.post_json(
        "/newsletter/api/commands/request-subscription", {"email": EMAIL, "bulletins": ["echos"]}
    )
    assert asked.status == 200, asked.text
    site.until(site.mails, 60, "the mail")
    (mail,) = site.mails()
    assert mail["To"] == EMAIL
    body = mail.get_body(("plain",))
    assert body is not None
    (link,) = re.findall(r"https://\S+/newsletter/confirm/\S+", body.get_content())
    assert site.door.get(link).status == 200 and site.door.post_form(link, {}).status == 303


def test_the_gateway_lets_nobody_see_the_inside_and_speaks_tls_only(site: Compose) -> None:
    for path in ("/readyz", "/metrics", "/directory/readyz", "/observatory/metrics"):
        assert site.door.get(path).status == 404
    assert site.ask("directory", "/healthz").status == 200, "inside it is there"
    address = site.containers["gateway"].address
    stranger = HTTPSConnection(address, 8443, context=ssl.create_default_context(), timeout=30)
    with pytest.raises(ssl.SSLCertVerificationError):  # it trusts public authorities only
        stranger.connect()
    stranger.close()
    plain = HTTPConnection(address, 8080, timeout=30)
    plain.request("GET", "/directory/")
    answer = plain.getresponse()
    assert answer.status == 308 and answer.headers["Location"].startswith("https://")
    plain.close()


def _arrives(site: Compose, title: str) -> None:
    """A member's news, to which the newsletter reacts, is in the draft of its bulletin."""
    operator = site.operator("directory")
    _opened(site)

    def done(command: str, **body: str) -> str:
        way = {**operator, "Idempotency_Key": str(uuid4())}
        answer = site.door.post_json(f"/directory/api/commands/{command}", body, **way)
        assert answer.status == 200, answer.text
        return str(answer.json()["entity"])

    structure = done("register-structure", name=title, kind="association", department="31")
    done("publish-news", structure=structure, structure_name=title, title=title, text=title)
    drafts = "/newsletter/api/issues?size=100"
    site.until(lambda: title in site.door.get(drafts, **site.operator("newsletter")).text, 60, "the reaction")


@pytest.mark.browser
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="NO CHROMIUM: install Debian's package chromium")
def test_a_file_that_is_too_large_is_answered_with_a_sentence(site: Compose, tmp_path: Path) -> None:
    """By the service, or by the gateway where that takes no more."""
    operator, email = site.operator("directory"), "lourde@exemple.invalid"
    account = {"email": email, "label": "Secrétariat", "roles": ["directory:editor"]}
    assert site.door.post_json("/directory/api/accounts", account, **operator).status == 200
    link = site.door.post_json("/directory/api/accounts/link", {"email": email}, **operator).json()["link"]
    with chromium() as browser:
        page = browser.new_context(ignore_https_errors=True).new_page()
        assert page.request.post(link, headers={"Origin": site.door.url}).ok
        for megabytes in (24, 30):
            (tmp_path / "list.csv").write_bytes(b"Nom;Type\r\n" * (megabytes * 100_000))
            page.goto(f"{site.door.url}/directory/imports/new")
            page.get_by_label("Fichier", exact=True).set_input_files(tmp_path / "list.csv")
            page.get_by_role("button", name="Lire le fichier").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Envoi trop lourd")
            expect(page.locator("body")).to_contain_text("moins de 20")


def test_what_an_upgrade_writes_is_loaded_by_the_nodes_by_themselves(site: Compose) -> None:
    """From accounts in which the newsletter has a consumer less, and there and back for a reader."""
    consumers = [durable("newsletter", one) for one in NEWSLETTER.reactions]
    accounts = site.volume("secrets-nats") / "accounts.conf"
    now = accounts.read_text()
    accounts.write_text("".join(line for line in now.splitlines(True) if consumers[0] not in line))
    site._shown()

    def pending() -> set[str]:
        """The reactions of which the newsletter may see how far they are."""
        with urlopen(f"http://{site.containers['newsletter'].address}:9464/metrics", timeout=30) as answer:
            return set(re.findall(r'maillage_reaction_pending_events{reaction="([^"]+)"', answer.read().decode()))

    site.until(lambda: not pending(), 60, "the older release's accounts")
    assert site.exec("setup", *site.containers["setup"].spec.command).returncode == 0
    assert accounts.read_text() == now
    site.until(lambda: len(pending()) == len(consumers), 60, "those of the new release")
    _arrives(site, "Une école éclairée")
    asked = site.exec("operator", "maillage", "doctor", "--json").stdout
    (nodes,) = (check["text"] for check in json.loads(asked) if check["check"] == "log: nodes")
    assert nodes.count("current") == 2 and nodes.count("leads") == 1


def test_a_key_that_is_made_anew_is_good_by_itself_and_the_old_one_is_not(site: Compose) -> None:
    seed = site.volume("secrets-membership") / "nats.nk"
    old = seed.read_text()
    made = site.exec("setup", *site.containers["setup"].spec.command, "--anew", "membership")
    assert made.returncode == 0 and seed.read_text() != old, made.stderr
    again = site.exec("mongo-users", *site.containers["mongo-users"].spec.command)
    assert again.returncode == 0, again.stderr
    site.until(lambda: not site.ready("membership"), 60, "membership shut out")
    site.restart("membership")
    site.until(lambda: site.ready("membership"), 60, "membership with its new key")
    site.until(site.ready, 60, "all")
    dropped = site.exec("mongo-users", "maillage", "views", "drop-old")
    assert dropped.returncode == 0 and "membership: nothing" in dropped.stdout, dropped.stderr


def test_the_services_data_folders_are_backed_up_as_one(site: Compose, tmp_path: Path) -> None:
    whole = str(tmp_path / "all")
    assert site.exec("operator", "maillage", "deploy", "gather", "/data", whole).returncode == 0
    saved = site.exec("operator", "maillage", "backup", "--data", whole, "--to", str(tmp_path / "backup"))
    assert saved.returncode == 0 and "events of reseau" in saved.stdout, saved.stderr
    keys = site.exec("operator", "maillage", "backup", "keys", "--data", whole, "--to", str(tmp_path / "keys"))
    assert keys.returncode == 0 and all(name in keys.stdout for name in SERVICES), keys.stderr
    read = site.exec("operator", "maillage", "check-history", "--live")
    assert read.returncode == 0, read.stdout + read.stderr


def test_what_dies_comes_back_by_itself(site: Compose) -> None:
    site.kill("membership")
    assert not site.containers["membership"].runs
    site.until(lambda: site.ready("membership"), 60, "membership again")
    leader = site.leader()
    assert leader is not None
    site.kill(leader, stay=True)
    site.until(lambda: site.leader() not in (None, leader), 60, "another leader")
    site.until(lambda: site.door.get("/").status == 200, 60, "pages meanwhile")
    site.start(leader)
    site.until(site.ready, 60, "all again")


def test_a_service_opens_its_own_database_only(site: Compose) -> None:
    if site.mongo_url is not None:
        pytest.skip("MAILLAGE_TEST_MONGO_URL names one user for all")
    password = (site.volume("secrets-directory") / "mongo.password").read_text()
    url = f"mongodb://{site.containers['mongo'].address}:27017/?authSource=admin&retryWrites=false"
    with pymongo.MongoClient[dict[str, object]](url, username="directory", password=password) as client:
        assert client["reseau_directory"].list_collection_names()
        with pytest.raises(OperationFailure):
            client["reseau_membership"].list_collection_names()
    with pymongo.MongoClient[dict[str, object]](url) as client, pytest.raises(OperationFailure):
        client["reseau_directory"].list_collection_names()


def test_each_container_has_the_secrets_of_its_own_user_only(site: Compose) -> None:
    def of(name: str) -> set[str]:
        return {path.name for path in site.volume(f"secrets-{name}").rglob("*") if path.is_file()}

    for name in SERVICES:
        assert of(name) == {"nats.nk", "mongo.password"}
    seeds = [(site.volume(f"secrets-{name}") / "nats.nk").read_text() for name in (*SERVICES, "operator")]
    assert len(set(seeds)) == len(seeds)
    assert not [name for name in of("nats") if name.endswith(".nk")]
    folder: Path = site.volume("secrets-directory")
    assert not (folder / "nats.nk").stat().st_mode & 0o077
