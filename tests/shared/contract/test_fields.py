"""Each kind of answer means the same in all five services: by the models of their commands, so that a new one is tried
too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin
from unicodedata import category, is_normalized
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from deploy.host.all_services import DEFINITIONS
from services.directory.structures.domain.structure import ReviseStructure
from shared.contract import load_all
from shared.contract.cleaning import line, mended_line, mended_text, paragraphs
from shared.contract.fields import (
    AS_LINE,
    AS_STORED,
    AS_TEXT,
    CountryCode,
    Day,
    DepartmentCode,
    Line,
    LongText,
    MailAddress,
    Moment,
    Name,
    Reason,
    Rna,
    SchoolYear,
    Siret,
    Text,
    Title,
    WebAddress,
    day_typed,
    mail_address,
    spellings,
    stored,
)
from shared.contract.personal import Personal, PersonalText
from shared.web.forms.typed_days import in_iso
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


@given(st.text() | st.from_regex(r"[a-zé.]{1,9}@[a-zé.-]{1,9}", fullmatch=True))
@example("a@\ud800.fr")
@example("a@xn--a.fr")
def test_reading_an_address_again_changes_nothing_and_older_spellings_are_looked_for(text: str) -> None:
    try:
        address = mail_address(text)
    except PydanticCustomError as no:
        assert KERNEL.has(f"refused.{no.type}")
    else:
        assert mail_address(address) == address and address.isascii()
        assert address in spellings(text) and address in spellings(address)
        assert address in spellings(f"\ufeff{address[0]}\u00ad{address[1:]}\u200b\n")
    spellings(text)


WILD = st.text(
    st.characters() | st.sampled_from("\u200d\u200c\u0301\u00a0\u2028\t\n\ufeff\ufe0f\U000e0100\u20e3👩🔧e1葛")
)


@given(WILD)
@example("👩\u200d🔧")
@example("e\u200b\u0301")
@example("\u0915\u094d\u200d\u0937")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for clean, mended in ((line, mended_line), (paragraphs, mended_text)):
        assert clean(mended(text)) == mended(text)  # what was said by older rules can always be said again
        try:
            found = clean(text)
        except PydanticCustomError:
            continue
        assert clean(found) == found and is_normalized("NFC", found)
        assert all(c == "\n" or c == "\t" or category(c) not in ("Cc", "Cs", "Co", "Zl", "Zp") for c in found)
        assert found == found.strip() and ("\n" not in found or clean is paragraphs)


def test_an_emoji_of_several_signs_stays_whole() -> None:
    assert line("👩\u200d🔧") == "👩\u200d🔧" and line("👩🏽\u200d🔧") == "👩🏽\u200d🔧"
    for emoji in ("\u2764\ufe0f\u200d🔥", "1\ufe0f\u20e3", "\u00a9\ufe0f"):
        assert line(emoji) == emoji


def test_what_chooses_no_shape_goes_and_what_chooses_one_stays() -> None:
    for name in ("葛\U000e0100飾区", "\u1820\u180b"):
        assert line(name) == name
    for text in ("Eau\ufe0f vive", "Eau vive\U000e0100", "\ufe0fEau vive", "Eau\u180b vive", "Eau \ufe0fvive"):
        assert line(text) == "Eau vive"
    assert line("1\ufe0f") == "1" and line("❤\ufe0f\ufe0f") == "❤\ufe0f"


def test_every_character_that_is_never_seen_is_dropped_refused_or_means_something() -> None:
    """Cf of Unicode, but the signs of Arabic, Syriac, Kaithi and of hieroglyphs that are drawn."""
    drawn = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]")
    for code in range(0x110000):
        one = chr(code)
        if category(one) == "Cf" and not drawn.match(one):
            try:
                assert line(f"Eau {one}vive") == "Eau vive", hex(code)
            except PydanticCustomError as no:
                assert no.type == "reversing-character", hex(code)


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


def test_a_day_is_typed_as_in_france_and_what_is_ambiguous_or_impossible_is_none() -> None:
    for text in ("31/10/2017", "31.10.2017", " 31/10/2017 ", "2017-10-31"):
        assert day_typed(text) == date(2017, 10, 31)
    assert day_typed("1/2/2017") == date(2017, 2, 1)
    for text in (
        "31/10/17",
        "10/31/2017",
        "30/02/2017",
        "31/10.2017",
        "20171031",
        "31 10 2017",
        "31/10/20170",
        "",
        "0/0/0000",
    ):
        with pytest.raises(ValueError):
            day_typed(text)


def test_a_typed_day_in_the_address_of_a_page_leads_to_the_same_day_in_iso() -> None:
    assert in_iso("q=31%2F10%2F2017&as_of=31%2F10%2F2017&known_at=") == "q=31%2F10%2F2017&as_of=2017-10-31&known_at="
    assert in_iso("until=31.10.2017") == "until=2017-10-31"
    for query in ("as_of=2017-10-31", "as_of=31%2F02%2F2017", "q=a%2Fb", "as_of=20171031", "", "&".join(["a=/"] * 300)):
        assert in_iso(query) is None


OLDER: list[tuple[Any, str]] = [
    (Line, "Eau\u202e  vive"), (Name, "x"), (Title, "x" * 9_000), (Reason, "\x85"), (Text, "\ue000 x"),
    (LongText, "x" * 6_000),
    (PersonalText, "É\u202e"), (MailAddress, "élodie..x@exemple"), (CountryCode, "ZZ"), (DepartmentCode, "99"),
    (WebAddress, "ftp://a b"), (Siret, "1"), (Rna, "w"), (SchoolYear, "2016"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), OLDER, ids=[f"older-{n}" for n in range(len(OLDER))])
def test_a_stored_value_that_comes_back_as_it_was_is_never_refused(kind: Any, text: str) -> None:
    model = create_model("Answers", answer=(kind, ...), more=(list[kind], []))  # type: ignore[valid-type]
    with pytest.raises(ValidationError):
        model.model_validate({"answer": text})
    for context in (stored({"answer": text, "more": ["other", text]}), AS_STORED):
        found = model.model_validate({"answer": text, "more": [text]}, context=context).model_copy()
        values = [one.clear if isinstance(one, Personal) else one for one in (found.answer, *found.more)]  # type: ignore[attr-defined]
        assert values == [text, text]
    with pytest.raises(ValidationError):
        model.model_validate({"answer": text}, context=stored({"more": text}))


@given(WILD)
def test_any_stored_text_as_a_browser_sends_it_back_is_the_stored_one(text: str) -> None:
    model = create_model("Answers", answer=(Line, ...))
    sent = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd").strip()
    found = model.model_validate({"answer": sent}, context=stored({"answer": text}))
    assert found.answer == text  # type: ignore[attr-defined]


def test_one_touched_answer_is_judged_beside_others_that_were_not() -> None:
    here = {"name": "Eau\u202evive", "kind": "school", "countries": ["ZZ"], "themes": ["Eau\x85"], "website": "www.x"}
    sent = {"structure": UUID(int=1), **here, "countries": ["ZZ", "SN"], "acronym": "E\tV"}
    command = ReviseStructure.model_validate(sent, context=stored(here))
    assert (command.name, command.countries, command.acronym) == ("Eau\u202evive", ["ZZ", "SN"], "E V")
    with pytest.raises(ValidationError) as no:
        ReviseStructure.model_validate(
            {**sent, "name": "Eau\u202eVive", "countries": ["ZZ", "ZX"]}, context=stored(here)
        )
    assert [one["loc"] for one in no.value.errors()] == [("name",), ("countries", 1)]


def test_days_of_a_form_are_judged_where_others_come_back() -> None:
    model = create_model("Answers", day=(Day | None, None), at=(Moment | None, None))
    with pytest.raises(ValidationError):
        model.model_validate({"day": "20171031"}, context=stored({"day": "20171031"}))


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
