"""Two visitors are two addresses, whichever way they come; and what is meant for whoever sits at the host answers no
container.

Twice: by the text of docker-compose.yml and the Caddyfile, resolved as Docker does (names.py), and with the real
gateway between namespaces of the network that have the addresses of that file. With Docker itself: tests/containers.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from shared.base.services import SERVICES
from tests.compose.harness import BIN
from tests.compose.names import network_of
from tests.compose.reading import ROOT, dotenv, interpolated, services
from tests.fixtures.net_spaces import Spaces, spaces, why_not

FILE, CADDYFILE = ROOT / "docker-compose.yml", ROOT / "deploy" / "gateway" / "Caddyfile"
ENV = dotenv(ROOT / ".env.example")
SPECS = services(FILE, ENV)
NETWORKS = yaml.safe_load(interpolated(FILE.read_text(), ENV))["networks"]
UPSTREAMS = re.findall(r"reverse_proxy (?:@\w+ )?([\w.-]+):(\d+)", CADDYFILE.read_text())
FRONT, OUT = (ip_network(NETWORKS[name]["ipam"]["config"][0]["subnet"]) for name in ("front", "out"))
WHY_NOT = why_not()


def way(name: str, asking: str = "gateway") -> str | None:
    return network_of(name, asking, SPECS, NETWORKS)


def test_the_gateway_comes_to_every_service_from_its_address_where_it_is_believed() -> None:
    to_services = [name for name, port in UPSTREAMS if port == "8000"]
    assert {name.partition(".")[0] for name in to_services} == set(SERVICES) and len(to_services) == 5
    for name in to_services:
        assert way(name) == "front", f"{name}: the gateway's address on {way(name)} is nobody's proxy"
    for name, _ in UPSTREAMS:
        assert way(name) is not None
    for name in SERVICES:
        assert SPECS[name].environment["MAILLAGE_TRUSTED_PROXIES"] == str(FRONT)


def test_the_name_of_a_service_alone_would_lead_elsewhere_and_the_alias_is_nowhere_else() -> None:
    """What was wrong: on `out`, the two services with public forms took all visitors for one."""
    assert way("directory") == way("newsletter") == "out"
    for name in SERVICES:
        known = [network for network, aliases in SPECS[name].networks.items() if f"{name}.front" in aliases]
        assert known == ["front"]
    assert way("directory.front", asking="mongo") is None and way("nats-1") is None


def test_the_network_on_which_ports_are_published_has_ipv6_and_fixed_addresses() -> None:
    published = [name for name in SPECS["gateway"].networks if not NETWORKS[name].get("internal")]
    assert published == ["out"] and NETWORKS["out"]["enable_ipv6"] is True
    subnets = [ip_network(one["subnet"]) for one in NETWORKS["out"]["ipam"]["config"]]
    assert [subnet.version for subnet in subnets] == [4, 6] and all(subnet.is_private for subnet in subnets)
    assert not FRONT.overlaps(subnets[0]), "who comes from outside is not among those who are believed"
    assert SPECS["gateway"].environment["HOST_AT"] == NETWORKS["out"]["ipam"]["config"][0]["gateway"]


# -- the real gateway ---------------------------------------------------------------------------------------------

ASK = """
import socket, ssl, sys
host, port, tls = sys.argv[1], int(sys.argv[2]), len(sys.argv) > 3
way = socket.create_connection((host, port), 10)
if tls:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    way = context.wrap_socket(way, server_hostname="localhost")
lines = [b"GET /directory/ HTTP/1.1", b"Host: localhost", b"X-Forwarded-For: 9.9.9.9", b"Connection: close", b"", b""]
way.sendall(b"\\r\\n".join(lines))
found = b""
while part := way.recv(65536):
    found += part
print(found.decode())
"""
VISITORS = {
    "one": ("203.0.113.1", "203.0.113.7", "2001:db8:a::1", "2001:db8:a::7"),
    "two": ("198.51.100.1", "198.51.100.7", "2001:db8:b::1", "2001:db8:b::7"),
}
"""visitor → the gateway's end and its own, by IPv4 and by IPv6"""
GATEWAY, SERVICE = 2, 3  # as which a container is numbered on each network


