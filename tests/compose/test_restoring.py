"""docs/operating.md's way back, on the whole of docker-compose.yml: two replicas, a backup, empty volumes, a
restore."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.compose.harness import SERVICES, Compose
from tests.compose.test_journey import NAME


@pytest.mark.drill
def test_an_installation_comes_back_on_empty_volumes_with_two_replicas_of_a_service(tmp_path: Path) -> None:
    backup, keys = str(tmp_path / "backup"), str(tmp_path / "keys")
    scale, env = {"directory": 2, "observatory": 2}, {"MAILLAGE_CHECKPOINT_SECONDS": "1"}
    with Compose(tmp_path / "before", scale=scale, env=env) as site:
        site.until(site.ready, 60, "ready")
        operator = site.operator("directory")
        structures = []
        for n in range(20):
            body = {"name": f"{NAME} {n}", "kind": "association", "department": "31"}
            done = site.door.post_json(
                "/directory/api/commands/register-structure", body, Idempotency_Key=str(uuid4()), **operator
            )
            assert done.status == 200, done.text
            structures.append(done.json()["entity"])
        for replica in ("directory", "directory-2"):
            found = json.loads(site.ask(replica, "/directory/api/structures?size=100", **operator).body)
            assert found["total"] == 20
        site.kill("directory", stay=True)
        for _ in range(5):
            assert site.door.get("/directory/", **operator).status == 200, "the other replica answers"
        site.start("directory")
        whole = str(tmp_path / "all")
        for words in (
            ["deploy", "gather", "/data", whole],
            ["backup", "--data", whole, "--to", backup],
            ["backup", "keys", "--data", whole, "--to", keys],
        ):
            done_ = site.exec("operator", "maillage", *words)
            assert done_.returncode == 0, done_.stdout + done_.stderr
        before = site.ask("directory", "/directory/api/structures?size=100", **operator).json()["documents"]
    site = Compose(tmp_path / "after")
    try:
        site.up("nats-1", "nats-2", "nats-3")
        restored = str(site.volume("operator-data") / "restored")
        for _ in range(3):  # a machine with much to do: "Run it again", it says, and goes on
            back = site.exec("operator", "maillage", "restore", "--from", backup, "--keys", keys, "--data", restored)
            if "Run it again" not in back.stderr:
                break
        assert back.returncode == 0, back.stdout + back.stderr
        assert site.exec("operator", "maillage", "deploy", "spread", restored, "/data").returncode == 0
        again = site.exec("operator", "maillage", "deploy", "spread", restored, "/data")
        assert again.returncode == 2 and "already" in again.stderr
        site.up()
        site.until(site.ready, 60, "ready")

        def after() -> list[str]:
            found = site.ask("directory", "/directory/api/structures?size=100", **site.operator("directory"))
            return sorted(map(str, found.json()["documents"]))

        assert len(before) == len(structures)
        site.until(lambda: after() == sorted(map(str, before)), 60, "the structures as they were")
        verified = site.exec("operator", "maillage", "audit", "verify", "--data", "/data/observatory")
        assert verified.returncode == 0, verified.stdout
        for name in SERVICES:
            assert site.ask(name, f"/{name}/readyz").status == 200
    finally:
        site.close()
