"""Journeys and short faults on docker-compose.yml with real containers, MongoDB itself among them.

What only an engine can show: users, capabilities and limits, networks that are apart, names as Docker resolves them,
volumes as images get them, restart policies, MongoDB's own rights. Each test goes on where the one before it ended.
"""

from __future__ import annotations

import json
import re
from ipaddress import ip_address
from urllib.request import urlopen

import pytest

from shared.base.services import SERVICES
from tests.compose.reading import ROOT, services
from tests.containers.engine import Answer, Site
from tests.fixtures.installation import BULLETIN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600), pytest.mark.xdist_group("containers")]
NAME = "Les Ateliers du Canal"
PASSWORD = "quatre mots font une phrase"
ASKED_OFTEN = """
import json, ssl, sys, uuid
from http.client import HTTPSConnection
host, times = sys.argv[1], int(sys.argv[2])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
found = []
for n in range(times):
    way = HTTPSConnection(host, 8443, timeout=60, context=context)
    body = json.dumps({"email": f"{uuid.uuid4()}@exemple.invalid", "bulletins": ["echos"]})
    head = {"Host": "localhost", "Content-Type": "application/json", "Accept": "application/json"}
    way.request("POST", "/newsletter/api/commands/request-subscription", body, head)
    found.append(way.getresponse().status)
    way.close()
print(json.dumps(found))
"""


def structures(site: Site) -> list[str]:
    return sorted(one["name"] for one in site.ask("GET", "/directory/api/structures?size=100").json()["documents"])


def registered(site: Site, name: str) -> Answer:
    body = {"name": name, "kind": "association", "department": "31"}
    return site.ask("POST", "/directory/api/commands/register-structure", command=body)


def accepted(site: Site, name: str) -> None:
    """Registers it, again until it is."""
    site.until(lambda: registered(site, name).status == 200, f"a command: {name}")


def test_up_is_one_command_and_a_second_one_changes_nothing(site: Site) -> None:
    assert site.ask("GET", "/").status == 200
    before = {name: site.of(name) for name in SERVICES}
    site.compose.start()
    assert {name: site.of(name) for name in SERVICES} == before, "no container was replaced"


def test_from_the_first_link_to_a_structure_a_figure_and_a_mail(site: Site) -> None:
    said = site.ran("directory", "maillage", "account", "first-link")
    (link,) = re.findall(r"https://\S+/directory/sign-in/first/\S+", said)
    fields = {"email": "premiere@exemple.invalid", "label": "Coordination", "password": PASSWORD}
    assert site.ask("POST", link, fields).status == 303
    assert registered(site, NAME).status == 200
    site.until(lambda: structures(site) == [NAME], "the structure")
    site.until(lambda: NAME in site.ask("GET", "/observatory/journal").text, "the journal")
    assert site.ask("POST", "/newsletter/api/commands/open-bulletin", command=BULLETIN).status == 200
    asked = {"email": "lectrice@exemple.invalid", "bulletins": ["echos"]}
    assert site.ask("POST", "/newsletter/api/commands/request-subscription", command=asked).status == 200

    def caught() -> bool:  # by whoever sits at the host
        with urlopen(f"http://127.0.0.1:{site.env['MAILS_PORT']}/api/v1/messages", timeout=30) as answer:
            return "lectrice@exemple.invalid" in answer.read().decode()

    site.until(caught, "the mail")
    site.until(lambda: "of them signed" in site.operator("doctor"), "doctor says that all is well")


@pytest.mark.parametrize("family", ["IPAddress", "GlobalIPv6Address"])
def test_two_visitors_are_two_addresses(site: Site, family: str) -> None:
    """One asks until it is refused; the other is not. Both come to the gateway over the network of published ports."""
    told = json.loads(site.docker("inspect", site.of("gateway")))[0]["NetworkSettings"]["Networks"]
    gate = told[f"{site.name}_out"][family]
    assert gate and ip_address(gate) not in site.front
    image = services(ROOT / "docker-compose.yml", site.env)["directory"].image
    visits = ("run", "--rm", "--network", f"{site.name}_out", image, "python", "-c", ASKED_OFTEN, gate)
    first = json.loads(site.docker(*visits, "40"))
    assert first[0] == 200 and first[-1] == 429
    if family == "IPAddress":  # by IPv6 they are of one /64, which counts as one customer
        assert json.loads(site.docker(*visits, "1")) == [200]


