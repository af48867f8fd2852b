"""CloudEvents 1.0 (structured JSON mode) in and out of a NATS message.

The subject of the message, `<network>.<service>.<entity>.<id>.<EventType>`, and the body's `source`, `subject` and
`type` say the same thing twice; a message in which they disagree is void (see `Void`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, get_args
from uuid import UUID

import msgspec
import orjson
from pydantic import ValidationError

from shared.base.once import once
from shared.base.paris_days import utc
from shared.base.services import SERVICES
from shared.contract import EVENTS, Event
from shared.contract.personal import Personal

BODY_LIMIT = 512 * 1024  # bytes; far below the server's max_payload of 1 MiB


class Message(NamedTuple):
    """A message of the stream as it lies there: its sequence, its subject and its exact bytes."""

    seq: int
    subject: str
    body: bytes


class CloudEvent(msgspec.Struct, frozen=True, gc=False):
    """The attributes of CloudEvents 1.0 §3 and our extensions, as they stand in the JSON."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    recordedtime: str
    actor: str
    commandid: str
    correlationid: str
    entityversion: int
    data: msgspec.Raw
    datacontenttype: str = "application/json"
    causationid: str | None = None
    traceparent: str | None = None
    commanddigest: Any = None
    """Of any type, since releases that do not know it must agree with this one on what is an event."""
    dataschema: Any = None
    """As before: events of the first release have none, and are of shape 1."""
    believedtime: Any = None
    """As before. Events that were recorded while the clock was believed have none."""


_decoder = msgspec.json.Decoder(CloudEvent)
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# Every day there ever was, and the 29th of February of each year.
_DAY = "(?!0000)[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-9])|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31)"
_TIME = f"{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{{6}}Z"
_is_uuid = re.compile(_UUID).fullmatch
_is_shape = re.compile("[1-9][0-9]{0,5}").fullmatch
_are_times = re.compile(f"{_TIME} {_TIME}").fullmatch
_is_time = re.compile(_TIME).fullmatch
GUARD = "guard"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Up to when a clock was believed of which nothing was known"""
NO_DAY = "9999-12-31T23"
"""From when on Paris is beyond the calendar: whoever asked for the day of an event of then would fail for ever"""
_IDS = b" ".join([b"00000000-0000-0000-0000-000000000000"] * 3)
_HEX_TO_0 = bytes.maketrans(b"0123456789abcdef", b"0" * 16)


class Void(Exception):
    """A message that no reader may take for an event. `reason` is one of `REASONS`, or GUARD, which alarms nobody."""

    REASONS = ("not-an-event", "subject-disagrees", "out-of-turn", "unreadable-data")

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Recorded(msgspec.Struct, frozen=True, dict=True):
    """An event as the log holds it, with its place there (`seq`) and its place in its entity (`version`, from 1)."""

    seq: int
    network: str
    service: str
    entity: str
    entity_id: str
    cloud: CloudEvent
    body: bytes

    @property
    def type(self) -> str:
        return self.cloud.type

    @property
    def id(self) -> str:
        return self.cloud.id

    @property
    def version(self) -> int:
        return self.cloud.entityversion

    @property
    def actor(self) -> str:
        return self.cloud.actor

    @once
    def time(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.cloud.time)

    @once
    def recorded(self) -> datetime:
        """When it was learnt."""
        return datetime.fromisoformat(self.cloud.recordedtime)

    @once
    def believed(self) -> datetime | None:
        """None where `recorded` is what a clock said that was believed. Else what time it was at least: when that clock
        was believed last, and what was counted since then; NEVER where nothing is known (docs/adr/0035)."""
        said = self.cloud.believedtime
        if said is None:
            return None
        try:
            return datetime.fromisoformat(said) if isinstance(said, str) and _is_time(said) else NEVER
        except ValueError:  # no leap year
            return NEVER

    @property
    def surely(self) -> datetime:
        """A time that had come when it was recorded, whatever the clock said."""
        return self.recorded if self.believed is None else min(self.recorded, self.believed)

    @property
    def begins(self) -> str:
        """From when a term runs that it begins (RFC 3339): when it happened. What happened as it was recorded, by a
        clock that was known to be behind, did not happen years ago."""
        sure = self.believed
        if sure is None or self.cloud.time != self.cloud.recordedtime:
            return self.cloud.time
        return instant(max(sure, self.time))

    @once
    def shape(self) -> int:
        """Which shape of its type its data have. Raises Void where it names another type's, or none."""
        said, known = self.cloud.dataschema, EVENTS.get(self.type)
        if known is not None and said == known.dataschema:
            return known.shape
        if said is None:
            return 1
        head = f"urn:maillage:{known.service if known else self.service}:{self.type}:"
        number = said.removeprefix(head) if isinstance(said, str) and said.startswith(head) else ""
        if not _is_shape(number):
            raise Void("unreadable-data")
        return int(number)

    @property
    def kind(self) -> str:
        """Its type, with its shape where that is not the first: what a release knows or does not know."""
        try:
            return self.type if self.shape == 1 else f"{self.type}:{self.shape}"
        except Void:
            return self.type

    @property
    def readable(self) -> bool:
        """Whether this release knows what it says; views pass over any other."""
        try:
            return self.data is not None
        except (KeyError, Void):
            return False

    @once
    def content(self) -> bytes:
        """Its data as JSON, in the shape of today. Raises KeyError for a type or a shape that we don't know, Void for
        data against it."""
        known = EVENTS[self.cloud.type]
        if self.cloud.dataschema == known.dataschema or self.shape == known.shape:
            return bytes(self.cloud.data)
        if self.shape > known.shape:
            raise KeyError(self.kind)
        try:
            return known.upcast(bytes(self.cloud.data), self.shape)
        except Exception:  # whatever an upcast raises for data that its shape did not allow
            raise Void("unreadable-data") from None

    @once
    def data(self) -> Event:
        """The event itself. Raises KeyError for a type or a shape that we don't know, Void for data against it, and for
        a time of which Paris has no day."""
        known = EVENTS[self.cloud.type]
        if max(self.cloud.time, self.cloud.recordedtime) >= NO_DAY:
            raise Void("unreadable-data")
        try:
            found = known.read(self.content)
        except ValidationError:
            raise Void("unreadable-data") from None
        for name in _doubtful(known):
            if (value := getattr(found, name)) and not _storable(value):
                raise Void("unreadable-data")
        return found


