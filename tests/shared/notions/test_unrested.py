"""All that an event names is counted as resting on it, or has a written reason why not: for every type of the contract,
those of tomorrow too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from deploy.host.all_services import DEFINITIONS
from shared.base.services import SERVICES
from shared.contract import EVENTS, Event, load_all
from shared.contract.fields.codes import Code, Of, vocabularies_in
from shared.notions.namings import NAMINGS
from shared.notions.unrested import UNRESTED, of_now
from shared.notions.vocabularies import VOCABULARIES

load_all()
ENTITIES = {kind.entity.replace("-", "_") for kind in EVENTS.values()} - {"person", "any"}
BY_NAME = re.compile(rf"({'|'.join(sorted(ENTITIES))})s?(_(id|ids|key|code|codes|version|number))?")
"""What a field is called that names a record of ours, by whatever kind of value"""
OTHERWISE = {
    ("ProcessBegan", "process"): "which kind of work it is",
    ("IdentificationSaved", "member"): "yes or no, looked for",
    ("IdentificationAnswered", "structures"): "how many",
    ("PrintedReviewsNamed", "reviews"): "printed before there was a log",
    ("TermDefined", "vocabulary"): "its own list",
    ("TermRevised", "vocabulary"): "its own list",
    ("TermClosed", "vocabulary"): "its own list",
}
"""Called so, and names no other record"""


def parts(annotation: Any) -> Iterator[Any]:
    """An annotation and all that it is made of, the fields of its models and dataclasses too."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from parts(part)
    if isinstance(annotation, type) and hasattr(annotation, "__dataclass_fields__"):
        for one in annotation.__annotations__.values():
            yield from parts(one)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in annotation.model_fields.values():
            yield from parts(field.annotation)


def naming(kind: type[Event]) -> set[str]:
    """The fields of a type that name a record: by an id, by a code that a record of its own opens, or by their name."""
    codes = vocabularies_in(kind)
    return {
        name
        for name, field in kind.model_fields.items()
        if UUID in set(map(_hashable, parts(field.annotation)))
        or (name in codes and VOCABULARIES[codes[name]].elsewhere)
        or (name not in codes and BY_NAME.fullmatch(name) and (kind.__name__, name) not in OTHERWISE)
    }


def _hashable(one: Any) -> Any:
    return one if isinstance(one, type) else str(one)


def unplaced(kind: type[Event]) -> set[str]:
    """What a type names and nobody has said whether something rests on it."""
    return naming(kind) - set(NAMINGS.get(kind, ())) - set(UNRESTED.get(kind.__name__, ()))


def test_all_that_an_event_names_is_counted_or_has_a_reason() -> None:
    assert {kind.__name__: found for kind in list(EVENTS.values()) if (found := unplaced(kind))} == {}
    assert sum(len(naming(kind)) for kind in EVENTS.values()) > 100


def test_a_new_type_that_names_something_is_found() -> None:
    class Loan(Event, abstract=True):
        """Something was lent."""

        service, entity = "directory", "loan"
        lender: UUID | None = None
        borrowers: list[UUID] = []
        college: str | None = None
        charter_version: int = 1
        of: Annotated[Code, Of("bulletin")] = ""
        title: str = ""

    assert unplaced(Loan) == {"lender", "borrowers", "college", "charter_version", "of"}


def test_no_line_is_left_of_what_there_is_not_and_none_says_both() -> None:
    for name, fields in UNRESTED.items():
        kind = EVENTS[name]
        assert fields.keys() <= kind.model_fields.keys(), name
        assert not fields.keys() & NAMINGS.get(kind, {}).keys(), name
        assert all(len(reason) > 15 for reason in fields.values()), name
    for name, field in OTHERWISE:
        assert BY_NAME.fullmatch(field) and field in EVENTS[name].model_fields


def test_what_is_never_struck_begins_with_what_is_of_now() -> None:
    deciders = {f"{one.name}.{it.entity}": it for one in DEFINITIONS for it in one.deciders}
    kinds = {reason.partition(":")[0] for fields in UNRESTED.values() for reason in fields.values()}
    named = {kind for kind in kinds if kind.partition(".")[0] in SERVICES and "." in kind}
    assert {"directory.account", "observatory.survey"} <= named
    for kind in named:
        assert any(of_now(kind) in fields.values() for fields in UNRESTED.values())
        decider = deciders[kind]
        begins = [one for one in EVENTS.values() if f"{one.service}.{one.entity}" == kind]
        assert begins and not any(decider.strikable(one.model_construct()) for one in begins), kind
