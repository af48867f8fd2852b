"""Membership's part of the sample: the network itself, its members, its board and groups, its team.

Real: the 179 members of 2017 and their colleges, and every count of the review. Invented: earlier members who left
(marked so), who joined in which year, who sits on the board or in a group, every person, every day within a year.
"""

from __future__ import annotations

from collections.abc import Sequence

from deploy.sample.governance import (
    GROUPS,
    board,
    earlier_board,
    earlier_board_ended,
    groups,
    in_groups,
    out_of_groups,
)
from deploy.sample.members import (
    REAL_AT_YEARS_END,
    YEARS,
    colleges_changed,
    departures,
    joining,
    members,
    renewals,
)
from deploy.sample.network import FORMER_NAME, NAME, RENAMED, charter, definitions, peers, renamed_peer
from deploy.sample.plan import Stage
from deploy.sample.structures import FOUNDED
from deploy.sample.team import missions_ended, posts_changed, team

__all__ = ["GROUPS", "REAL_AT_YEARS_END", "YEARS", "board", "members", "peers", "stages", "team"]


def stages() -> Sequence[Stage]:
    """What is needed first; then who joins; what needs a member or something created; what undoes that, last."""
    return (
        [
            *charter("midi-pyrenees", FORMER_NAME, FOUNDED),
            *charter("occitanie", NAME, RENAMED),
            *definitions(),
            *groups(),
            *team(),
            *peers(),
        ],
        [*joining()],
        [
            *earlier_board(),
            *board(),
            *renewals(),
            *colleges_changed(),
            *in_groups(),
            *posts_changed(),
            *missions_ended(),
            *renamed_peer(),
        ],
        [*earlier_board_ended(), *departures(), *out_of_groups()],
    )
