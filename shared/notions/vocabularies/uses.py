"""What uses a term that the network itself defined: who strikes its definition, or puts it on a later day, is told, and
refused, since a code that was used stays readable for ever (docs/adr/0053, 0057).

Who closes a term of an earlier day is told what used it since (shared/notions/closings.py), of the general list and of
bulletins too. Colleges are named by their own id (shared/notions/namings.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from shared.base.paris_days import day_of
from shared.contract import Event, load_all
from shared.contract.envelope import Recorded
from shared.contract.fields.codes import vocabularies_in
from shared.contract.newsletter.bulletins import IssueApproved, IssueStarted
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed
from shared.kernel.views.projection import Document, View
from shared.notions.vocabularies import VOCABULARIES, vocabulary_id
from shared.notions.vocabularies.themes import THEME

KIND = "membership.vocabulary"
CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
MOST = 30  # entities that are remembered for a term, the first and the latest of them: what to look at first
THEMES = ("theme", "themes")
"""The fields that say themes: of them those are told that may be codes, others are words (ADR 71)"""
SPEAKING: Sequence[type[Event]] = [
    kind
    for kind in load_all().values()
    if any(not VOCABULARIES[name].elsewhere for name in vocabularies_in(kind).values())
    or not kind.model_fields.keys().isdisjoint(THEMES)
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
    for field in THEMES:
        said = getattr(event, field, None)
        for one in said if isinstance(said, list) else [said]:
            if isinstance(one, str) and CODE.fullmatch(one):
                yield THEME, one


def _terms(event: Recorded) -> Sequence[str]:
    return list(dict.fromkeys(thing(vocabulary_id(name), code) for name, code in codes_said(event.data)))


def _bulletins(event: Recorded) -> Sequence[str]:
    said = getattr(event.data, "bulletins", None) or [getattr(event.data, "bulletin", "")]
    return list(dict.fromkeys(thing(vocabulary_id("bulletin"), code) for code in said))


def _by(document: Document | None, data: Event, event: Recorded) -> Document:
    by: list[str] = document["by"] if document else []
    one = f"{event.service}.{event.entity}.{event.entity_id}"
    days: dict[str, str] = dict(document["last"]) if document else {}
    days[one] = max(days.get(one, ""), day_of(event.time).isoformat())
    last = sorted(days.items(), key=lambda pair: pair[1])[-MOST:]
    return {"by": by if one in by or len(by) >= MOST else [*by, one], "last": [[*pair] for pair in last]}


TERM_USES = View(name="term_uses", version=3, on=dict.fromkeys(SPEAKING, _by), keys=_terms, of_log=True, stamps=())
"""Which entities ever said a term, by `thing`: `by`, the first of them; `last`, those of the latest days, each with its
day; whatever was corrected since."""
BULLETIN_USES = View(
    name="bulletin_uses",
    version=1,
    on=dict.fromkeys((IssueStarted, IssueApproved, SubscriptionConfirmed), _by),
    keys=_bulletins,
    of_log=True,
    stamps=(),
)
"""The same of bulletins: their issues and subscribers."""
