"""Reads docker-compose.yml, .env files and the Dockerfile as Docker Compose and BuildKit do, as far as ours use
them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<how>:?[-?])(?P<other>[^}]*))?\})")
"""`$$`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?what to say}`."""
_SIZES = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def interpolated(text: str, env: Mapping[str, str]) -> str:
    """A value of the compose file with its variables filled in. Raises ValueError for a missing one with `?`."""

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name, how, other = found["name"], found["how"] or "", found["other"] or ""
        given = env.get(name)
        missing = given is None or (how.startswith(":") and not given)
        if missing and how.endswith("?"):
            raise ValueError(f"{name}: {other}")
        return (other if how else "") if missing else str(given)

    return VARIABLE.sub(value, text)


def _all(value: Any, env: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return interpolated(value, env)
    if isinstance(value, dict):
        return {key: _all(each, env) for key, each in value.items()}
    if isinstance(value, list):
        return [_all(each, env) for each in value]
    return value


def dotenv(path: Path) -> dict[str, str]:
    """The values that an .env file sets; lines in comments set none."""
    found = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, _, value = line.partition("=")
            found[name.strip()] = value.strip().strip("\"'")
    return found


@dataclass(frozen=True)
class Mount:
    """What a container sees at `target`: the volume `source`, or the file or folder `source` where `bind`."""

    source: str
    target: str
    read_only: bool
    bind: bool


@dataclass(frozen=True)
class Spec:
    """One service of the compose file, filled in."""

    name: str
    raw: Mapping[str, Any] = field(repr=False)
    env: Mapping[str, str] = field(repr=False)

    @property
    def command(self) -> list[str]:
        given = self.raw.get("command", [])
        return [str(word) for word in (shlex.split(given) if isinstance(given, str) else given)]

    @property
    def image(self) -> str:
        return str(self.raw["image"])

    @property
    def ours(self) -> bool:
        """Whether it runs from our own image."""
        return "build" in self.raw

    @property
    def profiles(self) -> list[str]:
        return list(self.raw.get("profiles", []))

    @property
    def restart(self) -> str:
        """`no`, `unless-stopped`, `on-failure`, without a number."""
        return str(self.raw.get("restart", "no")).partition(":")[0]

    @property
    def memory(self) -> int:
        """Bytes; 0 where there is no limit."""
        found = re.fullmatch(r"(\d+)([bkmg]?)", str(self.raw.get("mem_limit", "0")))
        assert found, self.raw["mem_limit"]
        return int(found[1]) * _SIZES[found[2]]

    @property
    def depends_on(self) -> dict[str, str]:
        """name → condition."""
        given = self.raw.get("depends_on", {})
        if isinstance(given, list):
            return dict.fromkeys(given, "service_started")
        return {name: how.get("condition", "service_started") for name, how in given.items()}

    @property
    def environment(self) -> dict[str, str]:
        """What the process gets. A name without a value is handed on from the .env file, if it is there."""
        found = {}
        for name, value in self.raw.get("environment", {}).items():
            if value is not None:
                found[name] = str(value)
            elif name in self.env:
                found[name] = self.env[name]
        return found

    @property
    def networks(self) -> dict[str, list[str]]:
        """network → the names that the container has there beside its own."""
        given = self.raw.get("networks", [])
        if isinstance(given, list):
            return {name: [] for name in given}
        return {name: list((how or {}).get("aliases", [])) for name, how in given.items()}

    @property
    def mounts(self) -> list[Mount]:
        found = []
        for each in self.raw.get("volumes", []):
            if isinstance(each, str):
                source, target, *how = each.split(":")
                bind, read_only = source.startswith((".", "/")), how == ["ro"]
            else:
                source, target, bind = each["source"], each["target"], each["type"] == "bind"
                read_only = bool(each.get("read_only"))
            found.append(Mount(source, target, read_only, bind))
        return found

    @property
    def healthcheck(self) -> list[str]:
        """The command that says whether it is healthy; empty where there is none."""
        test = list(self.raw.get("healthcheck", {}).get("test", []))
        return [str(word) for word in test[1:]] if test[:1] == ["CMD"] else []

    @property
    def grace(self) -> float:
        """Seconds between SIGTERM and SIGKILL at a stop."""
        return float(str(self.raw.get("stop_grace_period", "10s")).removesuffix("s"))


def services(file: Path, env: Mapping[str, str]) -> dict[str, Spec]:
    """All services of a compose file, whatever their profile. `env`: the .env file's values and the environment's."""
    whole = _all(yaml.safe_load(file.read_text()), env)
    return {name: Spec(name, raw, env) for name, raw in whole["services"].items()}


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile, in order, as (name, the rest), lines brought together."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


def image_environment(dockerfile: Path) -> dict[str, str]:
    """What the image sets for every process of it."""
    found: dict[str, str] = {}
    for name, rest in instructions(dockerfile):
        if name == "ENV":
            found |= dict(word.partition("=")[::2] for word in shlex.split(rest))
    return found
