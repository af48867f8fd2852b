"""docs/operating.md, typed as it stands: each block of commands runs in a shell, on the whole of docker-compose.yml.

`docker` is a stand-in (docker.py) over the harness. What the blocks do is looked at, not only that they end well.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from shared.kernel.broker.connection import NotAllowed, connected
from tests.compose.docker import Docker
from tests.compose.harness import SERVICES, Compose
from tests.compose.reading import ROOT
from tests.faults.judging import Judge
from tests.faults.users import WRITERS, Users
from tests.fixtures.installation import BULLETIN
from tests.fixtures.outcome_tables import record

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800), pytest.mark.xdist_group("faults")]
MANUAL = ROOT / "docs" / "operating.md"
INJECTED = ROOT / "tests" / "faults" / "injected"
NAME = "Les Ateliers du Canal"


def blocks(chapter: str) -> list[str]:
    """The blocks of commands of a chapter, in their order."""
    (body,) = re.findall(rf"^## {chapter}\n(.*?)^## ", MANUAL.read_text(), re.DOTALL | re.MULTILINE)
    return re.findall(r"^```sh\n(.*?)^```", body, re.DOTALL | re.MULTILINE)


class House:
    """An installation that is operated by its manual."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.structure = folder, ""
        self.site = Compose(
            folder / "site", scale=dict.fromkeys(SERVICES, 2), env={"MAILLAGE_CHECKPOINT_SECONDS": "1"}, backups=True
        )

    def structures(self) -> list[str]:
        """The names in the directory, as its API gives them."""
        operator = self.site.operator("directory")
        found: Any = self.site.door.get("/directory/api/structures?size=100", **operator).json()
        return sorted(one["name"] for one in found["documents"])

    def register(self, name: str) -> None:
        way = {**self.site.operator("newsletter"), "Idempotency_Key": str(uuid4())}
        opened = self.site.door.post_json("/newsletter/api/commands/open-bulletin", BULLETIN, **way)
        assert opened.status == 200, opened.text
        self.structure = self._done("register-structure", name=name, kind="association", department="31")

    def news(self, title: str) -> None:
        """A member's news, to which the newsletter reacts."""
        self._done("publish-news", structure=self.structure, structure_name=NAME, title=title, text=title)

    def _done(self, command: str, **body: str) -> str:
        way = {**self.site.operator("directory"), "Idempotency_Key": str(uuid4())}
        done = self.site.door.post_json(f"/directory/api/commands/{command}", body, **way)
        assert done.status == 200, done.text
        return str(done.json()["entity"])

    def collected(self, title: str) -> bool:
        """Whether it has arrived in a bulletin's draft."""
        return title in self.site.door.get("/newsletter/api/issues?size=100", **self.site.operator("newsletter")).text


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Nothing runs yet. Each test goes on where the one before it ended."""
    house = House(tmp_path_factory.mktemp("manual"))
    try:
        yield house
    finally:
        house.site.close()


@pytest.fixture(scope="module")
def docker(house: House) -> Iterator[Docker]:
    with Docker(house.site, house.folder / "operator") as docker:
        yield docker


def test_install(house: House, docker: Docker) -> None:
    (block,) = blocks("Install")
    house.site.injected = {
        name: {"PYTHONPATH": str(INJECTED), "OLDER": "1"} for name in ("setup", "prepare", "newsletter")
    }
    said = docker.sh(block)
    assert re.search(r"https://\S+/directory/sign-in/first/\S+", said), "at once, without waiting any more"
    assert not any(house.site.containers[f"{name}-2"].runs for name in SERVICES)
    house.register(NAME)
    docker.sh("docker compose cp gateway:/data/caddy/pki/authorities/local/root.crt .")
    assert "CERTIFICATE" in (docker.folder / "root.crt").read_text()


def test_look_after_it(house: House, docker: Docker) -> None:
    (block,) = blocks("Look after it")
    said = docker.sh(block)
    assert "nats-1" in said and "leads" in said and "of them signed" in said
    for words in ("views verify", "events tail -n 5", "person find --help", "review", "account ls"):
        docker.sh(f"docker compose run --rm operator maillage {words}")
    (readyz,) = re.findall(r"`(docker compose exec directory python .*?)`\.$", MANUAL.read_text(), re.MULTILINE)
    assert '"ready":true' in docker.sh(readyz)


def test_backups_by_themselves(house: House, docker: Docker) -> None:
    (block,) = blocks("Backups by themselves")
    volume = house.site.volume("operator-data")

    def made() -> bool:
        standing = volume / "backups.json"
        return standing.exists() and json.loads(standing.read_text())["kept"] == 1

    house.site.until(made, 180, "a backup by itself")
    assert "good  backup: last" in docker.sh(block)
    docker.sh("docker compose exec backup maillage restore --from /backup --keys /backup-keys --drill", timeout=300)
    assert "backup: keys" in docker.sh("docker compose run --rm operator maillage doctor")


def test_back_up_and_rehearse(house: House, docker: Docker) -> None:
    backups, _ = blocks("Back up and restore with containers")
    house.site.until(lambda: house.structures() == [NAME], 30, "the structure")
    said = docker.sh(backups, FOLDER=str(house.folder / "backup"), KEYS_FOLDER=str(house.folder / "keys"))
    assert "rehearsed" in said and "DIFFERENT" not in said
    volume = house.site.volume("operator-data")
    assert not list(volume.glob("maillage-drill-*")), "the rehearsal leaves nothing"


def test_upgrade(house: House, docker: Docker) -> None:
    """From a release whose newsletter did not react to members' news, while twenty users work: nobody notices."""
    site = house.site
    house.news("Avant la mise à jour")
    check, short, long = blocks("Upgrade")
    seeds = site.volume("secrets-nats") / "accounts.conf"
    assert "newsletter-news-to-echos" not in seeds.read_text()
    with Users(site) as users:
        judge = Judge(site, users, house.folder)
        users.work()
        docker.release, site.injected = "2", {}
        docker.sh(check)
        before = {name: site.containers[name].process for name in site.nodes()}
        docker.sh(long)
        users.rest()
        cells = judge.judge()
    assert "newsletter-news-to-echos" in seeds.read_text()
    assert all(site.containers[name].process is not before[name] for name in before), "each node was replaced"
    assert set(running(site)) == {f"{name}-2" for name in SERVICES}
    refused = [one for one in users.commands if one.outcome == "given up" and one.status not in (0, 200)]
    assert refused == [], "nobody was sent away"
    said = {page.said for page in users.pages}
    record(
        "Upgrade under the load of twenty users",
        {"way": "one after the other", **cells, "pages said": ", ".join(sorted(said))},
    )
    assert said <= {"fresh", "behind"} and {one.service for one in users.commands} >= set(WRITERS)
    site.until(lambda: house.collected("Avant la mise à jour"), 60, "the new release's reaction")
    docker.release = "3"
    docker.sh(short)
    site.until(lambda: site.ready(*running(site)), 60, "ready")
    house.news("Après la mise à jour")
    site.until(lambda: house.collected("Après la mise à jour"), 60, "the reaction")


