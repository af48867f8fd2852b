"""The published language: every type of event that a service of the network may say.

The names and fields are the storage format. A type never changes its meaning and never goes; a new field is
optional; a new meaning is a new type (ADR 3). `schemas/` holds the JSON Schema of each type as released.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

EVENTS: dict[str, type[Event]] = {}


class Event(BaseModel):
    """A fact in the past tense. `service` and `entity` say who may state it, and of what kind of thing."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    service: ClassVar[str]
    entity: ClassVar[str]

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
        EVENTS[cls.__name__] = cls

    @classmethod
    def type_name(cls) -> str:
        return cls.__name__


def load_all() -> dict[str, type[Event]]:
    """Every event type by name, with all modules imported."""
    from shared.contract import (  # noqa: F401
        accounts,
        cooperation,
        directory,
        events,
        identification,
        letters,
        membership,
        newsletter,
        observatory,
        persons,
        reviews,
        surveys,
    )

    return EVENTS
