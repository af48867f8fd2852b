"""The pages for whoever changes the code name files that there are, and a walk from a form to its page of twelve."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("shared", "services", "deploy", "tests", "docs")


@pytest.mark.parametrize(
    "page", ["README.md", "docs/architecture.md", "docs/contributing.md", "docs/subscribe.md", "docs/texts.md"]
)
def test_each_file_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    named = set(re.findall(rf"(?:{'|'.join(ROOMS)})/[\w/.-]*\w", text))
    assert not {one for one in named if not (ROOT / one).exists()}


def test_a_stranger_walks_from_a_form_to_its_page_in_twelve_files() -> None:
    walk = (ROOT / "docs/architecture.md").read_text().partition("## The way of one command")[2].partition("\n## ")[0]
    steps = re.findall(r"^\d+\. `([^`]+)`", walk, re.MULTILINE)
    assert 0 < len(steps) <= 12 and all((ROOT / step).is_file() for step in steps)


def test_the_picture_of_layers_is_that_of_the_rules() -> None:
    rules = re.search(r'containers = \["shared"\]\nlayers = \[([^\]]+)\]', (ROOT / "pyproject.toml").read_text())
    assert rules is not None
    picture = (ROOT / "docs/architecture.md").read_text().partition("```\n")[2].partition("```")[0]
    rooms = re.findall(r"^(?:shared/)? +([a-z]+) {2,}\S", picture.partition("shared/")[2], re.MULTILINE)
    assert rooms == re.findall(r"[a-z]+", rules[1])
