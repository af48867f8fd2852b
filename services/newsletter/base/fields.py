"""What of the answers about bulletins no other service has, and the namespace of their natural keys."""

from __future__ import annotations

from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from pydantic import AfterValidator, Field

from shared.contract.newsletter.bulletins import BulletinCode

NEWSLETTER = uuid5(NAMESPACE_URL, "urn:maillage:newsletter")
"""The namespace of all natural keys of this service"""


def _each_once(codes: list[BulletinCode]) -> list[BulletinCode]:
    return list(dict.fromkeys(codes))


Bulletins = Annotated[list[BulletinCode], Field(min_length=1, max_length=20), AfterValidator(_each_once)]
