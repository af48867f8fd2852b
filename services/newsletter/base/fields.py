"""What of the answers about bulletins no other service has."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.contract.newsletter.bulletins import BulletinCode


def _each_once(codes: list[BulletinCode]) -> list[BulletinCode]:
    return list(dict.fromkeys(codes))


Bulletins = Annotated[list[BulletinCode], Field(min_length=1, max_length=20), AfterValidator(_each_once)]
