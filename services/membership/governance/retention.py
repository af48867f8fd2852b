"""What is kept about those who sit on the board."""

from __future__ import annotations

from collections.abc import Mapping

from services.membership.base.retention import TEAM, begins
from shared.base.translations import L
from shared.contract import Event
from shared.contract.membership.governance import BoardSeatRestored, BoardSeatTaken, BoardSeatVacated
from shared.kernel.views.projection import Evolve
from shared.notions.terms import in_use_again, term_begins
from shared.persons.data_subjects import Purpose

PURPOSES = (
    Purpose(
        code="seat",
        whom=L("Membres du conseil d’administration"),
        what=L("Nom, adresse électronique, fonction"),
        why=L("Savoir et déclarer qui dirige l’association"),
        ground=L("Obligation légale\u00a0: {source} (RGPD, art. 6.1.c)"),
        begins=L("la fin du mandat"),
        seen_by=TEAM,
        setting="keep_seats",
        legal="board_changes",
    ),
)

HELD: Mapping[type[Event], Evolve] = {
    BoardSeatTaken: begins("seat", "holder"),
    BoardSeatVacated: term_begins,
    BoardSeatRestored: in_use_again,
}
PAGES = {"seat": "/membership/board"}
