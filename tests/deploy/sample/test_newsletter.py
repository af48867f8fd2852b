"""The sample's bulletins are those of its network's file, each opened on its day."""

from __future__ import annotations

from deploy.sample.newsletter import bulletins, stages
from deploy.sample.plan import BEGINNING


def test_the_bulletins_of_the_file_are_opened_first_and_on_their_days() -> None:
    opened = [*bulletins()]
    assert stages()[0] == opened
    assert [step.key for step in opened] == [f"bulletin/{one.code}" for one in BEGINNING.bulletins]
    assert [step.at.date() for step in opened] == [one.since for one in BEGINNING.bulletins]
