"""What is kept about those who sit on the board."""

from __future__ import annotations

from collections.abc import Mapping

from services.membership.base.retention import TEAM, begins
from shared.contract import Event
from shared.contract.membership import BoardSeatRestored, BoardSeatTaken, BoardSeatVacated
from shared.kernel.projection import Evolve
from shared.persons.data_subjects import Purpose, in_use_again, term_begins

PURPOSES = (
    Purpose(
        code="seat",
        whom=("Membres du conseil d’administration", "Members of the board"),
        what=("Nom, adresse électronique, fonction", "Name, mail address, function"),
        why=("Savoir et déclarer qui dirige l’association", "To know and declare who runs the association"),
        ground=(
            "Obligation légale\u00a0: loi du 1er juillet 1901, art. 5 (RGPD, art. 6.1.c)",
            "Legal obligation: law of 1 July 1901, art. 5 (GDPR, art. 6.1.c)",
        ),
        begins=("la fin du mandat", "the seat is given up"),
        seen_by=TEAM,
        setting="keep_seats",
    ),
)

HELD: Mapping[type[Event], Evolve] = {
    BoardSeatTaken: begins("seat", "holder"),
    BoardSeatVacated: term_begins,
    BoardSeatRestored: in_use_again,
}
PAGES = {"seat": "/membership/board"}
