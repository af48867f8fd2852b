"""What members publish: as everybody reads it, and as its member works on it, drafts and what was taken back too."""

from __future__ import annotations

from typing import Any

from services.directory.publications.domain import DRAFT_FACTS
from services.directory.structures.view_folds import fact_of
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationDrafted,
    PublicationRedrafted,
    PublicationWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View


def _withdrawn(document: Document | None, data: Any, event: Recorded) -> Document | None:
    return None if document is None else {**document, "withdrawn": True, "version": event.version}


PUBLICATIONS = View(
    name="publications",
    version=3,
    on={
        MemberNewsPublished: fact_of(sort="news", withdrawn=False, kind=None),
        MemberOfferPublished: fact_of(sort="offer", withdrawn=False),
        MemberProjectPublished: fact_of(sort="project", withdrawn=False, kind=None),
        MemberEventPublished: fact_of(sort="event", withdrawn=False, kind=None),
        PublicationWithdrawn: _withdrawn,
    },
    fields=("structure", "sort", "at", "year", "withdrawn"),
    text=lambda d: f"{d['title']} {d['structure_name']}",
)

SORTS = {
    "MemberNewsPublished": "news",
    "MemberOfferPublished": "offer",
    "MemberProjectPublished": "project",
    "MemberEventPublished": "event",
}


def _seen(document: Document, event: Recorded) -> Document:
    return {**document, "seen": event.cloud.time, "version": event.version}


def _drafted(document: Document | None, data: PublicationDrafted, event: Recorded) -> Document:
    return _seen({**data.model_dump(mode="json"), "state": "draft", "since": event.cloud.time}, event)


def _redrafted(document: Document | None, data: PublicationRedrafted, event: Recorded) -> Document | None:
    if document is None:
        return None
    changed = data.model_dump(mode="json", include=set(DRAFT_FACTS), exclude_none=True)
    return _seen({**document, **changed, **dict.fromkeys(data.cleared)}, event)


def _published(document: Document | None, data: Any, event: Recorded) -> Document:
    """What the staff publishes at once has no draft."""
    nothing = {**dict.fromkeys(DRAFT_FACTS), "since": event.cloud.time}
    said = {**data.model_dump(mode="json"), "sort": SORTS[event.type], "state": "published"}
    return _seen({**(document or nothing), **said, "published": event.cloud.time}, event)


def _taken_back(document: Document | None, data: PublicationWithdrawn, event: Recorded) -> Document | None:
    return None if document is None else _seen({**document, "state": "withdrawn"}, event)


SPACE = View(
    name="space",
    version=1,
    asks="editor",  # drafts are seen by who wrote them and by who looks after the directory
    on={
        PublicationDrafted: _drafted,
        PublicationRedrafted: _redrafted,
        MemberNewsPublished: _published,
        MemberOfferPublished: _published,
        MemberProjectPublished: _published,
        MemberEventPublished: _published,
        PublicationWithdrawn: _taken_back,
    },
    fields=("structure", "sort", "state", "seen"),
    text=lambda d: d["title"],
)
"""By publication; `state` is draft, published or withdrawn."""
