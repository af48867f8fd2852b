"""The compose file is read as Docker Compose reads it, where the two could differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compose.reading import Spec, dotenv, instructions, interpolated


def test_variables_are_filled_in_as_compose_does() -> None:
    env = {"A": "1", "EMPTY": ""}
    assert interpolated("${A}${A:-2}${B:-2}${EMPTY:-3}${EMPTY-3}$$A", env) == "1123$A"
    assert interpolated("${B}", env) == ""
    with pytest.raises(ValueError, match="say it"):
        interpolated("${B:?say it}", env)


def test_a_name_without_a_value_is_handed_on_only_if_it_is_there() -> None:
    spec = Spec("one", {"environment": {"A": None, "B": None, "C": 5}}, {"A": "x"})
    assert spec.environment == {"A": "x", "C": "5"}


def test_volumes_in_both_forms() -> None:
    volumes = [
        "data:/data",
        "./file:/etc/file:ro",
        {"type": "volume", "source": "v", "target": "/v", "read_only": True},
    ]
    found = [(m.source, m.target, m.read_only, m.bind) for m in Spec("one", {"volumes": volumes}, {}).mounts]
    assert found == [
        ("data", "/data", False, False),
        ("./file", "/etc/file", True, True),
        ("v", "/v", True, False),
    ]


def test_a_dockerfile_and_an_env_file(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("# a comment\nFROM x AS build\nRUN one \\\n    && two\n# between\nENV A=1 B=2\n")
    assert list(instructions(file)) == [("FROM", "x AS build"), ("RUN", "one && two"), ("ENV", "A=1 B=2")]
    (tmp_path / ".env").write_text("# C=0\nA=1\n\nB='two words'\n")
    assert dotenv(tmp_path / ".env") == {"A": "1", "B": "two words"}
