"""The sample's network is one definition among others: what its file says is what it says."""

from __future__ import annotations

from deploy.sample.network import FORMER_NAME, NAME, RENAMED, definitions
from deploy.sample.newsletter import bulletins
from deploy.sample.plan import BEGINNING, OWN
from shared.notions.network.beginning import known, steps


def test_the_sample_says_what_its_file_says_and_on_its_days() -> None:
    assert known()["occitanie"] == BEGINNING
    made = {type(step.command).__name__ for step in (*definitions(), *bulletins())} | {"NameNetwork"}
    assert made == {step.command for step in steps(BEGINNING)}
    days = {step.key: step.at.date().isoformat() for step in (*bulletins(), *definitions())}
    assert days["college/public"] == days["network/DrawRegion"] == "2012-01-03"
    assert days["college/qualified_persons"] == "2017-03-18" and days["bulletin/echos"] == "2012-03-12"
    assert (FORMER_NAME, NAME, RENAMED.date().isoformat()) == ("Midi-Pyrénées Coopdev'", BEGINNING.name, "2016-10-14")


def test_an_earlier_sample_s_log_says_less_so_its_settings_come_from_the_same_file() -> None:
    assert OWN == {
        "title": "Occitanie Coopération",
        "region": "09,11,12,30,31,32,34,46,48,65,66,81,82",
        "review": "occitanie-2017",
    }
