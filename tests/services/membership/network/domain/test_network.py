"""The network itself: what may be said of it."""

from __future__ import annotations

import pytest

from services.membership.base.fields import natural
from services.membership.network.domain.network import (
    NETWORK,
    ChooseDye,
    ChooseLanguages,
    ChooseLaw,
    DrawRegion,
    NamePrintedReviews,
)
from shared.contract.membership.network import RegionDrawn
from shared.kernel.decider import Command
from shared.notions.network import NETWORK_ID
from tests.fixtures.deciding import decided


def test_there_is_one_network_and_its_id_is_the_one_that_logs_have() -> None:
    assert natural("network", "ourselves") == NETWORK_ID


def test_a_region_is_departments_in_order_each_once() -> None:
    said = decided(NETWORK, [], DrawRegion(region="Bretagne", departments=["56", "22", "56"]))
    assert said == [RegionDrawn(region="Bretagne", departments=["22", "56"])]
    assert decided(NETWORK, said, DrawRegion(region="Bretagne", departments=["22", "56"])) == []


def test_a_network_may_say_that_it_has_no_region() -> None:
    assert decided(NETWORK, [], DrawRegion()) == [RegionDrawn()], "which is not the same as saying nothing"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (DrawRegion(region="Bretagne"), "region-without-departments"),
        (ChooseLanguages(languages=["fr", "tlh"]), "language-not-offered"),
        (ChooseDye(dye="indigo"), "unknown-dye"),
        (ChooseLaw(law="1905"), "unknown-law"),
        (NamePrintedReviews(reviews=["elsewhere-2017"]), "unknown-printed-review"),
    ],
)
def test_what_is_none_of_the_house_is_refused(command: Command, code: str) -> None:
    assert decided(NETWORK, [], command) == code
