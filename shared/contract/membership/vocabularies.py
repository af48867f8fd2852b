"""What membership says of the network's own lists: which terms they have, since when, until when."""

from __future__ import annotations

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing


class VocabularyEvent(Event, abstract=True):
    service = "membership"
    entity = "vocabulary"
    thing = Thing(L("liste du réseau"), "/membership/vocabularies/{}")


class TermDefined(VocabularyEvent):
    """A list of the network has this term from this day on.

    `titles`: language → what it is called; `marks`: what is so of it (shared/notions/vocabularies says which marks a
    list knows); `rank`: where it stands in the list, from 1."""

    says = Says(L("Terme ajouté à une liste du réseau"), detail="code", part="code")

    vocabulary: str
    code: str
    titles: dict[str, str]
    rank: int = 0
    marks: list[str] = []


class TermRevised(VocabularyEvent):
    """A term is called otherwise from this day on, stands elsewhere in its list, or something else is so of it."""

    says = Says(L("Terme d’une liste du réseau changé"), detail="code", part="code")

    vocabulary: str
    code: str
    titles: dict[str, str]
    rank: int = 0
    marks: list[str] = []


class TermClosed(VocabularyEvent):
    """A term is not used from this day on; what it was used for stays. `into`: the terms that took its place."""

    says = Says(L("Terme d’une liste du réseau fermé"), detail="code", part="code")

    vocabulary: str
    code: str
    into: list[str] = []
    reason: str | None = None
