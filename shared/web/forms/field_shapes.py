"""What a pydantic model says of its fields, as far as a form cares: `shape_of(Model, "name")`.

A command needs no form of its own: its annotations say what to ask and how.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["THEMED", "Kind", "Shape", "shape_of", "shapes"]

Kind = Literal["text", "personal", "flag", "integer", "decimal", "date", "moment", "id", "choice", "titles"]

THEMED = ("theme", "themes")
"""Fields whose answers are terms of the network's thesaurus, or words of their own"""
LISTS = (list, tuple, set, frozenset)
PLAIN: Mapping[type, Kind] = {
    bool: "flag", int: "integer", float: "decimal", Decimal: "decimal", datetime: "moment", date: "date",
    UUID: "id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One field: what kind of answer, one or several, whether it must be given, and its bounds.

    `titles`: a text in each language. `options` are the values of a Literal or an Enum, as text. `bounds` holds
    min_length, max_length, ge, gt, le, lt and pattern as pydantic has them.
    """

    name: str
    kind: Kind
    several: bool
    optional: bool
    required: bool
    default: Any
    options: tuple[str, ...] = ()
    bounds: Mapping[str, Any] = field(default_factory=dict)


@cache
def shapes(model: type[BaseModel]) -> tuple[Shape, ...]:
    """The fields of a model in their order, without constants (a Literal of one value asks nothing)."""
    found = (shape_of(model, name) for name in model.model_fields)
    return tuple(one for one in found if not (one.kind == "choice" and len(one.options) == 1 and not one.several))


@cache
def shape_of(model: type[BaseModel], name: str) -> Shape:
    """One field's shape. Raises KeyError when the model has no such field."""
    info = model.model_fields[name]
    annotation, optional, bounds = _unwrapped(info.annotation, _bounds(info.metadata))
    several = get_origin(annotation) in LISTS or annotation in LISTS
    if several:
        inside = [part for part in get_args(annotation) if part is not Ellipsis]
        annotation, _, _ = _unwrapped(inside[0] if inside else str, {})
    kind, options = _kind(annotation)
    default = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
    required = info.is_required() and not optional and (kind != "flag" or several)
    if several and info.is_required() and not bounds.get("min_length"):
        required = False
    return Shape(name, kind, several, optional, required, default, options, bounds)


def _unwrapped(annotation: Any, bounds: dict[str, Any]) -> tuple[Any, bool, dict[str, Any]]:
    """Without Annotated, type aliases and Optional; whether None is an answer; the bounds met on the way."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            bounds = {**_bounds(more), **bounds}
        elif hasattr(annotation, "__value__"):  # a `type X = …` alias
            annotation = annotation.__value__
        elif origin in (Union, UnionType):
            parts = [part for part in get_args(annotation) if part is not NoneType]
            optional = optional or len(parts) < len(get_args(annotation))
            annotation = parts[0]
        else:
            return annotation, optional, bounds


def _bounds(metadata: list[Any]) -> dict[str, Any]:
    names = ("min_length", "max_length", "ge", "gt", "le", "lt", "pattern")
    found: dict[str, Any] = {}
    for one in metadata:
        if isinstance(one, FieldInfo):
            found.update(_bounds(one.metadata))
            continue
        for name in names:
            value = getattr(one, name, None)
            if value is not None:
                found[name] = value
    return found


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", tuple(str(getattr(one, "value", one)) for one in get_args(annotation))
    cls = annotation if isinstance(annotation, type) else get_origin(annotation)
    if isinstance(cls, type):
        if issubclass(cls, dict):
            return "titles", ()
        if issubclass(cls, Enum):
            return "choice", tuple(str(one.value) for one in cls)
        if cls.__name__.partition("[")[0] == "Personal":
            return "personal", ()
        for known, kind in PLAIN.items():
            if issubclass(cls, known):
                return kind, ()
    return "text", ()
