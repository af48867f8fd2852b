"""The envelope: what lies in the log is a CloudEvent 1.0 in structured JSON mode, and says the same as its subject."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contract.asyncapi import CLOUD_EVENT
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import NEVER, Message, Provenance, Void, address, instant, opened, sealed_body
from shared.contract.processes import ProcessBegan
from tests.fixtures.json_schemas import judge
from tests.fixtures.log_writing import changed, write

SPEC = {  # CloudEvents 1.0.2 §3.1 and §3.2, as in the project's own JSON Schema (cloudevents.json)
    "id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time", "data", "data_base64",
}  # fmt: skip
JSON_SCHEMA = {  # the required and optional attributes of that schema, with their constraints
    "type": "object",
    "required": ["id", "source", "specversion", "type"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "format": "uri-reference", "minLength": 1},
        "specversion": {"type": "string", "minLength": 1},
        "type": {"type": "string", "minLength": 1},
        "datacontenttype": {"type": ["string", "null"], "minLength": 1},
        "dataschema": {"type": ["string", "null"], "format": "uri", "minLength": 1},
        "subject": {"type": ["string", "null"], "minLength": 1},
        "time": {"type": ["string", "null"], "format": "date-time", "minLength": 1},
        "data": {"type": ["object", "string", "number", "array", "boolean", "null"]},
    },
}
DAY = timedelta(days=1)
RFC3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def stored() -> dict[str, object]:
    event = StructureRegistered(name="Eau vive", kind="association")
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    by = Provenance("staff:test", uuid4(), uuid4(), uuid4(), trace, "q2w3e4r5.Zm9vYmFyYmF6cXV4cXV1eA")
    now = datetime.now(UTC)
    content: dict[str, object] = json.loads(
        sealed_body("reseau", event, uuid4(), id=uuid4(), version=1, at=now, now=now, by=by, believed=now - DAY)
    )
    return content


def test_a_stored_event_conforms_to_cloudevents_and_to_our_own_description() -> None:
    for schema in (JSON_SCHEMA, CLOUD_EVENT):
        judge(schema).validate(stored())
    assert stored()["specversion"] == "1.0" and stored()["datacontenttype"] == "application/json"


def test_extension_attributes_have_names_and_values_that_cloudevents_allows() -> None:
    extensions = {name: value for name, value in stored().items() if name not in SPEC}
    assert set(extensions) == {
        "recordedtime", "actor", "commandid", "correlationid", "causationid", "traceparent", "entityversion",
        "commanddigest", "believedtime",
    }  # fmt: skip
    for name, value in extensions.items():
        assert re.fullmatch(r"[a-z0-9]{1,20}", name)  # §3: lower-case letters and digits, should be at most 20
        assert isinstance(value, str | int) and not isinstance(value, bool)
        assert not isinstance(value, int) or -(2**31) <= value < 2**31  # the type system's Integer


def test_every_attribute_that_we_write_is_described_and_every_required_one_written() -> None:
    described = CLOUD_EVENT["properties"]
    assert set(stored()) == set(described) | {"data"} and set(CLOUD_EVENT["required"]) <= set(stored())


moments = st.datetimes(timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))))


@given(moments)
def test_times_are_written_as_rfc_3339_in_utc_and_read_back_exactly(moment: datetime) -> None:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return
    written = instant(moment)
    assert RFC3339_UTC.fullmatch(written) and datetime.fromisoformat(written) == moment


@given(moments, moments)
def test_written_times_sort_as_text_like_the_moments(one: datetime, two: datetime) -> None:
    with contextlib.suppress(OverflowError):
        assert (instant(one) < instant(two)) == (one < two)


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2017, 1, 1))


@pytest.mark.parametrize(
    "clock", ["00:00:00.000000", "23:59:59.999999", "24:00:00.000000", "23:60:00.000000", "a3:00:00.000000"]
)
def test_a_time_is_taken_exactly_where_the_calendar_has_it(clock: str) -> None:
    one = write("reseau", uuid4())
    said = json.loads(one.body)["time"].encode()
    for year in ("0000", "0001", "1900", "2000", "2023", "2024"):
        for month, day in itertools.product(range(14), range(33)):
            text = f"{year}-{month:02}-{day:02}T{clock}Z"
            try:
                there = not clock.startswith("24") and datetime.fromisoformat(text) is not None
            except ValueError:
                there = False
            try:
                opened(Message(1, one.subject, one.body.replace(said, text.encode())))
            except Void:
                assert not there, text
            else:
                assert there, text


@pytest.mark.parametrize("name", ["time", "recordedtime"])
def test_an_event_of_which_paris_has_no_day_has_its_turn_and_says_nothing(name: str) -> None:
    one = write("reseau", uuid4())
    for said, there in (("9999-12-31T22:59:59.999999Z", True), ("9999-12-31T23:00:00.000000Z", False)):
        event = opened(Message(1, one.subject, changed(one.body, **{name: said})))
        assert event.readable is there and event.version == 1, said


@given(st.integers(0, 35), st.sampled_from("0fFg-Zé٣ \x00"), st.sampled_from(["id", "commandid", "correlationid"]))
def test_an_id_is_taken_in_one_form_only(place: int, sign: str, field: str) -> None:
    one = write("reseau", uuid4())
    body = json.loads(one.body)
    body[field] = f"{body[field][:place]}{sign}{body[field][place + 1 :]}"
    good = re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", body[field])
    try:
        opened(Message(1, one.subject, json.dumps(body).encode()))
    except Void:
        assert not good
    else:
        assert good


def test_an_event_read_from_its_message_is_the_one_that_was_written() -> None:
    entity = uuid4()
    one = write("reseau", entity, 7, StructureRegistered(name="Eau vive", kind="school", themes=["eau"], sdgs=[6]))
    event = opened(Message(12, one.subject, one.body))
    assert (
        one.subject
        == address("reseau", event.data, entity)
        == f"reseau.directory.structure.{entity}.StructureRegistered"
    )
    assert (event.seq, event.version, event.id, event.entity_id) == (12, 7, one.id, str(entity))
    assert event.data == StructureRegistered(name="Eau vive", kind="school", themes=["eau"], sdgs=[6])
    assert event.time.tzinfo is not None and event.recorded > event.time and event.body == one.body


@pytest.mark.parametrize("off", [5 * 365, -2, -50 * 365])
def test_an_event_of_a_clock_in_doubt_says_what_time_it_was_at_least(off: int) -> None:
    sure = datetime(2026, 11, 29, 12, tzinfo=UTC)
    now, by = sure + off * DAY, Provenance("staff:test", uuid4(), uuid4())
    event, entity = StructureRegistered(name="Eau vive", kind="association"), uuid4()
    subject = address("reseau", event, entity)
    for at in (now, now - 400 * DAY):
        body = sealed_body("reseau", event, entity, id=uuid4(), version=1, at=at, now=now, by=by, believed=sure)
        one = opened(Message(1, subject, body))
        assert (one.recorded, one.believed, one.surely) == (now, sure, min(now, sure))
        began = max(now, sure) if at == now else at  # what somebody said themselves stays said
        assert datetime.fromisoformat(one.begins) == began
    plain = sealed_body("reseau", event, entity, id=uuid4(), version=1, at=now, now=now, by=by)
    one = opened(Message(1, subject, plain))
    assert b"believedtime" not in plain and (one.believed, one.surely, one.begins) == (None, now, one.cloud.time)


@pytest.mark.parametrize("junk", [5, "", "yesterday", "2027-02-29T00:00:00.000000Z", {"at": 1}, True])
def test_a_time_that_nobody_can_read_is_no_reason_to_believe_the_other(junk: object) -> None:
    one = write("reseau", uuid4())
    body = json.dumps({**json.loads(one.body), "believedtime": junk}).encode()
    event = opened(Message(1, one.subject, body))
    assert event.believed == event.surely == NEVER and datetime.fromisoformat(event.begins) == event.time


def test_a_type_that_we_do_not_know_is_an_event_all_the_same() -> None:
    one = write("reseau", uuid4())
    body = one.body.replace(b"StructureRegistered", b"StructurePainted")
    event = opened(Message(1, one.subject.replace("StructureRegistered", "StructurePainted"), body))
    assert event.type == "StructurePainted"
    with pytest.raises(KeyError):
        _ = event.data


def test_an_event_of_any_service_is_one_of_the_kind_of_entity_that_it_names() -> None:
    began, now = ProcessBegan(process="import"), datetime.now(UTC)
    by = Provenance("staff:test", uuid4(), uuid4())
    for of, good in ((("directory", "process"), True), (("directory", "structure"), False)):
        id = uuid4()
        body = sealed_body("reseau", began, id, id=uuid4(), version=1, at=now, now=now, by=by, of=of)
        message = Message(1, address("reseau", began, id, of=of), body)
        with contextlib.nullcontext() if good else pytest.raises(Void, match="subject-disagrees"):
            assert opened(message).entity == "process"


def test_the_id_of_an_entity_is_written_in_one_way_only() -> None:
    entity = UUID("0193AAAA-0000-7000-8000-000000000001")
    one = write("reseau", entity)
    for other in (str(entity).upper(), str(entity).replace("-", ""), "x"):
        with pytest.raises(Void):
            opened(
                Message(
                    1, one.subject.replace(str(entity), other), one.body.replace(str(entity).encode(), other.encode())
                )
            )
