"""How membership's pages are made: what each template may use, how a history is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import Request
from starlette.responses import Response

from shared.base.paris_days import PARIS
from shared.base.translations import L, translated
from shared.kernel.views.projection import Document
from shared.runtime.faces import OpenViews
from shared.web import lists as rendering
from shared.web.security.redaction import revealed
from shared.web.templating import language


def label(member: Document, reveal: Callable[[dict[str, str] | None], str | None], forgotten: str = "—") -> str:
    """A member's name. A person's is opened by `reveal`, for staff who must tell one from another; `forgotten` stands
    for one that can't be opened any more."""
    return member.get("name") or reveal(member.get("person")) or forgotten


def render(service: OpenViews, request: Request, template: str, **context: Any) -> Response:
    """A page that may name a member and open what is sealed."""
    reveal = partial(revealed, request, service)
    forgotten = translated(L("Personne oubliée"), language(request))
    return rendering.render(
        service,
        request,
        template,
        this_year=datetime.now(PARIS).year,
        label=lambda member: label(member, reveal, forgotten),
        reveal=reveal,
        **context,
    )


def told(history: Iterable[Document]) -> list[Document]:
    """A history, newest first; a departure that was undone says so."""
    found: list[Document] = []
    for one in history:
        if one["event"] == "MemberRestored":
            for before in reversed(found):
                if before["event"] == "MemberLeft":
                    before["undone"] = True
                    break
        found.append({**one, "undone": False})
    return list(reversed(found))
