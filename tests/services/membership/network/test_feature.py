"""Forms about the network itself offer what there is, and lead to its page."""

from __future__ import annotations

from typing import cast

import pytest

from services.membership.network.domain.network import NETWORK, ChooseDye, DrawRegion
from services.membership.network.feature import OFFERED, choices, page_of
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.notions.network import DYES, NETWORK_ID
from shared.runtime.faces import Views


async def test_each_choice_of_the_network_is_offered_by_name() -> None:
    nobody = cast(Views, None)
    offered = await choices(nobody, DrawRegion, "fr")
    assert ("29", "Finistère (29)") in offered["departments"] and len(offered["departments"]) > 100
    assert {code for code, _ in (await choices(nobody, ChooseDye, "en"))["dye"]} == {*DYES}
    for field in OFFERED:
        assert any(field in command.model_fields for command in NETWORK.decisions), field


@pytest.mark.parametrize("command", [DrawRegion(), ChooseDye(dye="vert")])
def test_they_lead_to_the_page_of_the_network(command: Command) -> None:
    assert page_of(command, Outcome(NETWORK_ID, 1, ())) == "/membership/network"
