"""docker-compose.yml says what an operator may rely on, and names nothing that is not there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.cli.main import COMMANDS
from shared.base.services import SERVICES
from shared.base.settings import Settings
from tests.compose.reading import ROOT, VARIABLE, Spec, dotenv, image_environment, instructions, interpolated, services

FILE, EXAMPLE, DOCKERFILE = ROOT / "docker-compose.yml", ROOT / ".env.example", ROOT / "deploy" / "Dockerfile"
SPECS = services(FILE, dotenv(EXAMPLE))
WHOLE = yaml.safe_load(FILE.read_text())
SECRET = re.compile(r"PASSW|SECRET|TOKEN|SEED|CREDENTIAL|PRIVATE|(?:^|_)KEYS?(?:_|$)", re.IGNORECASE)
# The uid of an image's own user is not 0; those of the foreign images are named by the image.
each = pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))


def _values(of: object) -> Iterator[str]:
    if isinstance(of, str):
        yield of
    elif isinstance(of, dict):
        for value in of.values():
            yield from _values(value)
    elif isinstance(of, list):
        for value in of:
            yield from _values(value)


def variables() -> dict[str, str | None]:
    """Every variable that the compose file reads, with what holds without it."""
    found: dict[str, str | None] = {}
    for value in _values(WHOLE):
        for one in VARIABLE.finditer(value):
            if one["name"]:
                found[one["name"]] = one["other"]
    for raw in WHOLE["services"].values():
        found |= {name: None for name, value in raw.get("environment", {}).items() if value is None}
    return found


def compose() -> list[str] | None:
    """The beginning of a command of Docker Compose, which needs no engine to read a file; None where there is none."""
    for words in (["docker", "compose"], ["docker-compose"]):
        program = shutil.which(words[0])
        if program is not None:
            found = subprocess.run(
                [program, *words[1:], "version", "--short"], capture_output=True, text=True, check=False
            )
            if found.returncode == 0 and not found.stdout.startswith(("1.", "v1.")):
                return [program, *words[1:]]
    return None


def test_docker_compose_itself_takes_the_file_and_reads_it_as_the_harness_does() -> None:
    words = compose()
    if words is None:
        pytest.skip("no Docker Compose here")
    done = subprocess.run(
        [*words, "-f", FILE, "--env-file", EXAMPLE, "--profile", "*", "config", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
    )
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)["services"]
    assert set(theirs) == set(SPECS)
    for name, spec in SPECS.items():
        read = theirs[name]
        assert spec.command == (read["command"] or []), name
        assert spec.environment == {k: v for k, v in (read.get("environment") or {}).items() if v is not None}, name
        assert spec.depends_on == {k: how["condition"] for k, how in read.get("depends_on", {}).items()}, name
        assert spec.healthcheck == read.get("healthcheck", {}).get("test", ["CMD"])[1:], name
        assert spec.memory == int(read["mem_limit"]) and spec.restart == read["restart"].partition(":")[0], name
        assert spec.raw["image"] == read["image"], name
        mounts = [(m.target, m.read_only, m.bind) for m in spec.mounts]
        assert (
            mounts == [(m["target"], m.get("read_only", False), m["type"] == "bind") for m in read["volumes"]]
            if mounts
            else not read.get("volumes")
        ), name


def test_every_variable_is_explained_in_the_example_and_every_value_there_is_what_holds_without_it() -> None:
    lines = EXAMPLE.read_text().splitlines()
    explained: dict[str, str] = {}
    comment = False
    for line in lines:
        if found := re.fullmatch(r"(?:# )?([A-Z][A-Z0-9_]+)=(.*)", line):
            assert comment, f"{found[1]}: nothing explains it"
            assert found[1] not in explained
            explained[found[1]] = found[2]
        else:
            comment = line.startswith("# ") and not line.startswith("# ---")
    wanted = variables()
    assert set(explained) == set(wanted)
    for name, value in dotenv(EXAMPLE).items():
        assert wanted[name] == value, name
    assert not [name for name, other in wanted.items() if other is not None and name not in dotenv(EXAMPLE)]


def test_every_setting_that_is_handed_on_is_a_setting() -> None:
    known = {f"MAILLAGE_{name.upper()}" for name in Settings.model_fields}
    for spec in SPECS.values():
        given = spec.raw.get("environment", {})
        assert {name for name in given if name.startswith("MAILLAGE_")} <= known, spec.name
    settings = {f"MAILLAGE_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    for line in EXAMPLE.read_text().splitlines():
        if (found := re.fullmatch(r"# (MAILLAGE_\w+)=(\d+)", line)) and settings[found[1]] is not None:
            assert int(found[2]) == settings[found[1]], f"{found[1]}: the example says another value than holds"


def test_each_service_gets_what_it_keeps_persons_by() -> None:
    handed = {name for spec in SPECS.values() for name in spec.raw.get("environment", {})}
    terms = {f"MAILLAGE_{name.upper()}" for name in Settings.model_fields if name.startswith("keep_")}
    assert terms <= handed


def test_every_file_and_volume_and_network_is_there() -> None:
    for spec in SPECS.values():
        for mount in spec.mounts:
            if mount.bind:
                assert (ROOT / mount.source).exists() and mount.read_only, mount
            else:
                assert mount.source in WHOLE["volumes"], mount
        assert set(spec.networks) <= set(WHOLE["networks"])
        assert set(spec.depends_on) <= set(SPECS)
        if spec.ours:
            assert (ROOT / spec.raw["build"]["dockerfile"]).exists()
    used = {mount.source for spec in SPECS.values() for mount in spec.mounts}
    assert set(WHOLE["volumes"]) <= used


def test_only_the_gateway_publishes_ports_and_tools_only_to_the_host_itself() -> None:
    assert [name for name, spec in SPECS.items() if spec.raw.get("ports")] == ["gateway"]
    ports = SPECS["gateway"].raw["ports"]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == ["80:8080", "443:8443"]
    assert not [name for name, spec in SPECS.items() if spec.raw.get("network_mode") == "host"]


@each
def test_each_container_runs_without_root_on_a_read_only_root_without_capabilities(spec: Spec) -> None:
    assert str(spec.raw["user"]).partition(":")[0] not in ("", "0", "root")
    assert spec.raw["read_only"] is True and spec.raw["cap_drop"] == ["ALL"]
    assert spec.raw["security_opt"] == ["no-new-privileges:true"] and not spec.raw.get("privileged")
    assert spec.raw.get("cap_add", []) == (["NET_BIND_SERVICE"] if spec.name == "gateway" else [])
    assert not [mount for mount in spec.mounts if "docker.sock" in mount.source]
    assert 64 * 2**20 <= spec.memory <= 2 * 2**30
    assert 64 <= spec.raw["pids_limit"] <= 4096
    if spec.name == "mongo" or spec.name.startswith("nats-"):
        assert spec.raw["ulimits"]["nofile"]["soft"] >= 64_000, "MongoDB warns of less"
    assert spec.raw["tmpfs"][0].startswith("/tmp:")


@each
def test_each_image_has_a_version_and_its_digest_or_word_that_it_is_to_be_pinned(spec: Spec) -> None:
    name, _, tag = spec.image.partition("@")[0].rpartition(":")
    assert name and re.search(r"\d", tag) and tag != "latest"
    if not spec.ours and "@sha256:" not in spec.image:
        line = next(line for line in FILE.read_text().splitlines() if f"image: {spec.image}" in line)
        assert "# no digest yet: `make digests`" in line


@each
def test_each_container_that_stays_has_a_health_check_and_starts_again(spec: Spec) -> None:
    if spec.name in ("setup", "prepare", "mongo-users"):
        assert spec.restart == "on-failure"
    elif spec.name != "operator":
        assert spec.restart == "unless-stopped" and spec.healthcheck


def test_what_lies_inside_has_no_way_out() -> None:
    inside = {name for name, how in WHOLE["networks"].items() if how.get("internal")}
    for name in (
        "nats-1",
        "nats-2",
        "nats-3",
        "mongo",
        "membership",
        "events",
        "observatory",
        "prepare",
        "mongo-users",
    ):
        assert set(SPECS[name].networks) <= inside, name
    assert SPECS["setup"].raw["network_mode"] == "none"
    assert set(SPECS["backup"].networks) == {"watch"}, "whoever sees all keys reaches nobody"
    reach_mongo = {name for name, spec in SPECS.items() if "store" in spec.networks}
    assert reach_mongo == {"mongo", "mongo-users", *SERVICES}
    assert "log" not in SPECS["gateway"].networks


def test_each_service_sees_its_own_secrets_and_data_and_no_password_is_in_an_environment() -> None:
    for name in SERVICES:
        volumes = {mount.source: mount.read_only for mount in SPECS[name].mounts}
        assert volumes == {f"secrets-{name}": True, f"{name}-data": False}
        assert urlsplit(SPECS[name].environment["MAILLAGE_MONGO_URL"]).username == name
        assert SPECS[name].environment["MAILLAGE_HOST"] == "0.0.0.0"
    for spec in SPECS.values():
        for key, value in spec.environment.items():
            assert not SECRET.search(key) or key.upper().endswith("_FILE"), f"{spec.name}: {key}"
            assert urlsplit(value).password is None
    assert [name for name, spec in SPECS.items() if "secrets-all" in {m.source for m in spec.mounts}] == ["setup"]


def test_no_secret_stands_where_whoever_may_look_at_a_container_reads_it() -> None:
    """Neither in what is handed on from .env, nor in a name with `_FILE` that is no file of a volume of secrets."""
    hidden = {f"MAILLAGE_{name.upper()}" for name, how in Settings.model_fields.items() if not how.repr}
    for name in {*variables(), *re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE.read_text(), re.MULTILINE)}:
        secret = SECRET.search(name.removesuffix("_KEYS_FOLDER").removesuffix("_PASSWORD_FILE"))
        assert not secret and name not in hidden, f"{name}: .env and `docker inspect` would show it"
    for spec in SPECS.values():
        for key, value in spec.environment.items():
            if SECRET.search(key):
                assert value.startswith("/secrets/"), f"{spec.name}: {key}"
                (mount,) = (mount for mount in spec.mounts if mount.target == "/secrets")
                assert mount.read_only and mount.source.startswith("secrets-")
            elif key in hidden:
                assert "@" in value and urlsplit(value).username and not urlsplit(value).password, key


def test_the_gateway_is_believed_and_nobody_else() -> None:
    (config,) = WHOLE["networks"]["front"]["ipam"]["config"]
    subnet = interpolated(config["subnet"], {})
    assert ip_network(subnet).is_private
    on_it = {name for name, spec in SPECS.items() if "front" in spec.networks}
    assert on_it == {"gateway", "operator", *SERVICES}
    for name in SERVICES:
        assert SPECS[name].environment["MAILLAGE_TRUSTED_PROXIES"] == subnet
    address = SPECS["gateway"].environment["GATEWAY_ADDRESS"]
    assert urlsplit(SPECS["directory"].environment["MAILLAGE_PUBLIC_URL"]).hostname == address


def test_the_gateway_leads_to_every_service_and_listens_where_ports_are_published() -> None:
    text = (ROOT / "deploy/gateway/Caddyfile").read_text()
    for name in SERVICES:
        assert f"{name}.front:8000" in text
    for port in SPECS["gateway"].raw["ports"]:
        assert re.search(rf"(?:_port |://:){port.rpartition(':')[2]}\b", text), port


def test_prometheus_asks_the_services_at_the_port_where_they_answer() -> None:
    config = yaml.safe_load((ROOT / "deploy/observability/prometheus.yml").read_text())
    (names,) = [job["dns_sd_configs"] for job in config["scrape_configs"] if job["job_name"] == "maillage"]
    assert set(names[0]["names"]) == set(SERVICES)
    for name in SERVICES:
        assert SPECS[name].environment["MAILLAGE_METRICS_PORT"] == str(names[0]["port"])
        assert "watch" in SPECS[name].networks


def test_our_commands_are_commands_and_the_image_has_the_folders_that_volumes_are_mounted_on() -> None:
    text = " ".join(rest for name, rest in instructions(DOCKERFILE) if name == "RUN")
    for spec in SPECS.values():
        if not spec.ours:
            continue
        assert spec.command[:3] == ["python", "-m", "deploy.nats_node"] or (
            spec.command[0] == "maillage" and spec.command[1] in {*COMMANDS, "--help"}
        )
        assert spec.raw["user"] == "10001:10001"
        for mount in spec.mounts:
            assert f" {mount.target.strip('/')} " in f"{text} ", f"{mount.target}: a volume there would be root's"


def test_the_image_is_built_from_what_the_context_holds_and_runs_without_root() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    steps = list(instructions(DOCKERFILE))
    for name, rest in steps:
        if name == "COPY" and not rest.startswith("--from"):
            assert set(rest.split()[:-1]) <= allowed
    assert ("USER", "10001:10001") in steps and image_environment(DOCKERFILE)["MAILLAGE_DATA"] == "/data"
    assert any("--require-hashes" in rest for _, rest in steps)
    assert not re.search(r"https?://", DOCKERFILE.read_text())
