"""A personal value shows in nothing that is printed, logged, serialised or told in an error."""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import orjson
import pytest
import structlog
from pydantic import TypeAdapter, ValidationError

from shared.base import tallies as telemetry
from shared.base.settings import Settings
from shared.contract.directory.structures import ContactAdded
from shared.contract.personal import Personal
from tests.fixtures.small_directory import AddContact

SECRET = "Zénobie Quatrefages"
value = Personal(SECRET, person=uuid4())
command = AddContact(structure=uuid4(), name=SECRET)
event = ContactAdded(structure=uuid4(), name=value)


@dataclasses.dataclass
class Holder:
    value: Personal


SHOWN: list[Callable[[], Any]] = [
    lambda: repr(value),
    lambda: str(value),
    lambda: f"{value} {value!r} {value!s} {value!a}",
    lambda: "%s %r" % (value, value),  # noqa: UP031
    lambda: "{}".format(value),  # noqa: UP032
    lambda: repr([value, {"a": value}]),
    lambda: repr(command) + str(command),
    lambda: repr(event) + str(event),
    lambda: repr(Holder(value)),
    lambda: repr(copy.deepcopy(Holder(value))) + repr(dataclasses.asdict(Holder(value))),
    lambda: repr(command.model_dump()),
    lambda: repr(ValueError(value)),
]
REFUSED: list[Callable[[], Any]] = [
    lambda: json.dumps(value),
    lambda: json.dumps(vars(Holder(value))),
    lambda: orjson.dumps(value),
    lambda: msgspec.json.encode(value),
    lambda: pickle.dumps(value),
    lambda: pickle.dumps(command),
    lambda: pickle.dumps(value, protocol=0),
    lambda: command.model_dump_json(),
    lambda: event.model_dump(mode="json"),
    lambda: value.as_json(),
    lambda: f"{value:>30}",
    lambda: vars(value),
]


@pytest.mark.parametrize("show", SHOWN, ids=range(len(SHOWN)))
def test_whatever_shows_a_personal_value_does_not_tell_it(show: Callable[[], Any]) -> None:
    try:
        shown = str(show())
    except Exception as error:
        shown = "".join(traceback.format_exception(error))
    assert "Quatrefages" not in shown and "obie" not in shown


@pytest.mark.parametrize("write", REFUSED, ids=range(len(REFUSED)))
def test_no_format_takes_a_personal_value_in_clear(write: Callable[[], Any]) -> None:
    with pytest.raises(Exception) as refused:
        write()
    assert "Quatrefages" not in "".join(traceback.format_exception(refused.value))


BAD: list[dict[str, Any]] = [
    {"name": SECRET * 100},
    {"name": ["a", SECRET]},
    {"name": {"first": SECRET}},
    {"name": SECRET, "structure": "none"},
    {"name": SECRET, "extra": SECRET},
    {"email": SECRET},
]


@pytest.mark.parametrize("answers", BAD, ids=range(len(BAD)))
def test_an_error_of_pydantic_about_a_command_does_not_repeat_what_was_typed(answers: dict[str, Any]) -> None:
    for read in (AddContact.model_validate, TypeAdapter(AddContact).validate_python):
        with pytest.raises(ValidationError) as wrong:
            read({"structure": str(uuid4()), **answers})
        assert "Quatrefages" not in str(wrong.value) + repr(wrong.value)
        assert "Quatrefages" not in "".join(traceback.format_exception(wrong.value))
    with pytest.raises(ValidationError) as wrong:
        ContactAdded.model_validate({"structure": "x", **answers})
    assert "Quatrefages" not in str(wrong.value)


@pytest.mark.parametrize("form", ["console", "json"])
def test_the_programs_own_log_does_not_tell_a_personal_value(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    handlers, levels = (
        list(logging.root.handlers),
        {n: logging.getLogger(n).level for n in ("nats", "faststream", "uvicorn.access")},
    )
    try:
        telemetry.configure(Settings(log_format=form, log_level="info"))
        log = structlog.get_logger()
        log.info("shown", value=value, command=command, fact=event, nested={"a": [value]})
        try:
            clear = command.name
            AddContact.model_validate({"structure": "x", "name": SECRET, "held": repr(clear)})
        except ValidationError:
            log.exception("failed", command=command)
        written = capsys.readouterr().err
    finally:
        structlog.configure(**before)
        logging.root.handlers[:] = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    assert "shown" in written and "failed" in written
    assert "Quatrefages" not in written and "obie" not in written


def test_a_personal_value_is_read_from_plain_text_or_from_its_sealed_form_only() -> None:
    assert AddContact.model_validate({"structure": uuid4(), "name": "  Zoé  "}).name.clear == "Zoé"
    sealed = {"person": str(uuid4()), "sealed": "AAAA"}
    assert ContactAdded.model_validate({"structure": uuid4(), "name": sealed}).name.as_json() == sealed
    for wrong in (
        "",
        "   ",
        "x" * 501,
        5,
        None,
        {},
        {"person": "x", "sealed": "A"},
        {**sealed, "more": 1},
        {**sealed, "sealed": 1},
    ):
        with pytest.raises(ValidationError):
            AddContact.model_validate({"structure": uuid4(), "name": wrong})


def test_a_sealed_value_has_no_clear_text() -> None:
    with pytest.raises(ValueError, match="sealed"):
        _ = Personal(person=uuid4(), sealed="AAAA").clear
