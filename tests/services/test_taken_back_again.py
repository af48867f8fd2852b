"""What was noted by mistake is taken back, and stands again where that was the mistake: through the log, as it is
asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Refused
from shared.runtime.service import Service
from tests.conftest import OpenService

STRUCTURE = UUID(int=7)
VOLUNTEER = ("membership", "NoteVolunteer", {"person": "Léa Vidal"}, "volunteer")
SERVED = ("membership", "RecruitCivicService", {"person": "Ali Roux"}, "civic_service")
POST = ("membership", "CreateStaffPost", {"title": "Chargée d’essai", "fte": 0.8}, "post")
TANDEM = (
    "events",
    "FormTandem",
    {"school_year": "2016-2017", "association": str(STRUCTURE), "association_name": "Eau vive", "theme": "eau"},
    "tandem",
)
CASES = [
    (VOLUNTEER, ("WithdrawVolunteer", {"reason": "Double"}), "RestoreVolunteer", "VolunteerRestored"),
    (SERVED, ("WithdrawCivicService", {"reason": "Double"}), "RestoreCivicService", "CivicServiceRestored"),
    (POST, ("WithdrawStaffPost", {"reason": "Double"}), "RestoreStaffPost", "StaffPostRestored"),
    (TANDEM, ("CancelTandem", {"reason": "Abandon"}), "ReinstateTandem", "TandemReinstated"),
]


async def do(service: Service, name: str, **given: Any) -> Any:
    command = service.execute.commands[name].model_validate(given)
    return await service.execute(command, id=new_command_id(), actor="operator")


@pytest.mark.xfail(
    raises=AssertionError,
    strict=True,
    reason="a withdrawal is read as a correction (shared/kernel/corrections.py): the decision finds nothing there",
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
async def test_what_was_withdrawn_by_mistake_stands_again(open_service: OpenService, case: Any) -> None:
    (name, make, given, field), (take_back, why), again, event = case
    service = await open_service(next(one for one in DEFINITIONS if one.name == name))
    made = await do(service, make, **given)
    about = {field: str(made.entity_id)}
    await do(service, take_back, **about, **why)
    try:
        await do(service, again, **about)
    except Refused as no:
        raise AssertionError(no.code) from no
    history = await service.execute.history(service.execute.commands[again].entity, made.entity_id)
    assert history.events[-1].type == event
