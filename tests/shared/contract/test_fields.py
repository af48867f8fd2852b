"""Each kind of answer means the same in all five services: by the models of their commands, so that a new one is tried
too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from deploy.host.all_services import DEFINITIONS
from shared.contract import load_all
from shared.contract.fields import (
    AS_LINE,
    AS_TEXT,
)
from shared.contract.personal import Personal
from shared.web.words.messages import KERNEL

HIDDEN = [
    "\u200c\u200c",
    *"\u200b\ufeff\u00ad\u2060\u200d\u034f\u17b4\u180b\u2065\ufe0f\U0001d173\U000e0041\U000e0100\U000e0fff",
]
COMMANDS = [command for d in DEFINITIONS for decider in d.deciders for command in decider.decisions]
INTERNAL = {command for command in COMMANDS if command.internal}


def parts(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The leaves of a field's type, each with what is said of it: (type, metadata)."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        flat = [part for one in more for part in (one.metadata if isinstance(one, FieldInfo) else (one,))]
        yield from parts(inner, (*metadata, *flat))
    elif get_args(annotation) and not isinstance(annotation, type) and get_origin(annotation) is not type:
        if "Literal" in str(get_origin(annotation)):
            return
        for one in get_args(annotation):
            if one is not NoneType and one is not Ellipsis:
                yield from parts(one, metadata)
    elif get_args(annotation):  # list[…], dict[…]
        for one in get_args(annotation):
            yield from parts(one)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for _, leaf in leaves(annotation):
            yield leaf
    else:
        yield annotation, metadata


def leaves(model: type[BaseModel]) -> Iterator[tuple[str, tuple[Any, tuple[Any, ...]]]]:
    for name, info in model.model_fields.items():
        for leaf in parts(info.annotation, tuple(info.metadata)):
            yield name, leaf


def adapter(leaf: tuple[Any, tuple[Any, ...]]) -> TypeAdapter[Any]:
    kind, metadata = leaf
    return TypeAdapter(Annotated[(kind, *metadata)] if metadata else kind)


ALL = [(model, name, leaf) for model in COMMANDS for name, leaf in leaves(model)]
TEXTS = [(m, n, leaf) for m, n, leaf in ALL if AS_LINE in leaf[1] or AS_TEXT in leaf[1] or leaf[0] is Personal]
DAYS = [(m, n, leaf) for m, n, leaf in ALL if leaf[0] in (date, datetime)]
OF_EVENTS = [(m, n, leaf) for m in load_all().values() for n, leaf in leaves(m) if leaf[0] in (date, datetime)]


def named(cases: list[tuple[type[BaseModel], str, Any]]) -> list[Any]:
    return [pytest.param(leaf, id=f"{model.__name__}.{name}-{n}") for n, (model, name, leaf) in enumerate(cases)]


def read(leaf: Any, value: Any) -> Any:
    found = adapter(leaf).validate_python(value)
    return found.clear if isinstance(found, Personal) else found


def outcome(leaf: Any, value: Any) -> Any:
    try:
        return read(leaf, value)
    except ValidationError as no:
        return no.errors()[0]["type"]


def mail(leaf: Any) -> bool:
    return any("mail" in getattr(getattr(one, "func", None), "__module__", "") for one in leaf[1])


def test_each_text_of_each_command_is_read_by_the_one_definition_of_its_kind() -> None:
    """A `str` has a pattern, or is read by `shared.contract.fields`; what a service says to itself may be any."""
    loose = [
        f"{model.__name__}.{name}"
        for model, name, (kind, metadata) in ALL
        if kind is str
        and model not in INTERNAL
        and not any(getattr(one, "pattern", None) for one in metadata)
        and not any(
            getattr(getattr(one, "func", None), "__module__", "").startswith("shared.contract.") for one in metadata
        )
    ]
    assert loose == []
    bare = [f"{m.__name__}.{n}" for m, n, leaf in ALL if leaf[0] is Personal and not leaf[1] and m not in INTERNAL]
    assert bare == []
    assert len(TEXTS) > 100 and len(DAYS) > 8


@pytest.mark.parametrize("leaf", named(TEXTS))
def test_what_is_pasted_means_the_same_in_every_field(leaf: Any) -> None:
    if mail(leaf):
        assert read(leaf, " a@exemple.fr\u200b\n") == "a@exemple.fr"
        return
    lines = AS_TEXT in leaf[1]
    for blank in ("\t", "\n", "\r\n", "\u2028", "\u2029", "\u00a0", "\u202f", " \u3000 "):
        found = read(leaf, f" Eau{blank}vive ")
        assert found == "Eau vive" or (lines and found.split() == ["Eau", "vive"]), (blank, found)
    for hidden in HIDDEN:
        assert read(leaf, f"Eau {hidden}vive{hidden}") == "Eau vive", ascii(hidden)
    for blank in ("\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"):
        assert outcome(leaf, blank * 5) == outcome(leaf, " ") != blank * 5
    assert read(leaf, "Eau ne\u200dige") == "Eau ne\u200dige" and read(leaf, "می\u200cخواهم") == "می\u200cخواهم"
    assert read(leaf, "E\u0301lodie") == "Élodie"
    for bad in (
        "\u202e",
        "\u2066",
        "\x00",
        "\x1b",
        "\x1f",
        "\x7f",
        "\x85",
        "\x9f",
        "\ud800",
        "\ue000",
        "\uffff",
        "\x0b",
    ):
        with pytest.raises(ValidationError) as no:
            read(leaf, f"Eau {bad}vive")
        (error,) = no.value.errors()
        assert error["ctx"] == {"place": 5, "character": f"U+{ord(bad):04X}"}
        assert "5" in KERNEL.say(f"refused.{error['type']}", "fr", **error["ctx"])


@pytest.mark.parametrize("names", [("country", "countries"), ("department", "departments")], ids=str)
def test_a_place_that_is_on_no_list_is_refused_everywhere(names: tuple[str, str]) -> None:
    codes = [leaf for m, n, leaf in ALL if n in names and m not in INTERNAL]
    assert len(codes) > 5
    good, bad = (
        ("SN", ("ZZ", "EU", "XA", "sn", "FRA", "")) if "country" in names else ("09", ("99", "9", "2a", "00", ""))
    )
    for leaf in codes:
        for pasted in (
            good,
            f" {good}\n",
            f"\ufeff{good}",
            f"{good}\u200b",
            f"{good}\u2028",
            f"{good[0]}\u00ad{good[1]}",
        ):
            assert read(leaf, pasted) == good
        for code in bad:
            with pytest.raises(ValidationError):
                read(leaf, code)


ADDRESSES = [
    ("a@exemple.fr", "a@exemple.fr"), ("A.b+c@EXEMPLE.FR", "A.b+c@exemple.fr"),
    ("a@élodie.fr", "a@xn--lodie-9ra.fr"), ("a@XN--LODIE-9RA.fr", "a@xn--lodie-9ra.fr"),
    ("a@bücher。example", "a@xn--bcher-kva.example"),
    ("a..b@ex.fr", "mail-address-dots"), (".a@ex.fr", "mail-address-dots"), ("a.@ex.fr", "mail-address-dots"),
    ("a@ex..fr", "mail-address-dots"), ("élodie@exemple.fr", "mail-address-letters"),
    ("a@b", "not-a-mail-address"), ("a b@ex.fr", "not-a-mail-address"), ("@ex.fr", "not-a-mail-address"),
    ("a@-ex.fr", "not-a-mail-address"), ("a@ex_e.fr", "not-a-mail-address"), ("a@1.2.3.4", "not-a-mail-address"),
    ("a@[1.2.3.4]", "not-a-mail-address"), ("a@b@ex.fr", "not-a-mail-address"),
    ("=?utf-8?q?a?=@ex.fr", "not-a-mail-address"),
    ("a" * 65 + "@ex.fr", "not-a-mail-address"), ("a@" + "é" * 300 + ".fr", "not-a-mail-address"),
    ("a@xn--zzzzzz\u00e9.fr", "not-a-mail-address"), ("a@x.\u0130.fr" + "\u0338" * 90, "not-a-mail-address"),
    ("a\x01@ex.fr", "unreadable-character"), ("a@ex\u202e.fr", "reversing-character"),
    ('"a b"@ex.fr', "not-a-mail-address"),
]  # fmt: skip


@pytest.mark.parametrize("leaf", named([one for one in TEXTS if mail(one[2])]))
def test_an_address_of_mail_is_one_that_mails_reach_and_has_one_spelling(leaf: Any) -> None:
    for text, expected in ADDRESSES:
        try:
            found = read(leaf, text)
        except ValidationError as no:
            found = no.errors()[0]["type"]
        assert found == expected, text


def test_every_address_that_a_command_takes_is_one() -> None:
    fields = {(m.__name__, n) for m, n, leaf in ALL if n == "email" and not mail(leaf)}
    assert fields == {("AnswerSurvey", "email")}  # its page has read it


NO_DAY: list[Any] = [
    20171031, 0, 1.5, True, "20171031", "2017-W44-2", "2017-304", "1509408000", "2017-10-31T00:00:00", "31/10/2017",
    "2017-02-30", "2017-10-31Z", " 2017-10-31", "2017-10-31\n", "٢٠١٧-١٠-٣١", "0000-01-01", "17-10-31", [], {},
    datetime(2017, 10, 31),
]  # fmt: skip
NO_MOMENT: list[Any] = [
    20171031, 1509441600, 1509441600.5, True, "1509441600", "20171031T101500Z", "2017-10-31", "2017-10-31 10:15Z",
    "2017-02-30T10:15:00Z", "2017-06-30T23:59:60Z", "2017-10-31T24:00:01Z", "2017-10-31T10:15:00+99:99",
    "2017-10-31T10Z",
    "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "nan", "\x00", "9" * 400, [], {}, date(2017, 10, 31),
]  # fmt: skip
BEYOND = [
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z",
    "2017-10-31T10:15:00",
]


@pytest.mark.parametrize("leaf", named([*DAYS, *OF_EVENTS]))
def test_a_day_is_iso_8601_and_nothing_else_in_commands_and_events(leaf: Any) -> None:
    day = leaf[0] is date
    for value in NO_DAY if day else NO_MOMENT:
        with pytest.raises(ValidationError) as no:
            read(leaf, value)
        assert no.value.errors()[0]["type"] in ("date_parsing", "datetime_parsing")
    assert read(leaf, "2017-10-31" if day else "2017-10-31T09:30:00+01:00") == (
        date(2017, 10, 31) if day else datetime(2017, 10, 31, 8, 30, tzinfo=UTC)
    )


@pytest.mark.parametrize("leaf", named(DAYS))
def test_a_day_that_the_calendar_cannot_carry_is_refused_in_each_command(leaf: Any) -> None:
    for text in BEYOND:
        with pytest.raises(ValidationError):
            read(leaf, text)


def test_no_code_of_a_service_defines_one_of_these_kinds_again() -> None:
    """What reads texts stands in `shared.contract`: a validator of a service's own would drift away from it."""
    again = []
    for path in Path("services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name) and node.id in ("StringConstraints", "BeforeValidator", "AwareDatetime"):
                again.append(f"{path}:{node.lineno}")
    assert again == []


def test_the_field_that_a_refusal_names_is_one_of_a_command_of_that_service() -> None:
    fields = {d.name: {f for x in d.deciders for c in x.decisions for f in c.model_fields} for d in DEFINITIONS}
    seen = 0
    for path in Path("services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"):
                continue
            for word in node.keywords:
                if word.arg == "field" and isinstance(word.value, ast.Constant):
                    seen += 1
                    assert word.value.value in fields[path.parts[1]] | {"happened", "day", "password"}, (
                        f"{path}:{node.lineno}"
                    )
    assert seen > 25
