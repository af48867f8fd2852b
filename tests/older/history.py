"""A small history in which every event type is said once at least, each by the command, the form, the link or the job
that says it in earnest. All of it is invented; persons are called "Personne Exemple" with a number. In four parts,
since a restore lies between the first and the second, another mail server before the third, an import before the
fourth (`make`)."""

from __future__ import annotations

from tests.older import accounts, gatherings, membership, newsletter, observatory, structures
from tests.older.house import House


def before_the_restore(house: House) -> None:
    """The network begins. Its mail server is away: a question to confirm is asked for and can't be sent."""
    membership.founded(house)
    structures.registered(house)
    membership.joined(house)
    newsletter.asked_in_vain(house)


def after_the_restore(house: House) -> None:
    """Most of what there is; mails go into the folder."""
    newsletter.doubt_ended(house)
    structures.followed(house)
    structures.merged(house)
    structures.published(house)
    structures.claimed(house)
    accounts.kept(house)
    membership.went_on(house)
    membership.worked(house)
    gatherings.held(house)
    gatherings.attended(house)
    gatherings.tandems(house)
    newsletter.published(house)
    observatory.surveyed(house)
    observatory.identified(house)
    observatory.reviewed(house)


def while_mails_are_refused(house: House) -> None:
    """The mail server puts one mail off, refuses another, and takes none for a contact: that reaction is parked."""
    newsletter.refused(house)
    observatory.never_delivered(house)


def at_the_end(house: House) -> None:
    """What comes after everything: somebody who stands in all five services is forgotten."""
    newsletter.released(house)
    membership.forgotten(house)