def knows(kind: str) -> bool:
    """Whether this release can read events of a `Recorded.kind`."""
    name, _, shape = kind.partition(":")
    return name in EVENTS and int(shape or 1) <= EVENTS[name].shape


@cache
def _doubtful(kind: type[Event]) -> tuple[str, ...]:
    """The fields whose type allows what no store can hold: asked once a type, since many have none."""

    def doubtful(annotation: Any) -> bool:
        return annotation in (int, Personal) or any(doubtful(part) for part in get_args(annotation))

    return tuple(name for name, field in kind.model_fields.items() if doubtful(field.annotation))


def _storable(value: Any) -> bool:
    """Whether views can hold a value: numbers have 64 bits, and nothing about a person stands there in clear. Only a
    forged event says otherwise; read as it stands, it would stop whoever keeps a view of it."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, Personal):
        return value.sealed is not None and value.person is not None
    if isinstance(value, list | tuple):
        return all(map(_storable, value))
    return all(map(_storable, value.values())) if isinstance(value, dict) else True


def opened(message: Message) -> Recorded:
    """The event in a message. Raises Void where there is none, or where subject and content disagree."""
    try:
        cloud = _decoder.decode(message.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Void(GUARD if is_guard(message) else "not-an-event") from None
    if not _well_formed(cloud):
        raise Void("not-an-event")
    parts = message.subject.split(".")
    if len(parts) != 5:
        raise Void("subject-disagrees")
    network, service, entity, entity_id, kind = parts
    if (
        cloud.specversion != "1.0"
        or cloud.type != kind
        or cloud.source != f"/{network}/{service}"
        or cloud.subject != f"{entity}/{entity_id}"
        or not _is_uuid(entity_id)
    ):
        raise Void("subject-disagrees")
    known = EVENTS.get(kind)
    if known is not None and (known.service not in ("any", service) or known.entity not in ("any", entity)):
        raise Void("subject-disagrees")
    return Recorded(message.seq, network, service, entity, entity_id, cloud, message.body)


def guard_subject(network: str, service: str) -> str:
    """Where a service writes its guards: messages without a body that lie in the log only because an entity was where a
    decision had read it, which their headers name. A subject has three words, that of an event five: so readers from
    outside are not given them (`events_only`)."""
    return f"{network}.{service}.guard"


def events_only(network: str) -> str:
    """The subjects of events, for a consumer."""
    return f"{network}.*.*.*.*"


def is_guard(message: Message) -> bool:
    """Whether a message is a guard. Anything else that lies there is a message that nobody of ours has written."""
    network, _, rest = message.subject.partition(".")
    service = rest.partition(".")[0]
    return not message.body and service in SERVICES and message.subject == guard_subject(network, service)


def reopened(message: Message) -> Recorded:
    """The event in a message that was opened and judged before: what `opened` has found out is not asked again."""
    network, service, entity, entity_id, _ = message.subject.split(".")
    return Recorded(message.seq, network, service, entity, entity_id, _decoder.decode(message.body), message.body)


def _well_formed(cloud: CloudEvent) -> bool:
    """Whether ids and times have the form that `sealed_body` gives them, so that no reader ever fails on one."""
    ids = f"{cloud.id} {cloud.commandid} {cloud.correlationid}".encode(errors="replace")
    if ids.translate(_HEX_TO_0) != _IDS:  # in a third of a regular expression's time, and each reader comes here
        return False
    if cloud.causationid is not None and not _is_uuid(cloud.causationid):
        return False
    times = f"{cloud.time} {cloud.recordedtime}"
    if not _are_times(times):
        return False
    if "-02-29T" in times:
        try:
            datetime.fromisoformat(cloud.time)
            datetime.fromisoformat(cloud.recordedtime)
        except ValueError:  # no leap year
            return False
    return True


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond. Raises OutOfCalendar, a ValueError, for a time without a zone or beyond the
    calendar."""
    return utc(moment).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


