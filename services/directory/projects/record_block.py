"""What stands of projects on the page of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.directory.projects.domain import PARTNER_KINDS
from services.directory.search.finder import finder_of
from shared.kernel.views.projection import Document
from shared.runtime.faces import Premises


async def projects_here(service: Premises, structure: Document) -> Mapping[str, Any]:
    """What the record of a structure says of its projects, those of records merged into it too; drafts as well, since
    the team reads it."""
    shown = {"structures": [structure["key"]], "state": ["published", "draft"]}
    return {"works": await finder_of(service).works("", shown), "partner_kinds": PARTNER_KINDS}
