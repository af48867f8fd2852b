"""Read by Python at its start where PYTHONPATH names this folder. It makes of the process a release in which somebody
renamed a reaction, left a field out of a view without a new version of it, and renamed an event type."""

from dataclasses import replace
from typing import Any

from services.membership.members.views import MEMBERS
from services.newsletter.bulletins import collecting as reactions
from shared.contract import EVENTS, load_all
from shared.contract.membership.members import MemberJoined

news, *others = reactions.REACTIONS
vars(reactions)["REACTIONS"] = (replace(news, name="member-news-to-echos"), *others)

joined = MEMBERS.on[MemberJoined]


def without_charter(document: Any, data: Any, event: Any) -> Any:
    after = joined(document, data, event)
    return {name: value for name, value in after.items() if name != "charter_version"}


vars(MEMBERS)["on"] = {**MEMBERS.on, MemberJoined: without_charter}

load_all()
EVENTS["NetworkRenamed"] = EVENTS.pop("NetworkNamed")
