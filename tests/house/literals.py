"""Closed lists of the product (`Literal[…]`, enumerations), and why each is none of a network's words: those are
vocabularies, dated and changed by events (docs/adr/0053). A new one is refused until it says here why it is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.rules import ROOT, parsed

ROOMS = ("shared/contract", "shared/notions", "services", "deploy")
"""Where what a network says is stored, judged and shown; the rooms below know no network"""
NO_LISTS = {
    "deploy/cli/dev/add.py Which": "the five services",
    "services/membership/network/begin_pages.py reach": "how far back the assistant says a network",
    "services/observatory/network/printed_layout.py Picture": "how a picture is drawn, each by code of its own",
    "services/observatory/network/printed_layout.py until": "which end of a period a note says",
    "shared/contract/clocks.py Doubting": "what knows the time, which the code reads",
    "shared/contract/directory/accounts.py AccountKind": "who signs in: staff, or a structure's contact",
    "shared/contract/directory/accounts.py Browser": "whether a browser was seen before",
    "shared/contract/directory/accounts.py Role": "what an account may do, which the code grants",
    "shared/contract/directory/accounts.py Second": "what somebody showed besides, to sign in",
    "shared/contract/directory/accounts.py Way": "how somebody signed in",
    "shared/contract/directory/capabilities.py CapabilityName": "what the code opens at one thing",
    "shared/contract/directory/accounts.py Where": "the five services",
    "shared/contract/directory/cooperation.py ProjectField": "names of fields",
    "shared/contract/directory/cooperation.py ProjectStage": "the life of a record, whose order the code knows",
    "shared/contract/directory/letters.py LetterReason": "what a mail server answers, RFC 3463",
    "shared/contract/directory/letters.py LetterState": "how far a mail is",
    "shared/contract/directory/publications.py DraftField": "names of fields",
    "shared/contract/directory/publications.py PublicationSort": "the forms of a draft, each with fields of its own",
    "shared/contract/directory/structure_facts.py MergedField": "names of fields",
    "shared/contract/directory/structure_facts.py StructureField": "names of fields",
    "shared/contract/events/gatherings.py cleared": "names of fields",
    "shared/contract/membership/members.py LeaveReason": "what the law and the code decide by: who was excluded",
    "shared/contract/newsletter/bulletins.py Arrival": "what the code brings by itself: marks of a bulletin",
    "shared/contract/newsletter/delivery.py RefusalReason": "what a mail server answers, RFC 3463",
    "shared/contract/newsletter/delivery.py doubt": "what a restore leaves in doubt",
    "shared/contract/newsletter/delivery.py purpose": "what a mail is for: an issue or a confirmation",
    "shared/contract/newsletter/subscriptions.py UnsubscribeMeans": "the ways out that there are",
    "shared/contract/observatory/identification.py IdentificationField": "names of fields",
    "shared/contract/observatory/identification.py Membership": "yes or no",
    "shared/contract/observatory/reviews.py FigureSort": "how a figure is reckoned",
    "shared/contract/observatory/surveys.py QuestionKind": "controls of a form",
    "shared/contract/observatory/surveys.py SendingKind": "what a letter of a survey is",
    "shared/contract/observatory/surveys.py SurveyField": "names of fields",
    "shared/contract/persons.py ForgettingReason": "who decided: somebody, a term, a restore",
    "shared/contract/processes.py HowEnded": "how work ended",
    "shared/contract/says.py level": "who may read",
    "shared/notions/gathering.py State": "the life of a gathering",
    "services/directory/duplicates/matching.py Reason": "by what two records are alike",
    "services/directory/duplicates/pages.py TABS": "parts of a page",
    "services/directory/duplicates/worklist.py Sure": "how alike",
    "services/directory/imports/drafts.py Fate": "what becomes of a line",
    "services/directory/imports/drafts.py Show": "parts of a page",
    "services/directory/imports/pages.py show": "parts of a page",
    "services/directory/letters/domain.py Letter": "how far a mail is",
    "services/directory/projects/pages.py format": "formats of files",
    "services/events/gatherings/domain/state.py Standing": "how a registration stands",
    "services/membership/members/domain/member.py Departure": "what the law and the code decide by: who was excluded",
    "services/membership/network/api.py state": "whether a term may be used",
    "services/membership/team/domain/civic_service.py State": "whether it runs",
    "services/membership/team/domain/staff_post.py State": "whether it is open",
    "services/newsletter/delivery/domain.py doubt": "what a restore leaves in doubt",
    "services/newsletter/delivery/domain.py state": "how far a mail is",
    "services/observatory/charts/files.py kind": "shapes of a drawing",
    "services/observatory/figures/recomputed.py Why": "why a figure is another",
    "services/observatory/indicators/__init__.py Chart": "kinds of charts",
    "services/observatory/indicators/__init__.py Counts": "how a query counts",
    "services/observatory/indicators/__init__.py Filter": "by which field figures are filtered, whatever its terms",
    "services/observatory/indicators/__init__.py Partial": "of which span a figure is",
    "services/observatory/journal/audit_api.py order": "orders of a list",
    "services/observatory/journal/exports.py Format": "formats of files",
    "services/observatory/ledger/notary.py State": "what the notary does",
    "services/observatory/ledger/pages.py state": "what the notary does",
    "services/observatory/open_data/releases.py State": "how a figure stands: measured, masked",
    "services/observatory/surveys/domain/state.py State": "the life of a survey",
}


def literals(root: Path = ROOT) -> set[str]:
    """Each closed list, as `file name`: of the alias, field or argument that it is the type of, or of the class."""
    return {
        f"{path.relative_to(root).as_posix()} {name}"
        for room in ROOMS
        for path in sorted((root / room).rglob("*.py"))
        for name in _in(parsed(path))
    }


def _in(parts: list[ast.AST]) -> Iterator[str]:
    above = {child: node for node in parts for child in ast.iter_child_nodes(node)}
    for node in parts:
        if isinstance(node, ast.ClassDef) and any(_last(base).endswith("Enum") for base in node.bases):
            yield node.name
        elif isinstance(node, ast.Subscript) and _last(node.value) == "Literal":
            yield _of(node, above)


def _last(node: ast.AST) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _of(node: ast.AST, above: dict[ast.AST, ast.AST]) -> str:
    """What a type is the type of."""
    while (up := above.get(node)) is not None:
        match up:
            case ast.AnnAssign(target=target):
                return ast.unparse(target)
            case ast.Assign(targets=[target, *_]):
                return ast.unparse(target)
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                return str(name)
        node = up
    return "?"
