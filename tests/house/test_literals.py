"""No list of a network is a closed one: whoever writes a `Literal` says why it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.literals import NO_LISTS, ROOMS, literals


def test_each_closed_list_says_why_it_is_no_list_of_a_network() -> None:
    found = literals()
    new = sorted(found - NO_LISTS.keys())
    assert not new, f"make it a vocabulary (docs/contributing.md, A list of the network), or say why it is none: {new}"
    assert not sorted(NO_LISTS.keys() - found), "which are no more"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from typing import Literal\n\nKind = Literal['fair', 'forum']\n", "Kind"),
        ("import typing\n\nKind: typing.TypeAlias = typing.Literal['fair', 'forum']\n", "Kind"),
        ("class Held(Event):\n    kind: list[Literal['fair']] | None = None\n", "kind"),
        ("def held(kind: Literal['fair', 'forum']) -> None: ...\n", "kind"),
        ("class Kind(StrEnum):\n    FAIR = 'fair'\n", "Kind"),
        ("class Kind(str, enum.Enum):\n    FAIR = 'fair'\n", "Kind"),
    ],
)
def test_a_new_one_is_seen_however_it_is_written(tmp_path: Path, text: str, name: str) -> None:
    room = tmp_path / ROOMS[0]
    room.mkdir(parents=True)
    (room / "fairs.py").write_text(text)
    assert literals(tmp_path) == {f"{ROOMS[0]}/fairs.py {name}"}
