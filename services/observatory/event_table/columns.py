"""From a message to a row of the table: the typed columns that indicators ask for, and the rest as JSON.

Data is read strictly by a msgspec structure made from each event type, fifty times faster than its pydantic model;
what that refuses is asked of the model itself, so the table takes for readable exactly what the views do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, reduce
from hashlib import sha256
from operator import attrgetter, or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from shared.base import paris_days as days
from shared.base.paris_days import day_told
from shared.contract import EVENTS, Event, load_all
from shared.contract.envelope import NEVER, NO_DAY, Recorded, Void, instant
from shared.contract.personal import Personal

TEXT, WORDS, NUMBERS, MOMENT = pa.string(), pa.list_(pa.string()), pa.list_(pa.int64()), pa.timestamp("us")

PLACE: Mapping[str, pa.DataType] = {
    "seq": pa.int64(),
    "id": TEXT,
    "network": TEXT,
    "service": TEXT,
    "entity": TEXT,
    "entity_id": TEXT,
    "version": pa.int32(),
    "type": TEXT,
    "time": MOMENT,
    "day": pa.date32(),
    "turn": pa.int64(),
    "recorded": MOMENT,
    "believed": MOMENT,
    "peak": MOMENT,
    "actor": TEXT,
    "command": TEXT,
    "correlation": TEXT,
    "cause": TEXT,
    "readable": pa.bool_(),
    "data": TEXT,
}
"""Where an event stands. `day` is local, in Paris; `turn`: its place in the line of its entity, as long as nothing
corrects it: days since 1900 × 2⁴⁰ + `seq`, 0 days where it stands before all (shared/kernel/line.py); `believed`: what
time it was at least, where the clock that said `recorded` was in doubt; `peak` is the latest up to this sequence of the
earlier of both, since clocks differ; `correlation` is set only where it is not the event's own command."""

TYPED: Mapping[str, pa.DataType] = {
    "name": TEXT,
    "title": TEXT,
    "kind": TEXT,
    "structure": TEXT,
    "department": TEXT,
    "college": TEXT,
    "role": TEXT,
    "reason": TEXT,
    "medium": TEXT,
    "bulletin": TEXT,
    "audience": TEXT,
    "town": TEXT,
    "module": TEXT,
    "registration": TEXT,
    "workshop": TEXT,
    "association": TEXT,
    "school": TEXT,
    "school_year": TEXT,
    "vocabulary": TEXT,
    "code": TEXT,
    "year": pa.int32(),
    "people": pa.int64(),
    "days": pa.int32(),
    "fte": pa.float64(),
    "pilot": pa.bool_(),
    "cleared": WORDS,
    "topics": WORDS,
    "guests": WORDS,
    "marks": WORDS,
    "themes": WORDS,
    "departments": WORDS,
    "countries": WORDS,
    "sdgs": NUMBERS,
}
"""What indicators and identifications ask for: fields of events, by their own names."""

RENAMED: Mapping[str, tuple[str, ...]] = {
    "people": ("people", "pupils"),
    "association": ("association", "association_name"),
}
"""Columns that several fields fill; the first that is there."""

