"""Personal values in pages: opened for those who may see them, a mark for everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from markupsafe import Markup

from shared.base.translations import L, Lang, translated
from shared.runtime.faces import Keys
from shared.web.security.authorization import who_of
from shared.web.templating import language


def reserved(lang: Lang) -> Markup:
    """What stands in place of a personal value."""
    why = translated(L("Donnée personnelle : réservée au rôle éditeur de ce service"), lang)
    return Markup('<span class="reserved" title="{}">{}</span>').format(why, translated(L("réservé"), lang))


def revealed(request: Request, service: Keys, kept: Mapping[str, Any] | None) -> str | None:
    """The clear text of a value that a view keeps sealed, for whoever `sees_persons`; the word "réservé" for others;
    None where there is nothing, or the person was forgotten. A page that holds one is kept in no cache."""
    if kept is None:
        return None
    if not who_of(request).sees_persons(service.name):
        return reserved(language(request))
    request.state.personal = True
    return service.keyring.reveal(dict(kept))
