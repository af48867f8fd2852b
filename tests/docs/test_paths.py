"""The pages for whoever changes the code name files that there are, and a walk from a form to its page of twelve."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("shared", "services", "deploy", "tests", "docs")


PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *(page for room in ROOMS for page in (ROOT / room).rglob("*.md"))]
    if path.name != "CHANGELOG.md" and "node_modules" not in path.parts
)
NAMED = re.compile(rf"(?<![\w./<>-])((?:{'|'.join(ROOMS)}|design)/[\w/.-]*\w)")


def lost(text: str, *folders: Path) -> list[str]:
    """The files that a text names and that are in none of these folders. A decision may be named by its number."""
    named = set(NAMED.findall(text))
    return sorted(
        one
        for one in named
        if not any((folder / one).exists() for folder in folders)
        and not (re.fullmatch(r"docs/adr/\d{4}", one) and list(ROOT.glob(f"{one}-*.md")))
    )


@pytest.mark.parametrize("page", PAGES)
def test_each_file_that_a_page_names_is_there(page: str) -> None:
    """Tests may be named without their room (docs/privacy.md)."""
    assert lost((ROOT / page).read_text(), ROOT, (ROOT / page).parent, ROOT / "tests") == []


@pytest.mark.parametrize("room", ["shared", "services", "deploy"])
def test_each_file_that_the_code_names_is_there(room: str) -> None:
    gone = {path: lost(path.read_text(), ROOT) for path in (ROOT / room).rglob("*.py")}
    assert {str(path.relative_to(ROOT)): names for path, names in gone.items() if names} == {}


def test_a_stranger_walks_from_a_form_to_its_page_in_twelve_files() -> None:
    walk = (ROOT / "docs/architecture.md").read_text().partition("## The way of one command")[2].partition("\n## ")[0]
    steps = re.findall(r"^\d+\. `([^`]+)`(.*?)(?=^\d+\. |\Z)", walk, re.MULTILINE | re.DOTALL)
    assert 0 < len(steps) <= 12 and all((ROOT / file).is_file() for file, _ in steps)
    for file, told in steps[:-1]:
        said = re.findall(r"`(\w+)`", told)
        text = (ROOT / file).read_text()
        assert said and all(re.search(rf"\b{name}\b", text) for name in said), f"{file} has {said}"


def test_the_picture_of_layers_is_that_of_the_rules() -> None:
    rules = re.search(r'containers = \["shared"\]\nlayers = \[([^\]]+)\]', (ROOT / "pyproject.toml").read_text())
    assert rules is not None
    picture = (ROOT / "docs/architecture.md").read_text().partition("```\n")[2].partition("```")[0]
    rooms = re.findall(r"^(?:shared/)? +([a-z]+) {2,}\S", picture.partition("shared/")[2], re.MULTILINE)
    assert rooms == re.findall(r"[a-z]+", rules[1])
