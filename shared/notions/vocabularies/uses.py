"""What uses a term that the network itself defined: who strikes its definition, or puts it on a later day, is told, and
refused, since a code that was used stays readable for ever (docs/adr/0053, 0057).

Terms of the general list are in every network whatever is struck, so nobody has to remember what uses them. Colleges
are named by their own id (shared/notions/namings.py), bulletins are never struck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from shared.contract import Event, load_all
from shared.contract.envelope import Recorded
from shared.contract.fields.codes import vocabularies_in
from shared.kernel.views.projection import Document, View
from shared.notions.vocabularies import VOCABULARIES, general, vocabulary_id

KIND = "membership.vocabulary"
MOST = 30  # entities that are remembered for a term: who corrects a definition sees what to look at first
SPEAKING: Sequence[type[Event]] = [
    kind
    for kind in load_all().values()
    if any(not VOCABULARIES[name].elsewhere for name in vocabularies_in(kind).values())
]
"""The types that say terms of a list"""


def thing(vocabulary: UUID, code: str) -> str:
    """What a term is called where it is asked what names it."""
    return f"{KIND}.{vocabulary}.{code}"


def codes_said(event: Event) -> Iterator[tuple[str, str]]:
    """The terms that an event says: (list, code)."""
    for field, vocabulary in vocabularies_in(type(event)).items():
        said = getattr(event, field, None)
        for one in said if isinstance(said, list) else [said]:
            if isinstance(one, str) and not VOCABULARIES[vocabulary].elsewhere:
                yield vocabulary, one


def _terms(event: Recorded) -> Sequence[str]:
    own = [(name, code) for name, code in codes_said(event.data) if code not in general(name)]
    return list(dict.fromkeys(thing(vocabulary_id(name), code) for name, code in own))


def _by(document: Document | None, data: Event, event: Recorded) -> Document:
    by: list[str] = document["by"] if document else []
    one = f"{event.service}.{event.entity}.{event.entity_id}"
    return {"by": by if one in by or len(by) >= MOST else [*by, one]}


TERM_USES = View(name="term_uses", version=1, on=dict.fromkeys(SPEAKING, _by), keys=_terms, of_log=True, stamps=())
"""Which entities ever said a term of the network's own, by `thing`; the first of them, whatever was corrected since."""
