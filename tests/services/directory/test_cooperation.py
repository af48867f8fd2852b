"""Cooperation projects, the member's drafts, namesakes, claims, imports."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.directory.casework.domain.request import REQUEST, AnswerIdentification
from services.directory.claims.domain import CLAIM, AcceptClaim, ClaimListing, ConfirmClaim, RefuseClaim
from services.directory.duplicates.domain import NAMESAKES, DoubtNamesakes, TellNamesakesApart, pair_id
from services.directory.imports.domain import IMPORT, FinishImport, StartImport, line_id, start_id
from services.directory.projects.domain import PROJECT, DraftProject, PublishProject, ReviseProject, WithdrawProject
from services.directory.publications.domain import (
    PUBLICATION,
    DraftPublication,
    PublishDraft,
    RedraftPublication,
    WithdrawPublication,
)
from shared.contract import Event
from shared.contract.directory.casework import IdentificationRequested
from shared.contract.directory.claims import ClaimAccepted, ClaimConfirmed, ClaimRefused, ListingClaimed
from shared.contract.directory.cooperation import (
    CooperationProjectPublished,
    CooperationProjectRevised,
    CooperationProjectWithdrawn,
)
from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.directory.imports import ImportFinished
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationRedrafted,
    PublicationWithdrawn,
)
from shared.contract.personal import Personal
from tests.fixtures.deciding import NOON, context, decided

ID, LEADER, OTHER = uuid4(), uuid4(), uuid4()
FACTS = {
    "leader": LEADER, "title": "Des puits pour Podor", "summary": "Trois puits.", "country": "SN", "stage": "running",
    "themes": ["Eau"], "partner_associations": ["Union des femmes de Podor"],
}  # fmt: skip


def one(found: list[Event] | str) -> Any:
    assert isinstance(found, list) and len(found) == 1, found
    return found[0]


def project(**more: object) -> DraftProject:
    return DraftProject.model_validate({**FACTS, **more})


def revision(**more: object) -> ReviseProject:
    return ReviseProject.model_validate({"project": ID, **FACTS, **more})


def test_a_project_is_drafted_changed_published_and_withdrawn() -> None:
    drafted = one(decided(PROJECT, [], project()))
    assert decided(PROJECT, [drafted], revision()) == []
    changed = one(decided(PROJECT, [drafted], revision(title="Quatre puits", themes=[], budget=0)))
    assert changed == CooperationProjectRevised(title="Quatre puits", budget=0, cleared=["themes"])
    assert decided(PROJECT, [drafted, changed], revision(title="Quatre puits", themes=[], budget=0)) == []
    published = [drafted, CooperationProjectPublished()]
    assert decided(PROJECT, [drafted], PublishProject(project=ID)) == published[1:]
    assert decided(PROJECT, published, PublishProject(project=ID)) == []
    assert decided(PROJECT, published, WithdrawProject(project=ID)) == [CooperationProjectWithdrawn()]
    again = [*published, CooperationProjectWithdrawn()]
    assert decided(PROJECT, again, PublishProject(project=ID)) == [CooperationProjectPublished()]
    assert decided(PROJECT, [], PublishProject(project=ID)) == "unknown-project"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"begins": date(2017, 2, 1), "ends": date(2017, 1, 1)}, "ends-before-it-begins"),
        ({"participants": [LEADER]}, "leader-twice"),
        ({"stage": "evaluated"}, "no-evaluation"),
    ],
)
def test_a_project_that_contradicts_itself_is_refused(more: dict[str, Any], code: str) -> None:
    assert decided(PROJECT, [], project(**more)) == code
    assert decided(PROJECT, [one(decided(PROJECT, [], project()))], revision(**more)) == code


def test_an_evaluated_project_says_how() -> None:
    assert one(decided(PROJECT, [], project(stage="evaluated", evaluation="Par les habitants."))).stage == "evaluated"


SOON = datetime(2016, 9, 1, 18, tzinfo=UTC)


def draft(sort: str, **more: object) -> DraftPublication:
    return DraftPublication.model_validate(
        {"structure": LEADER, "sort": sort, "title": "Titre", "text": "Texte", **more}
    )


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (draft("news"), MemberNewsPublished),
        (draft("offer", kind="job", deadline=date(2016, 7, 1)), MemberOfferPublished),
        (draft("project", project=OTHER), MemberProjectPublished),
        (draft("event", starts=SOON, place="Toulouse"), MemberEventPublished),
    ],
)
def test_a_draft_of_each_sort_is_published_as_what_it_is(command: DraftPublication, kind: type[Event]) -> None:
    drafted = one(decided(PUBLICATION, [], command))
    publish = PublishDraft(publication=ID, structure_name="Jappoo")
    published = one(decided(PUBLICATION, [drafted], publish))
    assert type(published) is kind and published.structure_name == "Jappoo" and published.title == "Titre"
    assert decided(PUBLICATION, [drafted, published], publish) == []
    change = RedraftPublication(publication=ID, title="Autre", text="Texte")
    assert decided(PUBLICATION, [drafted, published], change) == "publication-published"
    gone = PublicationWithdrawn()
    assert decided(PUBLICATION, [drafted, published], WithdrawPublication(publication=ID)) == [gone]
    assert decided(PUBLICATION, [drafted, published, gone], publish) == "publication-withdrawn"


def test_a_draft_changes_until_it_is_published_or_dropped() -> None:
    drafted = one(decided(PUBLICATION, [], draft("offer", url="https://exemple.invalid")))
    publish = PublishDraft(publication=ID, structure_name="Jappoo")
    assert decided(PUBLICATION, [drafted], publish) == "offer-without-kind"
    changed = one(
        decided(PUBLICATION, [drafted], RedraftPublication(publication=ID, title="Titre", text="T", kind="job"))
    )
    assert changed == PublicationRedrafted(text="T", kind="job", cleared=["url"])
    published = one(decided(PUBLICATION, [drafted, changed], publish))
    assert (published.kind, published.text, published.url) == ("job", "T", None)
    dropped = PublicationWithdrawn()
    assert decided(PUBLICATION, [drafted], WithdrawPublication(publication=ID)) == [dropped]
    assert decided(PUBLICATION, [drafted, dropped], publish) == "publication-withdrawn"
    assert decided(PUBLICATION, [], publish) == "unknown-publication"


def test_an_event_needs_a_beginning_that_is_still_to_come_and_an_end_after_it() -> None:
    publish = PublishDraft(publication=ID, structure_name="Jappoo")
    no_start = one(decided(PUBLICATION, [], draft("event")))
    assert decided(PUBLICATION, [no_start], publish) == "event-without-beginning"
    past = one(decided(PUBLICATION, [], draft("event", starts=datetime(2016, 5, 1, tzinfo=UTC))))
    assert decided(PUBLICATION, [past], publish) == "event-past"
    assert decided(PUBLICATION, [], draft("event", starts=SOON, ends=NOON)) == "ends-before-it-begins"
    late = one(decided(PUBLICATION, [], draft("offer", kind="job", deadline=date(2016, 5, 1))))
    assert decided(PUBLICATION, [late], publish) == "deadline-past"
    with pytest.raises(ValidationError):
        draft("event", starts=datetime(2016, 9, 1, 18))


def test_namesakes_are_one_pair_whatever_their_order() -> None:
    first, second = sorted((LEADER, OTHER))
    apart = TellNamesakesApart(first=second, second=first, reason="Deux villes")
    told = NamesakesToldApart(first=first, second=second, reason="Deux villes")
    assert apart.target(context()) == pair_id(first, second) == pair_id(second, first)
    assert decided(NAMESAKES, [], apart) == [told] and decided(NAMESAKES, [told], apart) == []
    doubt = DoubtNamesakes(first=first, second=second)
    assert decided(NAMESAKES, [told], doubt) == [NamesakesDoubted(first=first, second=second)]
    assert decided(NAMESAKES, [], doubt) == "not-told-apart"
    with pytest.raises(ValidationError):
        TellNamesakesApart(first=first, second=first)


def test_a_claim_is_one_persons_and_is_answered_once() -> None:
    command = ClaimListing(
        structure_name="Jappoo",
        name=Personal("Personne inventée"),
        email=Personal("p@exemple.invalid"),
        message=Personal("Bonjour"),
    )
    claimed = one(decided(CLAIM, [], command))
    assert isinstance(claimed, ListingClaimed) and claimed.message is not None
    assert claimed.name.person == claimed.email.person == claimed.message.person
    assert decided(CLAIM, [claimed], AcceptClaim(claim=ID, structure=LEADER)) == "claim-unconfirmed"
    confirmed = one(decided(CLAIM, [claimed], ConfirmClaim(claim=ID)))
    assert confirmed == ClaimConfirmed() and decided(CLAIM, [claimed, confirmed], ConfirmClaim(claim=ID)) == []
    assert decided(CLAIM, [], ConfirmClaim(claim=ID)) == "unknown-claim"
    accepted = one(decided(CLAIM, [claimed, confirmed], AcceptClaim(claim=ID, structure=LEADER)))
    assert accepted == ClaimAccepted(structure=LEADER)
    assert decided(CLAIM, [claimed], RefuseClaim(claim=ID, reason="Inconnue")) == [ClaimRefused(reason="Inconnue")]
    assert decided(CLAIM, [claimed, confirmed, accepted], RefuseClaim(claim=ID, reason="Non")) == "claim-answered"
    assert decided(CLAIM, [], AcceptClaim(claim=ID, structure=LEADER)) == "unknown-claim"


def test_an_import_is_started_and_finished_once_and_its_lines_have_ids_of_their_own() -> None:
    started = one(decided(IMPORT, [], StartImport(file="ab" * 32, lines=2, skipped=[3])))
    assert decided(IMPORT, [started], StartImport(file="ab" * 32, lines=2)) == "already-registered"
    finish = FinishImport(import_id=ID, registered=1, skipped=1)
    assert finish.target(context()) == ID
    assert decided(IMPORT, [started], finish) == [ImportFinished(registered=1, skipped=1)]
    assert decided(IMPORT, [started, ImportFinished(registered=1)], finish) == []
    assert decided(IMPORT, [], finish) == "unknown-import"
    start = start_id("reseau", "ab" * 32, ["name", ""])
    assert start == start_id("reseau", "ab" * 32, ["name", ""]) != start_id("reseau", "ab" * 32, ["", "name"])
    assert len({line_id(start, n) for n in range(1000)}) == 1000


def test_an_answer_names_as_many_structures_as_it_counts() -> None:
    asked = IdentificationRequested(requester="Une ville", countries=["SN"])
    answer = AnswerIdentification(request=ID, structures=2, found=[LEADER, OTHER], shown_upto=7)
    assert one(decided(REQUEST, [asked], answer)).found == [LEADER, OTHER]
    wrong = AnswerIdentification(request=ID, structures=3, found=[LEADER])
    assert decided(REQUEST, [asked], wrong) == "count-differs"
