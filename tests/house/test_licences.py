"""The licences: ours is whole, NOTICE says what the lock says, and nothing that we stand on contradicts ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from email.message import Message
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from typing import cast

import pytest

from tests.house.licences import IMAGES, LOCK, NOTICE, OURS, ROOT, fits, licence_of, locked, named, notice, parts

TRIED_WITH = {
    "SecantusDB": "tests start it as a program beside them, in place of MongoDB; nothing of it is handed on",
}
"""What only tests use and what could not be part of the product, and why it may be there."""


def test_the_licence_is_whole_and_said_where_tools_look_for_it() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text and "END OF TERMS AND CONDITIONS" in text
    assert "13. Remote Network Interaction" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (project["license"], project["license-files"]) == (OURS, ["LICENSE", "NOTICE"])


def test_notice_says_what_the_lock_says() -> None:
    told, made = named(NOTICE.read_text()), named(notice())
    assert told == made, "`python -m tests.house.licences` writes it anew"
    images = set(re.findall(r"image: ([^\s:]+)", _compose())) - {"maillage"}
    assert images <= {name for name, _ in IMAGES}, "an image that NOTICE does not name"


def test_no_part_of_the_product_contradicts_its_licence() -> None:
    found, _ = parts(locked(LOCK))
    assert len(found) > 50
    assert [one for one in found if not fits(one.licence)] == []


def test_what_only_the_tests_use_contradicts_it_nowhere_without_a_reason() -> None:
    found, _ = parts(locked(ROOT / "requirements-test.lock"))
    assert {one.name for one in found if not fits(one.licence)} == set(TRIED_WITH)


@pytest.mark.parametrize(
    ("licence", "good"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-2.0-only", False),
        ("GPL-2.0-only OR MIT", True),
        ("GPL-2.0-only AND MIT", False),
        ("SSPL-1.0", False),
        ("CC-BY-NC-4.0", False),
        ("MPL-1.1", False),
    ],
)
def test_all_of_an_and_one_of_an_or(licence: str, good: bool) -> None:
    assert fits(licence) is good


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ({"License-Expression": ["MIT OR Apache-2.0"]}, "MIT OR Apache-2.0"),
        ({"License": ["BSD 2-Clause License"]}, "BSD-2-Clause"),
        (
            {"License": ["MIT License\n\nCopyright"], "Classifier": ["License :: OSI Approved :: MIT License"]},
            "MIT",
        ),
        (
            {"License": ["see the file"], "Classifier": ["License :: OSI Approved :: ISC License (ISCL)"]},
            "ISC",
        ),
        ({"License": ["free for friends"]}, None),
        ({}, None),
    ],
)
def test_a_licence_that_nobody_can_read_is_not_passed_over(
    tmp_path: Path, said: dict[str, list[str]], licence: str | None
) -> None:
    package = _package(tmp_path, said)
    if licence is None:
        with pytest.raises(ValueError, match="one says of its licence"):
            licence_of(package)
    else:
        assert licence_of(package) == licence


def test_the_bill_of_materials_names_every_part_with_its_version(tmp_path: Path) -> None:
    bill = tmp_path / "bill.json"
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "cyclonedx_py",
            "requirements",
            str(LOCK),
            "--pyproject",
            str(ROOT / "pyproject.toml"),
            "--no-validate",
            "--output-reproducible",
            "--of",
            "JSON",
            "-o",
            str(bill),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    said = json.loads(bill.read_text())
    assert said["bomFormat"] == "CycloneDX" and said["metadata"]["component"]["name"] == "maillage"
    names = {one["name"].lower() for one in said["components"]}
    assert names == {name.lower() for name in locked(LOCK)}
    assert all(one["version"] and one.get("hashes", one.get("externalReferences")) for one in said["components"])


def _compose() -> str:
    return (ROOT / "docker-compose.yml").read_text()


def _package(folder: Path, said: dict[str, list[str]]) -> Distribution:
    message = Message()
    message["Metadata-Version"], message["Name"], message["Version"] = "2.4", "one", "1"
    for key, values in said.items():
        for value in values:
            message[key] = value.replace("\n", "\n  ")
    info = folder / "one-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(message.as_string())
    return cast(Distribution, PathDistribution(info))
