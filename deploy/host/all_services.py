"""The five services."""

from __future__ import annotations

from collections.abc import Sequence

from services.directory.app import DIRECTORY
from services.events.app import EVENTS
from services.membership.app import MEMBERSHIP
from services.newsletter.app import NEWSLETTER
from services.observatory.app import OBSERVATORY
from shared.runtime.service import Definition

DEFINITIONS: Sequence[Definition] = (DIRECTORY, MEMBERSHIP, EVENTS, NEWSLETTER, OBSERVATORY)
