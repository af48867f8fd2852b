"""What tests/containers rests on, as far as no engine is needed: its .env, its reasons, its way to the file."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml

from tests.compose.reading import ROOT, dotenv, interpolated, services
from tests.compose.test_file import variables
from tests.containers.engine import FILE, Site, environment, why_not


@pytest.mark.parametrize("name", ["maillage-test-00000000", "maillage-test-0123abff"])
def test_its_environment_is_one_that_an_operator_might_write(name: str, tmp_path: Path) -> None:
    env = environment(name, 8443)
    assert {*variables()} - {*env} <= {one for one, other in variables().items() if other is None}
    file = tmp_path / "env"
    file.write_text("".join(f"{key}={value}\n" for key, value in env.items()))
    assert dotenv(file) == env
    specs = services(ROOT / FILE, env)
    whole = yaml.safe_load(interpolated((ROOT / FILE).read_text(), env))["networks"]
    nets = [
        ip_network(one["subnet"]) for net in whole.values() for one in (net or {}).get("ipam", {}).get("config", [])
    ]
    ours = services(ROOT / FILE, dotenv(ROOT / ".env.example"))
    assert len({str(net) for net in nets}) == 3 and specs["directory"].environment["MAILLAGE_TRUSTED_PROXIES"] in map(
        str, nets
    )
    assert specs["gateway"].environment["HOST_AT"] != ours["gateway"].environment["HOST_AT"]
    assert len({env[port] for port in env if port.endswith("_PORT") and port != "MAILLAGE_SMTP_PORT"}) == 4


def test_testcontainers_is_told_the_file_as_it_stands(tmp_path: Path) -> None:
    site = Site(tmp_path)
    words = site.compose.compose_command_property
    assert words[1:] == ["compose", "-f", FILE, "--profile", "dev", "--env-file", str(tmp_path / "env")]
    assert Path(site.compose.context) == ROOT and site.compose.build and site.compose.wait
    assert site.url.endswith(str(site.https)) and site.env["COMPOSE_PROJECT_NAME"] == site.name


def test_why_it_does_not_run_is_a_sentence_or_it_runs() -> None:
    why = why_not()
    assert why is None or "ocker" in why