def test_the_gateway_is_seen_on_front_alone_and_what_is_for_the_host_answers_no_container(site: Site) -> None:
    for name in SERVICES:
        found = site.ran("gateway", "getent", "hosts", f"{name}.front").split()[0]
        assert ip_address(found) in site.front, f"{name}.front leads to {found}"
    ask = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).status)"
    for port in (3000, 8025):
        where = f"http://gateway:{port}/"
        said = site.docker("exec", site.of("directory"), "python", "-c", ask, where, good=False)
        assert "200" not in said, f"a container reads {where}"


def test_containers_have_what_the_file_asks_for_and_no_secret_in_their_environment(site: Site) -> None:
    assert int(site.ran("mongo", "bash", "-c", "ulimit -n")) >= 64_000
    assert (
        int(site.ran("nats-1", "python", "-c", "import resource as r; print(r.getrlimit(r.RLIMIT_NOFILE)[0])"))
        >= 64_000
    )
    assert "64000" not in site.docker("logs", site.of("mongo")), "MongoDB warns of too few open files"
    assert site.ran("directory", "id", "-u").strip() == "10001"
    assert site.docker("exec", site.of("directory"), "touch", "/here", good=False) == ""
    for spec in services(ROOT / "docker-compose.yml", site.env).values():
        if spec.profiles and "dev" not in spec.profiles:
            continue
        told = json.loads(site.docker("inspect", site.of(spec.name)))[0]
        assert told["HostConfig"]["PidsLimit"] == spec.raw["pids_limit"]
        assert told["HostConfig"]["ReadonlyRootfs"] and told["HostConfig"]["CapDrop"] == ["ALL"]
        for line in told["Config"]["Env"]:
            key, _, value = line.partition("=")
            assert "PASSWORD" not in key or key.endswith("_FILE"), f"{spec.name}: {key}"
            assert "mlg_" not in value and "SU" + "A" * 8 not in value


def test_each_service_reaches_its_own_database_alone(site: Site) -> None:
    ask = """
import sys
from pymongo import MongoClient
from pymongo.errors import OperationFailure
word = open("/secrets/mongo.password").read().strip()
client = MongoClient("mongodb://membership@mongo:27017/?authSource=admin", password=word)
print(len(client[sys.argv[1] + "_membership"].list_collection_names()) > 0)
try:
    client[sys.argv[1] + "_directory"].list_collection_names()
    print("read another's")
except OperationFailure:
    print("refused")
"""
    said = site.ran("membership", "python", "-c", ask, site.env["MAILLAGE_NETWORK"])
    assert said.split() == ["True", "refused"]
    assert "DIFFERS" not in site.operator("views", "verify")


def test_a_node_whose_server_is_killed_comes_back_and_nothing_is_lost(site: Site) -> None:
    kill = (
        "import os, signal, glob; [os.kill(int(p.split('/')[2]), 9) for p in glob.glob('/proc/[0-9]*/comm') "
        "if open(p).read().strip() == 'nats-server']"
    )
    acknowledged = [NAME]
    for node in ("nats-1", "nats-2", "nats-3"):
        site.docker("exec", site.of(node), "python", "-c", kill, good=False)
        name = f"Pendant {node}"
        accepted(site, name)
        acknowledged.append(name)
        site.until(lambda: "BAD" not in site.operator("doctor", "--nodes"), f"{node} is current again")
    site.until(lambda: set(structures(site)) >= set(acknowledged), "what was acknowledged")


@pytest.mark.parametrize("name", ["mongo", "membership", "gateway"])
def test_one_that_is_paused_or_away_for_a_while_is_missed_and_all_works_again(site: Site, name: str) -> None:
    container = site.of(name)
    for away, back in (("pause", "unpause"), ("stop", "start")):
        site.docker(away, container)
        if name != "gateway":
            assert site.ask("GET", "/healthz").status < 500, "who does not need it goes on"
        site.docker(back, container)
        site.until(lambda: site.ask("GET", "/membership/").status < 500, f"after {away}")
        what = f"Après {away} {name}"
        accepted(site, what)
    site.until(lambda: what in structures(site), "the view")


def test_the_backup_was_made_by_itself_and_comes_back(site: Site) -> None:
    site.until(lambda: "good" in site.ran("backup", "maillage", "backup", "status"), "a backup, and the keys'")
    said = site.ran("backup", "maillage", "restore", "--from", "/backup", "--keys", "/backup-keys", "--drill")
    assert "rehearsed" in said and "DIFFERENT" not in said
    site.operator("audit", "verify", "--data", "/data/observatory")
