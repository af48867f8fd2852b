"""What a form of ours carries: the command's id, the version that was seen."""

from __future__ import annotations

from uuid import UUID

import pytest
from fastapi import HTTPException
from starlette.datastructures import FormData

from shared.web.forms.guarded_form import Wrong, command_id, version_of

ID = UUID("01890000-0000-7000-8000-000000000001")


def test_a_form_of_ours_is_known_by_its_id() -> None:
    assert command_id(FormData({"command_id": str(ID)})) == ID
    for text in ("", "x", f"{ID}0"):
        with pytest.raises(HTTPException) as no:
            command_id(FormData({"command_id": text}))
        assert no.value.status_code == 400
    with pytest.raises(HTTPException):
        command_id(FormData())


def test_a_version_is_a_number_or_was_not_seen() -> None:
    assert version_of(FormData({"version": "7"})) == 7
    assert version_of(FormData({"version": ""})) is None is version_of(FormData())
    with pytest.raises(HTTPException) as no:
        version_of(FormData({"version": "sept"}))
    assert no.value.status_code == 400


def test_all_that_is_wrong_can_be_said_in_one_sentence() -> None:
    assert Wrong({"name": "Trop court.", "": "Refusé."}, 422).sentence == "Trop court. Refusé."