def address(network: str, number: int) -> str:
    return str(ip_network(NETWORKS[network]["ipam"]["config"][0]["subnet"])[number])


@pytest.fixture
def places() -> Iterator[Spaces]:
    """The host, the gateway, a service that is on `front` and `out` with it, and two visitors."""
    if WHY_NOT:
        pytest.skip(WHY_NOT)
    with spaces("gateway", "directory", "host", *VISITORS) as made:
        for network in ("front", "out"):
            made.link("gateway", "directory", (f"{address(network, GATEWAY)}/24", f"{address(network, SERVICE)}/24"))
        made.link("gateway", "host", (f"{address('out', GATEWAY)}/32", f"{address('out', 1)}/32"))
        for name, (gate4, own4, gate6, own6) in VISITORS.items():
            made.link("gateway", name, (f"{gate4}/24", f"{own4}/24"), (f"{gate6}/64", f"{own6}/64"))
        yield made


def gateway_of(places: Spaces, folder: Path, caddyfile: str) -> None:
    """The gateway and one service behind it, begun in their places. Names lead where Docker would lead them."""
    (folder / "Caddyfile").write_text(caddyfile)
    lines = ["127.0.0.1 localhost"]
    for name in {"directory", *re.findall(r"\b(directory\.front)\b", caddyfile)}:
        lines.append(f"{address(way(name) or '', SERVICE)} {name}")
    (folder / "hosts").write_text("\n".join(lines) + "\n")
    env = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    env |= {name: SPECS["gateway"].environment[name] for name in ("HOST_AT",)} | {"GATEWAY_ADDRESS": "localhost"}
    caddy = [str(BIN / "caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    places.begin("gateway", caddy, folder / "gateway.log", hosts=folder / "hosts", env=env)
    serving = [sys.executable, "-m", "tests.compose.who_asks", "8000", str(FRONT)]
    places.begin("directory", serving, folder / "service.log", env=env)
    places.until("directory", sys.executable, "-c", ASK, "127.0.0.1", "8000")
    places.until("gateway", sys.executable, "-c", ASK, "127.0.0.1", "8443", "tls")


def seen(places: Spaces, visitor: str, gate: str) -> str:
    """The address as which a service counts a visitor."""
    answer = places.until(visitor, sys.executable, "-c", ASK, gate, "8443", "tls")
    assert " 200" in answer.splitlines()[0], answer
    return answer.rpartition("\n\n")[2].strip()


@pytest.mark.slow
def test_two_visitors_are_two_addresses_through_the_real_gateway(places: Spaces, tmp_path: Path) -> None:
    gateway_of(places, tmp_path, CADDYFILE.read_text())
    by_ipv4 = {name: seen(places, name, ends[0]) for name, ends in VISITORS.items()}
    assert by_ipv4 == {name: ends[1] for name, ends in VISITORS.items()}
    by_ipv6 = {name: seen(places, name, ends[2]) for name, ends in VISITORS.items()}
    for name, ends in VISITORS.items():
        assert ip_address(ends[3]) in ip_network(by_ipv6[name]), "an IPv6 visitor counts with its /64"
    assert len({*by_ipv4.values(), *by_ipv6.values()}) == 4
    answer = places.until("host", sys.executable, "-c", ASK, address("out", GATEWAY), "3000")
    assert " 502" in answer.splitlines()[0], "whoever sits at the host reaches Grafana, which is not there"
    for network in ("front", "out"):
        for port in ("3000", "8025"):
            said = places.run("directory", sys.executable, "-c", ASK, address(network, GATEWAY), port)
            assert "HTTP/" not in said.stdout, f"a container was answered at {network}:{port}"


@pytest.mark.slow
def test_by_the_name_alone_all_visitors_would_be_one(places: Spaces, tmp_path: Path) -> None:
    """The trial finds the hole that it is for."""
    gateway_of(places, tmp_path, CADDYFILE.read_text().replace("directory.front", "directory"))
    assert {seen(places, name, ends[0]) for name, ends in VISITORS.items()} == {address("out", GATEWAY)}
