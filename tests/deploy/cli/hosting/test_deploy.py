"""Secrets are made once, each is handed its own; data folders are gathered and spread."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.hosting.deploy import deploy
from deploy.host.data_folder import CannotStart
from shared.base.services import SERVICES


def said(*words: object) -> str:
    done = CliRunner().invoke(deploy, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_each_has_its_own_and_no_other_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    said("secrets", tmp_path, "--node", "n1", "--node", "n2")
    before = files(tmp_path)
    for name in SERVICES:
        assert set(files(tmp_path / name)) == {"nats.nk", "mongo.password"}
        for one in (tmp_path / name).iterdir():
            assert stat.S_IMODE(one.stat().st_mode) == 0o600, one
    assert len({before[f"{name}/nats.nk"] for name in SERVICES}) == len(SERVICES) and "nats/n2.conf" in before
    said("secrets", tmp_path, "--node", "n1", "--node", "n2")
    assert files(tmp_path) == before


def test_whose_secrets_are_made_anew_is_said_by_name(tmp_path: Path) -> None:
    said("secrets", tmp_path, "--node", "n1")
    before = files(tmp_path)
    said("secrets", tmp_path, "--node", "n1", "--anew", "events")
    after = files(tmp_path)
    assert before["events/nats.nk"] != after["events/nats.nk"]
    assert before["events/mongo.password"] != after["events/mongo.password"]
    assert all(before[f"{name}/nats.nk"] == after[f"{name}/nats.nk"] for name in SERVICES if name != "events")
    with pytest.raises(CannotStart, match="nobody has no secret here"):
        said("secrets", tmp_path, "--node", "n1", "--anew", "nobody")


def test_a_restored_folder_is_spread_and_gathered_again_as_it_was(tmp_path: Path) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "all"
    for path in (
        *(f"keys/{name}.link-key" for name in SERVICES),
        "archive/1",
        "files/directory/a",
        "installation.json",
    ):
        (whole / path).parent.mkdir(parents=True, exist_ok=True)
        (whole / path).write_text(path)
    before = files(whole)
    said("spread", whole, folder)
    assert not whole.exists() and files(folder / "events").keys() == {"installation.json", "keys/events.link-key"}
    said("gather", folder, tmp_path / "one")
    assert {name: (tmp_path / "one" / name).read_bytes() for name in before} == before
    with pytest.raises(CannotStart, match="something already"):
        said("spread", tmp_path / "one", folder)