def running(site: Compose) -> list[str]:
    """The containers of services that run."""
    return [one.name for one in site.containers.values() if one.runs and one.spec.name in SERVICES]


def test_rotate_keys(house: House, docker: Docker) -> None:
    site, (rotate,) = house.site, blocks("Rotate keys")
    seed = site.volume("secrets-membership") / "nats.nk"
    old = seed.read_text()
    docker.sh(rotate)
    assert seed.read_text() != old
    site.until(lambda: site.ready(*running(site)), 60, "ready with the new key")
    docker.sh("docker compose exec directory maillage account rotate-key --at-once")
    token = site.operator("membership")
    docker.sh("docker compose exec membership rm /data/keys/operator-token && docker compose restart membership")
    site.until(lambda: site.ready(*running(site)), 60, "ready with another token")
    docker.sh("docker compose run --rm operator maillage views ls")
    assert site.operator("membership") != token
    docker.sh(rotate.splitlines()[0].replace("--anew membership", "--anew routes"))
    docker.sh("docker compose up -d --force-recreate nats-1 nats-2 nats-3")
    site.until(lambda: site.ready(*running(site)), 60, "ready with another password of the nodes")
    docker.sh("until sleep 5; docker compose run --rm operator maillage doctor --nodes; do :; done")


def test_add_a_reader_from_outside(house: House, docker: Docker, tmp_path: Path) -> None:
    site = house.site
    site.injected |= {name: {"MAILLAGE_READERS": "reader,intranet"} for name in ("setup", "prepare")}  # as from .env
    docker.sh("docker compose up -d --wait")
    seed = tmp_path / "intranet.nk"
    seed.write_text(docker.sh("docker compose run --rm setup cat /out/all/keys/intranet.nk"))

    async def read(node: str) -> bool:
        try:
            nc = await connected(
                f"nats://{site.containers[node].address}:4222",
                seed,
                "intranet",
                connect_timeout=1,
                allow_reconnect=False,
            )
        except (OSError, NatsError):
            return False
        try:
            events = await nc.jetstream().pull_subscribe_bind("intranet", site.env["MAILLAGE_NETWORK"])
            (one,) = await events.fetch(1, timeout=2)
            return bool(one.data)
        except (NatsError, APIError, NotAllowed, TimeoutError):
            return False
        finally:
            await nc.close()

    for node in site.nodes():
        site.until(lambda node=node: asyncio.run(read(node)), 30, f"an event by {node}")


def test_replace_a_node(house: House, docker: Docker) -> None:
    (replace,) = blocks("Add a node, replace a node")
    docker.sh(replace)
    said = docker.sh("docker compose run --rm operator maillage doctor --nodes")
    assert re.search(r"log: nodes.*nats-2 (current|leads)", said), said
    assert house.site.ready(*running(house.site))


def test_restore_on_empty_volumes(house: House, docker: Docker, tmp_path: Path) -> None:
    _, restore = blocks("Back up and restore with containers")
    house.site.down()
    after = House(tmp_path)
    try:
        with Docker(after.site, tmp_path / "operator") as again:
            said = again.sh(restore, FOLDER=str(house.folder / "backup"), KEYS_FOLDER=str(house.folder / "keys"))
            assert "restored" in said and "DIFFERENT" not in said
        assert after.structures() == [NAME]
    finally:
        after.site.close()
