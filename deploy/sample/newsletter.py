"""The bulletins' part of the sample: the five bulletins, forty invented subscribers, a draft written by hand.

What members publish and what is announced comes from the other parts, by reactions. Past issues were sent elsewhere:
there are drafts only, and nothing is ever sent for the sample by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from deploy.sample.plan import END, Stage, Step, command_id, entity_id, noon, some_day
from services.newsletter.bulletins.domain.bulletin import OpenBulletin
from services.newsletter.bulletins.domain.issue import AddItem, StartIssue, issue_id
from services.newsletter.subscriptions.domain import (
    ConfirmSubscription,
    RequestSubscription,
    Unsubscribe,
    subscriber_id,
)
from shared.contract.newsletter.bulletins import BulletinCode, SectionCode
from shared.contract.personal import Personal
from shared.kernel.decider import derived_id

FIVE: dict[BulletinCode, tuple[str, str]] = {
    "bloc-note": (
        "Bloc note",
        "L’actualité de la coopération et de la solidarité internationales, de la région au monde.",
    ),
    "echos": (
        "Les Échos du Réseau",
        "Les informations et actualités que les membres publient dans le portail régional.",
    ),
    "parcours": ("Parcours", "Les offres de formation, d’emploi, de stage, de volontariat et de bénévolat."),
    "rendez-vous": ("Rendez-vous", "Les événements et rencontres du réseau et de ses partenaires."),
    "info-flash": ("Info Flash", "Au cas par cas, pour alerter ou mobiliser sur une question ou une actualité."),
}
"""Title and purpose of each, after the review 2012-2017, « Bulletins électroniques »: what the sample opens."""
OPENED: dict[BulletinCode, datetime] = {
    "echos": noon(2012, 3, 12),
    "rendez-vous": noon(2012, 3, 12),
    "bloc-note": noon(2012, 9, 17),
    "parcours": noon(2013, 2, 4),
    "info-flash": noon(2013, 10, 7),
}
"""The days are invented; the review says only that there are five"""
SUBSCRIBERS = 40
LEFT = 3  # of more, who unsubscribed again
DRAFT: Sequence[tuple[SectionCode, str, str]] = (
    (
        "call",
        "Appel à projets inventé",
        "Un appel inventé pour l’exemple : eau et assainissement, dossiers à déposer avant l’hiver.",
    ),
    ("news", "Note de lecture inventée", "Une note inventée pour l’exemple, sur la coopération entre collectivités."),
)


def opening_of(code: BulletinCode) -> OpenBulletin:
    """The command that opens one of the five."""
    title, purpose = FIVE[code]
    return OpenBulletin(bulletin=code, title=title, purpose=purpose)


def stages() -> Sequence[Stage]:
    return (
        [Step(f"bulletin/{code}", opening_of(code), at) for code, at in OPENED.items()],
        [_asked(n) for n in range(SUBSCRIBERS + LEFT)],
        [_confirmed(n) for n in range(SUBSCRIBERS + LEFT)],
        [_left(n) for n in range(SUBSCRIBERS, SUBSCRIBERS + LEFT)]
        + [Step("issue/bloc-note/1", StartIssue(bulletin="bloc-note", number=1), noon(2017, 10, 2))],
        [
            Step(
                f"item/bloc-note/{n}",
                AddItem(issue=issue_id("bloc-note", 1), section=section, title=title, text=text),
                noon(2017, 10, 9 + n),
            )
            for n, (section, title, text) in enumerate(DRAFT)
        ],
    )


def _key(n: int) -> str:
    return f"subscriber/{n}"


def _bulletins(n: int) -> list[BulletinCode]:
    """Everybody reads Les Échos; the others have their readers."""
    found: list[BulletinCode] = ["echos"]
    others: Sequence[tuple[BulletinCode, int]] = (
        ("rendez-vous", 2),
        ("bloc-note", 3),
        ("parcours", 4),
        ("info-flash", 5),
    )
    return found + [code for code, each in others if n % each == 0]


def _day(n: int) -> datetime:
    return some_day(_key(n), date(2013, 11, 4), END - timedelta(days=60))


def _asked(n: int) -> Step:
    person = entity_id(_key(n), "person")
    command = RequestSubscription(
        email=Personal(f"personne-{5001 + n:04d}@exemple.invalid"), bulletins=_bulletins(n), person=person
    )
    return Step(_key(n), command, _day(n))


def _confirmed(n: int) -> Step:
    subscriber = subscriber_id(entity_id(_key(n), "person"))
    request = derived_id(command_id(_key(n)), "request")
    command = ConfirmSubscription(subscriber=subscriber, request=request)
    return Step(f"{_key(n)}/confirmed", command, _day(n) + timedelta(days=n % 5, hours=2))


def _left(n: int) -> Step:
    command = Unsubscribe(
        subscriber=subscriber_id(entity_id(_key(n), "person")), bulletins=_bulletins(n), means="staff"
    )
    return Step(f"{_key(n)}/left", command, _day(n) + timedelta(days=45))
