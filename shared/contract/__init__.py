"""The published language: every type of event that a service of the network may say.

The names and fields are the storage format. A type never changes its meaning and never goes; a new field is
optional; a new meaning is a new type (ADR 3). Where a shape was wrong, the type gets its next one, and an upcast that
makes it of the one before (ADR 34). `schemas/` holds the JSON Schema of each type, in each shape, as released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar, Self

import orjson
from pydantic import BaseModel, ConfigDict

from shared.base.services import SERVICES
from shared.contract.says import Says, Thing

EVENTS: dict[str, type[Event]] = {}
Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes data of one shape of those of the shape before. Pure, and good for whatever that shape allowed"""


class Event(BaseModel):
    """A fact in the past tense. `service` and `entity` say who may state it, and of what kind of `thing`; `says`: what
    readers are told of it.

    `shape` counts the shapes that its data have had, from 1; `upcasts`: each earlier shape → what makes the next of it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    service: ClassVar[str]
    entity: ClassVar[str]
    thing: ClassVar[Thing]
    says: ClassVar[Says]
    shape: ClassVar[int] = 1
    upcasts: ClassVar[Mapping[int, Upcast]] = {}
    anywhere: ClassVar[bool] = False
    """whether it may be said of any entity of any service (a correction); `service` is then `any`"""
    live: ClassVar[bool] = False
    """whether it is always of the moment when it is said: first come, first served; who may do what now"""
    timeless: ClassVar[bool] = False
    """whether it begins a record in our books, which nothing counts from its day: what is said of that record may be of
    an earlier day"""
    dataschema: ClassVar[str]
    """The URI of the schema of its data, which each event carries (CloudEvents 1.0, `dataschema`)"""

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        if abstract:
            return
        if cls.__name__ in EVENTS:
            raise TypeError(f"two event types are called {cls.__name__}")
        if not cls.__doc__:
            raise TypeError(f"{cls.__name__} needs a sentence that says what happened")
        if set(cls.upcasts) != set(range(1, cls.shape)):
            raise TypeError(f"{cls.__name__} of shape {cls.shape} needs an upcast from each shape before it")
        if not hasattr(cls, "says") or not hasattr(cls, "thing"):
            raise TypeError(f"{cls.__name__} needs `says`, and a `thing` that it is about (shared/contract/says.py)")
        cls.dataschema = schema_uri(cls, cls.shape)
        EVENTS[cls.__name__] = cls

    @classmethod
    def type_name(cls) -> str:
        return cls.__name__

    @classmethod
    def upcast(cls, data: bytes, shape: int) -> bytes:
        """JSON data of an earlier shape as data of today's. Raises whatever stands in the way: ValueError, KeyError
        …"""
        content = orjson.loads(data)
        for n in range(shape, cls.shape):
            content = cls.upcasts[n](content)
        return orjson.dumps(content)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The event of data of today's shape. Raises pydantic's ValidationError."""
        found: Self = cls.__pydantic_validator__.validate_json(data)  # as `model_validate_json`, without its questions
        return found


def schema_uri(kind: type[Event], shape: int) -> str:
    """Names the schema of one shape of one type; `/<service>/api/schemas/<type>/<shape>` answers it."""
    return f"urn:maillage:{kind.service}:{kind.__name__}:{shape}"


def load_all() -> dict[str, type[Event]]:
    """Every event type by name, with all modules imported."""
    _import_all()
    return EVENTS


@cache
def _import_all() -> None:
    """What belongs to no service, and each module of each service's folder: a new one is named nowhere else."""
    from shared.contract import clocks, corrections, persons, processes  # noqa: F401

    for service in SERVICES:
        folder = import_module(f"{__name__}.{service}")
        for one in iter_modules(folder.__path__, f"{folder.__name__}."):
            import_module(one.name)
