"""What a type of event says of itself: in which words, of which part of its thing, what it sets and what it takes back.

The journal, lives of things, records and docs/events.md read it here, so that nobody keeps a table of types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Fields = Sequence[str]
ASIDE = frozenset({
    "reason", "cleared", "source", "means", "bulletins", "request", "expires", "position", "followers", "merged",
    "taken", "link", "way", "factor", "doubt", "code", "status", "columns",
})  # fmt: skip
"""Fields that are said of the event itself, and are no fact about the thing afterwards."""


@dataclass(frozen=True, slots=True)
class Says:
    """What one type says.

    `words`: what happened, where nothing around says of what. `here`: the same on the pages of the service that says
    it, if those words differ. `detail`: the field whose value follows the words, after a colon unless they are
    `joined`; never a personal one.

    `part`: the field that says of which part of the thing it speaks, such as one item of an issue; two are joined by a
    colon, as in `where:role`. An event of a part says nothing of what the whole thing is called.

    `sets`: facts that it states by itself, beside those of its fields. `clears`: fields that it empties by itself.
    `undoes`: the types of which it takes back the latest that still stands, of the same part; `undoes_if`: only where
    this field has this value.

    `mails`: mails follow from it; their entity, and the field in which they name what they bring (its own field of that
    name, or its thing's id).
    """

    words: str
    detail: str | None = None
    here: str | None = None
    joined: bool = False
    part: str | None = None
    sets: Mapping[str, bool] = field(default_factory=dict)
    clears: Fields = ()
    undoes: Sequence[type[Any]] = ()
    undoes_if: tuple[str, str] | None = None
    mails: tuple[str, str] | None = None

    @property
    def parts(self) -> Fields:
        """The fields that say which part it speaks of."""
        return self.part.split(":") if self.part else ()

    def takes_back(self, data: Mapping[str, Any]) -> frozenset[str]:
        """The names of the types of which an event with these data takes one back."""
        if self.undoes_if is not None and data.get(self.undoes_if[0]) != self.undoes_if[1]:
            return frozenset()
        return frozenset(kind.__name__ for kind in self.undoes)


@dataclass(frozen=True, slots=True)
class Thing:
    """What events of one entity are about. `words`: what such a thing is called. `page`: where its service shows it,
    with its id for `{}`, to whom has the role `level`; None where it has no page of its own."""

    words: str
    page: str | None = None
    level: Literal["reader", "administrator"] = "reader"
