"""“Why does this page show this”: whatever the other services keep leads from the page that shows it to its life."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.contract import EVENTS, load_all

SERVICES = Path(__file__).parents[2] / "services"
SHOWN = {
    "directory.structure": ("structure.html", "structure_then.html"), "directory.project": ("project.html",),
    "directory.request": ("request.html",), "directory.account": ("account.html",),
    "directory.claim": ("claim_record.html",),
    "directory.import": ("import_report.html",), "directory.support": ("supports.html",),
    "directory.coverage": ("coverages.html",),
    "directory.publication": ("publications.html",), "membership.member": ("member.html",),
    "membership.group": ("group.html",),
    "membership.seat": ("board.html",), "membership.volunteer": ("volunteers.html",),
    "membership.civic-service": ("civic_service.html",),
    "membership.civic-place": ("civic_service.html",), "membership.post": ("team.html",),
    "membership.peer-network": ("peers.html",),
    "membership.college": ("colleges.html",), "events.gathering": ("gathering.html", "registrations.html"),
    "events.tandem": ("tandem.html",), "events.project": ("projects.html",),
    "newsletter.bulletin": ("bulletin.html",), "newsletter.issue": ("issue.html",),
    "newsletter.subscriber": ("subscriber.html",),
}  # fmt: skip
"""What has a page, or a line on one: the templates that lead to its life"""
WITHIN = {
    "directory.contact": "told in the life of its structure",
    "directory.namesakes": "two structures, each with its own",
    "directory.letter": "told in the life of its survey",
    "directory.signing-key": "no page shows one",
    "membership.charter": "each version names its event",
    "membership.network": "its name is in every head",
    "membership.vocabulary": "the page of a list says since when each term is in it",
    "any.any": "a correction is told in the life of what it corrects",
    "any.clock": "each is a word by itself; the journal says who said it",
    "any.process": "the page that began the work shows its steps, and what it writes has a life of its own",
    "directory.session": "listed on the page of its account while it is open; its events are for auditors",
    "newsletter.delivery": "told in the life of its issue and of its subscriber",
}
"""What has none, and why"""


def test_everything_that_happens_to_something_is_shown_somewhere_or_said_where() -> None:
    load_all()
    kept = {f"{one.service}.{one.entity}" for one in EVENTS.values() if one.service != "observatory"}
    persons = {one for one in kept if one.endswith(".person")}
    assert kept - persons == SHOWN.keys() | WITHIN.keys()


@pytest.mark.parametrize("kind", SHOWN)
def test_what_is_shown_leads_to_its_life(kind: str) -> None:
    for name in SHOWN[kind]:
        template = (SERVICES / kind.partition(".")[0] / "templates" / name).read_text()
        assert "m.life(" in template or "m.past(" in template, name
