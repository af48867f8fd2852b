"""Bulletins, as other records name them: by their codes."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

NEWSLETTER = uuid5(NAMESPACE_URL, "urn:maillage:newsletter")
"""The namespace of all natural keys of the newsletter"""


def bulletin_id(code: str) -> UUID:
    """The id of the bulletin with this code."""
    return uuid5(NEWSLETTER, f"bulletin/{code}")
