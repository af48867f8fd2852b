"""`maillage doctor` names the administrators who have no second factor; nothing fails for that."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.cli.http_client import NoAnswer
from deploy.cli.remote.query import look_at_second_factors
from shared.base.settings import Settings

CHIEF = {"label": "Direction", "administers": True, "second_factor": None}
SAFE = {"label": "Secrétariat", "administers": True, "second_factor": "2026-11-30T12:00:00Z"}
EDITOR = {"label": "Rédaction", "administers": False, "second_factor": None}
OLDER = {"label": "Trésorerie", "administers": True}


class Directory:
    """Answers as `/directory/api/accounts` does; or not at all."""

    def __init__(self, *accounts: dict[str, Any], away: bool = False) -> None:
        self._accounts, self._away = accounts, away

    async def get(self, path: str) -> Any:
        if self._away:
            raise NoAnswer("503")
        return {"documents": list(self._accounts)}


@pytest.mark.parametrize(
    ("directory", "asked", "noted"),
    [
        (Directory(SAFE, EDITOR), None, (True, False, "0 of 1 administrators have none")),
        (Directory(CHIEF, SAFE), None, (True, False, "1 of 2 administrators have none: Direction")),
        (Directory(CHIEF, SAFE), "administrator", (True, True, "1 of 2 administrators have none: Direction")),
        (Directory(CHIEF, OLDER), "editor", (True, False, "2 of 2 administrators have none: Direction, Trésorerie")),
        (Directory(away=True), None, (False, False, "503")),
    ],
)
async def test_who_has_none_is_named(directory: Directory, asked: str | None, noted: tuple[bool, bool, str]) -> None:
    found: list[tuple[bool, bool, str]] = []

    def check(name: str, good: bool, text: str, look: bool = False) -> None:
        found.append((good, look, text))

    await look_at_second_factors(directory, Settings(second_factor=asked), check)  # type: ignore[arg-type]
    assert found == [noted]


@pytest.mark.parametrize("wrong", ["king", "administrator;editor", "administrator,", ",editor", "all:editor"])
def test_a_setting_that_names_no_roles_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        Settings(second_factor=wrong)


@pytest.mark.parametrize(
    ("given", "roles"), [(None, ()), ("", ()), ("administrator,editor", ("administrator", "editor"))]
)
def test_the_roles_of_the_setting(given: str | None, roles: tuple[str, ...]) -> None:
    assert Settings(second_factor=given).second_factor_roles == roles
