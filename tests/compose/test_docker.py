"""Where a Docker engine answers: the same file with the real images. Nowhere else can this be shown."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import pytest

from tests.compose.reading import ROOT
from tests.fixtures.ports import free_port

DOCKER = shutil.which("docker") or "docker"


def _answers(*words: str) -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run([DOCKER, *words], capture_output=True, timeout=30, check=False).returncode == 0


pytestmark = [
    pytest.mark.drill,
    pytest.mark.timeout(1800),
    pytest.mark.skipif("not (_answers('info') and _answers('compose', 'version'))", reason="no Docker engine answers"),
]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Run, int]]:
    name, https = f"maillage-test-{uuid4().hex[:8]}", free_port()
    env = {
        **os.environ,
        "GATEWAY_HTTP_PORT": str(free_port()),
        "GATEWAY_HTTPS_PORT": str(https),
        "GRAFANA_PORT": str(free_port()),
        "MAILS_PORT": str(free_port()),
        "MAILLAGE_PUBLIC_URL": f"https://localhost:{https}",
        "FRONT_SUBNET": "10.213.88.0/24",
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [DOCKER, "compose", "-p", name, "-f", str(ROOT / "docker-compose.yml"), "--profile", "dev", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    yield run, https
    run("down", "--volumes", "--timeout", "30")


def test_docker_compose_up_is_one_command_and_a_second_one_changes_nothing(
    project: tuple[Run, int], tmp_path: Path
) -> None:
    run, https = project
    for _ in range(2):
        done = run("up", "--detach", "--wait", "--build")
        assert done.returncode == 0, done.stderr[-4000:] + run("logs", "--tail", "20").stdout[-8000:]
    authority = run("exec", "-T", "gateway", "cat", "/data/caddy/pki/authorities/local/root.crt").stdout
    context = ssl.create_default_context(cadata=authority)
    with urlopen(f"https://localhost:{https}/", context=context, timeout=30) as answer:
        assert answer.status == 200
    link = run("exec", "-T", "directory", "maillage", "account", "first-link")
    assert "/directory/sign-in/first/" in link.stdout, link.stderr
    assert run("run", "--rm", "operator", "maillage", "doctor").returncode == 0
    assert run("exec", "-T", "directory", "touch", "/here").returncode != 0, "the root file system is read-only"
    assert run("exec", "-T", "directory", "id", "-u").stdout.strip() == "10001"
