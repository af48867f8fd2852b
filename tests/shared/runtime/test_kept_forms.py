"""A form that was sent too late is kept for an hour, sealed, under a token, in a room that strangers can't fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from shared.base.outside import Outside
from shared.runtime.kept_forms import LIFE, SECRET, KeptForm, KeptForms

BEGAN = datetime(2026, 6, 1, 10, tzinfo=UTC)
ACCOUNT = uuid4()
FORM = KeptForm(
    path="/directory/structures/new",
    query="kind=association",
    page="/directory",
    fields=(("name", "Eau vive"), ("themes", "water"), ("themes", "health")),
    at=BEGAN,
    account=ACCOUNT,
    again={"seen": "2026-05-31"},
    files=("picture",),
    without=True,
    multipart=True,
)


class Clock:
    now = BEGAN


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> Callable[..., KeptForms]:
    """Opens the kept forms of one folder: each time as another replica would."""

    def opened(accounts: int = 9, nobodies: int = 9) -> KeptForms:
        room = {"account": (accounts, 10_000), "nobody": (nobodies, 10_000)}
        return KeptForms(tmp_path / "kept", Outside(now=lambda: clock.now), room)

    return opened


async def test_another_replica_gives_back_all_that_was_kept(kept: Callable[..., KeptForms]) -> None:
    for form in (FORM, KeptForm("/a", "", None, (), BEGAN)):
        token = await kept().keep(form)
        assert token is not None and await kept().get(token) == form
    assert await kept().get("0" * 64) is None


async def test_nothing_of_what_was_typed_lies_open(kept: Callable[..., KeptForms], tmp_path: Path) -> None:
    token = await kept().keep(FORM)
    assert token is not None
    for path in (tmp_path / "kept").rglob("*"):
        assert token not in path.name
        assert path.is_dir() or b"Eau vive" not in path.read_bytes()


async def test_an_hour_is_the_end_whether_or_not_anybody_swept(kept: Callable[..., KeptForms], clock: Clock) -> None:
    token = await kept().keep(FORM)
    assert token is not None
    clock.now = BEGAN + LIFE - timedelta(seconds=1)
    assert await kept().get(token) == FORM
    clock.now = BEGAN + LIFE
    assert await kept().get(token) is None


async def test_the_sweep_erases_what_is_over_and_leaves_the_rest(
    kept: Callable[..., KeptForms], clock: Clock, tmp_path: Path
) -> None:
    """Files say by the machine's clock when they were written."""
    assert await kept().keep(FORM) is not None
    clock.now = datetime.now(UTC)
    assert kept().sweep() == 0
    clock.now += LIFE + timedelta(minutes=1)
    assert kept().sweep() == 1
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


async def test_those_of_nobody_in_particular_take_no_room_from_those_of_accounts(
    kept: Callable[..., KeptForms],
) -> None:
    nobodies = replace(FORM, account=None)
    forms = kept(accounts=1, nobodies=1)
    assert await forms.keep(nobodies) is not None
    assert await forms.keep(nobodies) is None
    assert await forms.keep(FORM) is not None
    assert await forms.keep(FORM) is None


async def test_room_is_counted_in_bytes_too(tmp_path: Path) -> None:
    forms = KeptForms(tmp_path, room={"account": (9, 100), "nobody": (9, 100)})
    assert await forms.keep(FORM) is not None, "one that is larger than what is left still has its place"
    assert await forms.keep(FORM) is None


async def test_a_form_of_nobody_becomes_somebody_s_under_the_same_token(
    kept: Callable[..., KeptForms], tmp_path: Path
) -> None:
    nobodies = replace(FORM, account=None)
    token = await kept().keep(nobodies)
    assert token is not None
    assert await kept().give(token, nobodies, ACCOUNT) == FORM
    assert await kept().get(token) == FORM
    assert len([path for path in (tmp_path / "kept").rglob("*") if path.is_file()]) == 1, "and is nobody's no more"


@pytest.mark.parametrize("name", ["password", "new_password", "client_secret", "old"])
def test_a_secret_is_known_by_its_field(name: str) -> None:
    assert SECRET(name)


@pytest.mark.parametrize("name", ["older", "threshold", "name", "household"])
def test_other_fields_are_no_secrets(name: str) -> None:
    assert not SECRET(name)