SCHEMA = pa.schema([*PLACE.items(), *TYPED.items()])
WRITTEN = [name for name in SCHEMA.names if name != "peak"]
"""The columns that an event tells by itself."""
Row = tuple[Any, ...]
"""An event in these columns, moments as text."""
EPOCH = date(1900, 1, 1).toordinal()
EMPTY: Row = (None,) * len(TYPED)


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A personal value as events hold it. It stays sealed here, for ever."""

    person: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    sealed: str


ID = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
INSTEAD: Mapping[Any, Any] = {UUID: ID, Personal: Sealed, int: WHOLE}


def _strict(annotation: Any) -> Any:
    """The annotation of a pydantic field as msgspec reads it: ids stay text, persons stay sealed."""
    if annotation in INSTEAD:
        return INSTEAD[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal or not parts:
        return annotation
    if origin in (Union, UnionType):
        found = [_strict(part) for part in parts if part is not NoneType]
        return reduce(or_, [*found, None] if NoneType in parts else found)
    if origin is Annotated:
        return _bounded(_strict(parts[0]), parts[1:])
    return origin[tuple(_strict(part) for part in parts)]


def _bounded(strict: Any, said: Sequence[Any]) -> Any:
    """With the pattern and the length of a code, so that a text is refused here that is refused elsewhere."""
    of = [*said, *(more for one in said for more in getattr(one, "metadata", ()))]
    pattern = next((found for one in of if (found := getattr(one, "pattern", None))), None)
    longest = next((found for one in of if (found := getattr(one, "max_length", None))), None)
    return strict if pattern is None else Annotated[strict, msgspec.Meta(pattern=pattern, max_length=longest)]


class Reader:
    """Reads the data of one event type into the typed columns."""

    def __init__(self, kind: type[Event]) -> None:
        fields: list[Any] = []
        for name, field in kind.model_fields.items():
            strict = _bounded(_strict(field.annotation), field.metadata)
            if field.is_required():
                fields.append((name, strict))
            else:  # the columns want what the contract gives an absent field, such as `days: int = 1`
                fields.append((name, strict, field.get_default()))
        sources = {
            column: [f for f in RENAMED.get(column, (column,)) if f in kind.model_fields and _fits(kind, f, wanted)]
            for column, wanted in TYPED.items()
        }
        struct = msgspec.defstruct(
            f"Strict{kind.__name__}",
            fields,
            kw_only=True,
            namespace={f"take_{c}": _taking(s) for c, s in sources.items()},
        )
        self._decode = msgspec.json.Decoder(struct).decode
        self.short = [n for n, column in enumerate(TYPED) if sources[column] and TYPED[column] == pa.int32()]
        # One call in C for all columns: this is the hot path.
        self._take = attrgetter(*(s[0] if len(s) == 1 else f"take_{c}" for c, s in sources.items()))

    def __call__(self, data: bytes | msgspec.Raw) -> Row:
        """Raises msgspec.DecodeError (ValidationError among them) for data that is not strictly of its type."""
        return self._take(self._decode(data))

    def fits(self, typed: Row) -> bool:
        """Whether each number has room in its column."""
        return all(typed[n] is None or -(2**31) <= typed[n] < 2**31 for n in self.short)


def _taking(sources: Sequence[str]) -> property | None:
    """The value of a column that no field or several fields fill."""
    if not sources:
        return None
    return property(lambda event: next((v for name in sources if (v := getattr(event, name)) is not None), None))


def _fits(kind: type[Event], field: str, wanted: pa.DataType) -> bool:
    """Whether a field of that name holds what the column does: a contact's `name` is sealed, so it does not."""
    found = kind.model_fields[field].annotation
    options = [part for part in get_args(found) or (found,) if part is not NoneType] if _is_optional(found) else [found]
    plain = {str: TEXT, UUID: TEXT, int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    for option in options:
        option = get_args(option)[0] if get_origin(option) is Annotated else option
        origin = get_origin(option)
        if origin is Literal:
            return bool(wanted == TEXT)
        if origin is list:
            return bool(wanted == (NUMBERS if get_args(option)[0] is int else WORDS))
        if option in plain and (plain[option] == wanted or (option is int and wanted == pa.int32())):
            return True
    return False


def _is_optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


@cache
def readers() -> Mapping[str, Reader]:
    """A reader for every event type of the contract."""
    return {name: Reader(kind) for name, kind in load_all().items()}


@cache
def fingerprint() -> str:
    """Changes with the columns and with the contract: a table made under another one is built again."""
    types = {name: [kind.shape, *sorted(kind.model_fields)] for name, kind in load_all().items()}
    return sha256(f"{SCHEMA}{RENAMED}{sorted(types.items())}".encode()).hexdigest()[:16]


def end_of(day: date) -> datetime:
    """The instant when a day is over in Paris, in UTC without zone, as the table holds times."""
    return days.end_of(day).replace(tzinfo=None)


LEAST = datetime.min


def _of_today(event: Recorded) -> bool:
    """Whether data have the shape of today, as nearly all have: asked without parsing anything, for each row."""
    kind, said = EVENTS[event.cloud.type], event.cloud.dataschema
    return said == kind.dataschema or (said is None and kind.shape == 1)


def _turn(event: Recorded, day: date | None) -> int:
    kind = EVENTS.get(event.cloud.type)
    days_since = 0 if day is None or (kind is not None and kind.timeless) else day.toordinal() - EPOCH
    return (max(days_since, 0) << 40) + event.seq


def row_of(event: Recorded) -> Row:
    """The row of an event. One whose data can't be read is kept, but counts nowhere."""
    cloud = event.cloud
    readable, data, typed = True, str(cloud.data, "utf-8", "replace"), EMPTY
    time: str | None = cloud.time
    try:
        day = day_told(cloud.time)
    except OverflowError:
        readable, time, day = False, None, None
    readable = readable and cloud.recordedtime < NO_DAY
    reader = readers().get(cloud.type)
    content: bytes | msgspec.Raw = cloud.data
    if reader is not None and not _of_today(event):
        try:
            content = event.content
            data = str(content, "utf-8", "replace")
        except KeyError:  # a shape of a later release: kept as it is, as its types are
            reader = None
        except Void:
            reader, data = None, ""
    if reader is None:
        readable = False
    else:
        try:
            typed = reader(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            data, typed = _leniently(event, reader)
            readable = readable and data != ""
        if reader.short and not reader.fits(typed):
            readable, typed = False, EMPTY
    correlation = cloud.correlationid if cloud.correlationid != cloud.commandid else None
    return (
        event.seq,
        cloud.id,
        event.network,
        event.service,
        event.entity,
        event.entity_id,
        cloud.entityversion,
        cloud.type,
        time,
        day,
        _turn(event, day),
        cloud.recordedtime,
        None if cloud.believedtime is None else instant(event.believed or NEVER),
        cloud.actor,
        cloud.commandid,
        correlation,
        cloud.causationid,
        readable,
        data or None,
        *typed,
    )


def fields_of(event: Recorded) -> dict[str, Any]:
    """The same by the names of its columns, with moments as such."""
    found = dict(zip(WRITTEN, row_of(event), strict=True))
    moments = ("time", "recorded", "believed")
    return found | {name: found[name] and datetime.fromisoformat(found[name][:-1]) for name in moments}


def columns_of(rows: Sequence[Row], peak: datetime) -> tuple[pa.Table, datetime]:
    """The rows as the table holds them, and the latest time among them and before, which was `peak`, that had surely
    come."""
    if not rows:
        return SCHEMA.empty_table(), peak
    columns = {name: _column(name, values) for name, values in zip(WRITTEN, zip(*rows, strict=True), strict=True)}
    before = pa.scalar(peak, MOMENT).cast(pa.int64())
    surely = pc.min_element_wise(columns["recorded"], columns["believed"])
    columns["peak"] = pc.cumulative_max(surely.view(pa.int64()), start=before).view(MOMENT)
    return pa.Table.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA), columns["peak"][-1].as_py()


def _column(name: str, values: Sequence[Any]) -> pa.Array:
    kind = SCHEMA.field(name).type
    if kind != MOMENT:
        return pa.array(values, kind)
    return (
        pa.array(values, TEXT).cast(pa.timestamp("us", "UTC")).cast(MOMENT)
    )  # without Python's help: it is the hot path


def _leniently(event: Recorded, reader: Reader) -> tuple[str, Row]:
    """What pydantic makes of data that is not strictly of its type. Empty where it can't be read, or where a person's
    value stands there in clear: that must not enter the table."""
    try:
        data = orjson.dumps(event.data.model_dump(mode="json", exclude_none=True))
        return data.decode(), reader(data)
    except (Void, ValueError, msgspec.DecodeError):
        return "", EMPTY