class Provenance(msgspec.Struct, frozen=True, gc=False):
    """Who did it, by which command, in which chain. `digest`: what was sent under that command's id
    (`command_digest`)."""

    actor: str
    command: UUID
    correlation: UUID
    causation: UUID | None = None
    traceparent: str | None = None
    digest: str | None = None


def address(network: str, event: Event, entity_id: UUID, *, of: tuple[str, str] | None = None) -> str:
    """The subject that an event is stored under. `of`: the service and the kind of the entity, of an event that any may
    have."""
    service, entity = of or (event.service, event.entity)
    return f"{network}.{service}.{entity}.{entity_id}.{event.type_name()}"


def sealed_body(
    network: str,
    event: Event,
    entity_id: UUID,
    *,
    id: UUID,
    version: int,
    at: datetime,
    now: datetime,
    by: Provenance,
    believed: datetime | None = None,
    of: tuple[str, str] | None = None,
) -> bytes:
    """The exact bytes of an event in the log. Its personal fields must be sealed already. `believed`: where the clock
    that said `now` is in doubt, what time it is at least. `of` as in `address`."""
    recorded = instant(now)
    service, entity = of or (event.service, event.entity)
    body = {
        "specversion": "1.0",
        "id": id,
        "source": f"/{network}/{service}",
        "type": event.type_name(),
        "subject": f"{entity}/{entity_id}",
        "time": recorded if at is now else instant(at),
        "datacontenttype": "application/json",
        "dataschema": event.dataschema,
        "recordedtime": recorded,
        "actor": by.actor,
        "commandid": by.command,
        "correlationid": by.correlation,
        "entityversion": version,
        "data": orjson.Fragment(event.__pydantic_serializer__.to_json(event, exclude_none=True)),
    }
    if by.causation is not None:
        body["causationid"] = by.causation
    if by.traceparent is not None:
        body["traceparent"] = by.traceparent
    if by.digest is not None:
        body["commanddigest"] = by.digest
    if believed is not None:
        body["believedtime"] = instant(believed)
    return orjson.dumps(body)
