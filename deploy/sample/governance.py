"""The board and the working groups in the sample. Who sits on the one and takes part in the others is invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from deploy.sample.members import members
from deploy.sample.network import STATUTES
from deploy.sample.plan import END, Step, entity_id, noon, some_day
from deploy.sample.structures import review
from deploy.sample.team import invented_person
from services.membership.governance.domain.board_seat import TakeBoardSeat, VacateBoardSeat
from services.membership.governance.domain.working_group import FormWorkingGroup, JoinWorkingGroup, LeaveWorkingGroup
from shared.contract.membership.governance import SeatRole

GROUPS = {
    "Formation des acteurs": (2014, "Enquête sur les offres et les besoins en formation des acteurs."),
    "Volontariat et engagement solidaire": (2015, "Inter-connaissance des acteurs et développement des activités."),
    "Éducation à la citoyenneté mondiale": (2013, "Développement des Tandems solidaires."),
    "Mobilisation des acteurs économiques": (2014, "Relation entre associations et entreprises."),
    "Agir au Sénégal": (2015, "Inter-connaissance des acteurs du territoire agissant au Sénégal."),
    "Agir à Madagascar": (2016, "Inter-connaissance des acteurs du territoire agissant à Madagascar."),
}
IN_A_GROUP = 17  # members, of each group; invented
EARLIER_BOARD: dict[SeatRole, int] = {"president": 1, "vice_president": 3, "administrator": 5}  # invented


def groups() -> Iterator[Step]:
    for name, (year, purpose) in GROUPS.items():
        day = some_day(f"group/{name}", date(year, 1, 15), date(year, 6, 30))
        yield Step(f"group/{name}", FormWorkingGroup(name=name, purpose=purpose), day)


def in_groups() -> Iterator[Step]:
    for name, (year, _) in GROUPS.items():
        there = [m for m in members() if m.left is None and m.joined.year <= max(year, 2016)]
        Random(f"in/{name}").shuffle(there)
        for one in there[:IN_A_GROUP]:
            first = max(one.joined.date() + timedelta(days=7), date(year, 7, 1))
            day = some_day(f"in/{name}/{one.structure.key}", first, max(first, date(2017, 10, 15)))
            command = JoinWorkingGroup(group=entity_id(f"group/{name}", "group"), member=one.id)
            yield Step(f"in/{name}/{one.structure.key}", command, day)


def out_of_groups() -> Iterator[Step]:
    """Some who left their working groups."""
    found = [step for step in in_groups() if Random(f"out/{step.key}").random() < 0.06]
    for step in found:
        assert isinstance(step.command, JoinWorkingGroup)
        first = step.at.date() + timedelta(days=1)
        day = some_day(f"out/{step.key}", first, max(first, END))
        if day.date() <= END:
            command = LeaveWorkingGroup(group=step.command.group, member=step.command.member)
            yield Step(f"out/{step.key}", command, day)


def earlier_board() -> Iterator[Step]:
    """A board before that of March 2017, so that seats have a past."""
    for n, role in enumerate(role for role, count in EARLIER_BOARD.items() for _ in range(count)):
        yield Step(f"seat/earlier/{n}", TakeBoardSeat(role=role, holder=invented_person(9100 + n)), noon(2014, 4, 12))


def board() -> Iterator[Step]:
    """The seventeen seats of March 2017. The president sits for no member, here."""
    seats = review()["membership"]["board_seats"]
    roles: dict[str, SeatRole] = {
        "president": "president",
        "vice_presidents": "vice_president",
        "administrators": "administrator",
        "delegate_administrators": "delegate_administrator",
    }
    sitting = [m for m in members() if m.left is None and m.joined < STATUTES]
    Random("board").shuffle(sitting)
    every = [role for name, role in roles.items() for _ in range(int(seats[name]))]
    for n, (role, member) in enumerate(zip(every, sitting, strict=False)):
        holder = invented_person(9200 + n)
        command = TakeBoardSeat(role=role, member=None if role == "president" else member.id, holder=holder)
        yield Step(f"seat/2017/{n}", command, STATUTES)


def earlier_board_ended() -> Iterator[Step]:
    for n in range(sum(EARLIER_BOARD.values())):
        seat = entity_id(f"seat/earlier/{n}", "seat")
        command = VacateBoardSeat(seat=seat, reason="instances renouvelées en mars 2017")
        yield Step(f"seat/earlier/{n}/vacated", command, STATUTES)
