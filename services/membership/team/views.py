"""The team: posts, volunteers, civic services and the places approved for them."""

from __future__ import annotations

from services.membership.base.status_history import standing
from shared.contract.membership.team import (
    CivicServiceEnded,
    CivicServicePlaceApproved,
    CivicServicePlaceEnded,
    CivicServicePlaceRestored,
    CivicServiceRecruited,
    CivicServiceRestored,
    CivicServiceSeconded,
    CivicServiceWithdrawn,
    StaffPostChanged,
    StaffPostClosed,
    StaffPostCreated,
    StaffPostRestored,
    StaffPostWithdrawn,
    VolunteerContributed,
    VolunteerRestored,
    VolunteerWithdrawn,
)
from shared.kernel.views.projection import View

VOLUNTEERS = View(
    name="volunteers",
    version=1,
    on=standing(
        {VolunteerContributed: "current", VolunteerWithdrawn: "withdrawn", VolunteerRestored: "current"},
        person="person",
    ),
    fields=("status", "year", "since"),
)

CIVIC_SERVICES = View(
    name="civic_services",
    version=1,
    on=standing(
        {
            CivicServiceRecruited: "current",
            CivicServiceSeconded: "current",
            CivicServiceEnded: "former",
            CivicServiceWithdrawn: "withdrawn",
            CivicServiceRestored: "current",
        },
        person="person",
    ),
    fields=("status", "kind", "year", "since", "host"),
)

CIVIC_PLACES = View(
    name="civic_places",
    version=1,
    on=standing(
        {
            CivicServicePlaceApproved: "current",
            CivicServicePlaceEnded: "former",
            CivicServicePlaceRestored: "current",
        }
    ),
    fields=("status", "year", "since"),
)

POSTS = View(
    name="posts",
    version=2,
    on=standing(
        {
            StaffPostCreated: "current",
            StaffPostChanged: None,
            StaffPostClosed: "former",
            StaffPostWithdrawn: "withdrawn",
            StaffPostRestored: "current",
        }
    ),
    fields=("status", "year", "since"),
)
