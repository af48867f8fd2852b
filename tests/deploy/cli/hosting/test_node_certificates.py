"""Routes between nodes on different hosts: TLS with certificates of the installation's own authority, at both ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

import nats
import pytest
from cryptography import x509
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from deploy.cli.hosting.node_certificates import certify
from deploy.host.embedded import prepare_reader
from shared.kernel.broker.connection import OPERATOR, connected
from shared.kernel.eventlog.event_log import prepare
from shared.runtime.nats.embedded_server import _dies_with_parent, binary
from shared.runtime.nats.server_config import Access, Node, seed_of, write
from tests.fixtures.ports import free_port

T = TypeVar("T")
HOSTS = ("127.0.0.11", "127.0.0.12")


class Nodes:
    """Nodes that stand for hosts, each on an address of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.route, self.monitoring = folder, free_port(), free_port()
        self._begun: list[subprocess.Popen[bytes]] = []

    def begin(self, host: str, certificates: Path) -> None:
        node = Node(
            host,
            str(self.folder / f"store-{host}"),
            f"{host}:{free_port()}",
            [f"{one}:{self.route}" for one in HOSTS],
            route_listen=f"{host}:{self.route}",
            monitoring=f"{host}:{self.monitoring}",
            certificates=str(certificates),
        )
        write(self.folder, Access("reseau"), [node])
        with (self.folder / f"{host}.log").open("wb") as log:
            words = [str(binary()), "-c", str(self.folder / f"{host}.conf")]
            self._begun.append(subprocess.Popen(words, stdout=log, stderr=log, preexec_fn=_dies_with_parent()))

    def peers(self, host: str) -> set[str]:
        """The names of the nodes with which one has routes."""
        with suppress(OSError), urlopen(f"http://{host}:{self.monitoring}/routez", timeout=5) as answer:
            return {one["remote_name"] for one in json.loads(answer.read())["routes"]}
        return set()

    def until(self, host: str, peers: set[str]) -> None:
        ends = time.monotonic() + 60
        while self.peers(host) != peers:
            assert time.monotonic() < ends, (self.folder / f"{host}.log").read_text()[-2000:]
            time.sleep(0.1)

    def close(self) -> None:
        for one in self._begun:
            one.kill()
            one.wait()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    made = Nodes(tmp_path)
    yield made
    made.close()


@pytest.mark.slow
def test_nodes_find_each_other_by_tls_and_one_of_another_authority_is_let_in_by_none(nodes: Nodes) -> None:
    ours, others = nodes.folder / "ours", nodes.folder / "others"
    certify(ours, HOSTS, 30)
    certify(others, ["127.0.0.13"], 30)
    for host in HOSTS:
        nodes.begin(host, ours)
    nodes.until(HOSTS[0], {HOSTS[1]})
    nodes.begin("127.0.0.13", others)
    log, ends = nodes.folder / "127.0.0.13.log", time.monotonic() + 60
    while "certificate" not in log.read_text():
        assert time.monotonic() < ends, log.read_text()[-2000:]
        time.sleep(0.1)
    assert nodes.peers(HOSTS[0]) == {HOSTS[1]} and nodes.peers(HOSTS[1]) == {HOSTS[0]}


def test_a_certificate_names_its_host_and_is_made_anew_under_the_same_authority(tmp_path: Path) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    until = certify(tmp_path, ["nats-1.exemple.fr", "10.0.0.2"], 30, now)
    assert until == now + timedelta(days=30)
    names = {}
    for node in ("nats-1.exemple.fr", "10.0.0.2"):
        made = x509.load_pem_x509_certificate((tmp_path / f"{node}.crt").read_bytes())
        (names[node],) = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert (tmp_path / f"{node}.key").stat().st_mode & 0o077 == 0
    assert str(names["nats-1.exemple.fr"].value) == "nats-1.exemple.fr" and str(names["10.0.0.2"].value) == "10.0.0.2"
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    certify(tmp_path, ["10.0.0.2"], 30, now)
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"10.0.0.2.crt", "10.0.0.2.key"}
    (tmp_path / "ca.crt").unlink()
    with pytest.raises(ValueError, match="half of an authority"):
        certify(tmp_path, ["10.0.0.2"], 30, now)


@pytest.mark.slow
async def test_a_reader_reads_through_a_server_of_its_own_by_tls_and_writes_nothing(tmp_path: Path) -> None:
    certify(tmp_path / "certificates", ["127.0.0.1"], 30)
    port, leaf, own = free_port(), free_port(), free_port()
    hub = Node(
        "127.0.0.1",
        str(tmp_path / "store"),
        f"127.0.0.1:{port}",
        certificates=str(tmp_path / "certificates"),
        leaf_listen=f"127.0.0.1:{leaf}",
    )
    write(tmp_path, Access("reseau", readers={"intranet": ["intranet"]}), [hub])
    seed, authority = seed_of(tmp_path / "keys", "intranet").read_text().strip(), tmp_path / "certificates" / "ca.crt"
    remote = f'{{ url: "tls://127.0.0.1:{leaf}", nkey: "{seed}", tls {{ ca_file: "{authority}" }} }}'
    (tmp_path / "leaf.conf").write_text(f'listen: "127.0.0.1:{own}"\nleafnodes {{ remotes: [ {remote} ] }}\n')
    begun = [
        subprocess.Popen(
            [str(binary()), "-c", str(tmp_path / name)], preexec_fn=_dies_with_parent(), stderr=subprocess.DEVNULL
        )
        for name in ("127.0.0.1.conf", "leaf.conf")
    ]
    try:
        operator = await within_a_minute(
            lambda: connected(f"nats://127.0.0.1:{port}", seed_of(tmp_path / "keys", OPERATOR), OPERATOR)
        )
        await prepare(operator, "reseau", 1)
        await prepare_reader(operator, "reseau", "intranet")
        subject = "reseau.newsletter.thing.00000000-0000-0000-0000-000000000001.X"
        await operator.jetstream().publish(subject, b"{}")
        reader = await within_a_minute(lambda: nats.connect(f"nats://127.0.0.1:{own}", inbox_prefix=b"_INBOX.intranet"))

        async def read() -> list[Msg]:
            place = await reader.jetstream(prefix="$JS.LOG.API").pull_subscribe_bind("intranet", "reseau")
            return list(await place.fetch(1, timeout=5))

        (message,) = await within_a_minute(read)
        assert message.subject == subject
        with pytest.raises(NatsError):
            await reader.request(subject, b"forged", timeout=5)
        assert (await operator.jetstream().stream_info("reseau")).state.last_seq == 1
        await reader.close()
        await operator.close()
    finally:
        for one in begun:
            one.kill()
            one.wait()


async def within_a_minute(ask: Callable[[], Awaitable[T]]) -> T:
    """What it gives, as soon as the servers have found each other."""
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError, NatsError):
                return await ask()
            await asyncio.sleep(0.2)
