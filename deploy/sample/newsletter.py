"""The bulletins' part of the sample: the five bulletins, forty invented subscribers, a draft written by hand.

What members publish and what is announced comes from the other parts, by reactions. Past issues were sent elsewhere:
there are drafts only, and nothing is ever sent for the sample by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from deploy.sample.plan import BEGINNING, END, Stage, Step, command_id, entity_id, noon, noon_of, some_day
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
from shared.notions.network.beginning import steps

FIVE = {one.fields["bulletin"]: one.fields for one in steps(BEGINNING, "newsletter")}
"""code → what opens each of the five, after the review 2012-2017, « Bulletins électroniques »"""
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


def bulletins() -> Iterator[Step]:
    """Those of the network, each opened on its day."""
    days = {one.code: one.since for one in BEGINNING.bulletins}
    for code in FIVE:
        yield Step(f"bulletin/{code}", opening_of(code), noon_of(days[code] or END))


def opening_of(code: BulletinCode) -> OpenBulletin:
    """The command that opens one of the five."""
    return OpenBulletin.model_validate(FIVE[code])


def stages() -> Sequence[Stage]:
    return (
        [*bulletins()],
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
