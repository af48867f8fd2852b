"""Where an event names something, and nothing rests on that: each field with the reason. What is here or among the
namings (namings.py) is all that events name; a new type says where it belongs, or the tests fail."""

from __future__ import annotations

from collections.abc import Mapping

PART = "a part of its own record, of which that record's own line judges"
GESTURE = "written in both records by one gesture: half of it is never corrected"
END = "ends what an earlier fact of its record began, which is counted"
TOLD = "a word about a fact of its own record"
CRITERION = "what was looked for, not what was found"
NOBODY = "nobody was reached: nothing rests on a letter that was not"
CODE = "a term that was once used stays readable, whatever comes of it (ADR 53)"
HEARD = "the draft hears of its source by itself (ADR 49), and what was sent stays as it was sent"
WISH = "what somebody wishes to read: it stays for one that is opened anew, and nothing is sent of one that is not"
PLACE = "says at what a right holds: of what is there no more it opens nothing (ADR 69)"
STUDY = "asked by whoever publishes: which part of the figures it shows"


def of_now(kind: str) -> str:
    """`kind`: `<service>.<entity>`, whose beginnings are always of now."""
    return f"{kind}: what begins one is always of now, and never struck"


UNRESTED: Mapping[str, Mapping[str, str]] = {
    "EventStruck": {"event": TOLD},
    "StrikeLifted": {"event": TOLD},
    "EventRedated": {"event": TOLD},
    "ProcessHeard": {"heard": "what was heard is done: the process looks at the log itself where it needs more"},
    "AdministratorNamed": {"account": of_now("directory.account")},
    "AdministratorReleased": {"account": of_now("directory.account")},
    "PasswordSet": {"kept": PART},
    "SignedIn": {"session": PART, "link": PART},
    "SignedOut": {"session": PART},
    "CapabilityGranted": {"scope": PLACE},
    "CapabilityWithdrawn": {"scope": PLACE},
    "TokenIssued": {"token": PART},
    "TokenWithdrawn": {"token": PART},
    "LinkHandedOver": {"link": PART, "given_to": of_now("directory.account")},
    "SessionBegan": {"account": of_now("directory.account"), "link": PART, "given_to": of_now("directory.account")},
    "SessionEnded": {"account": of_now("directory.account")},
    "LetterBegun": {"about": of_now("observatory.survey")},
    "LetterSent": {"about": of_now("observatory.survey")},
    "LetterRefused": {"about": of_now("observatory.survey"), "structure": NOBODY},
    "LetterUnaddressed": {"about": of_now("observatory.survey"), "structure": NOBODY},
    "NamesakesDoubted": {"first": END, "second": END},
    "StructuresMerged": {"merged": GESTURE, "followers": GESTURE},
    "StructureAbsorbed": {"kept": GESTURE, "followers": GESTURE},
    "StructuresUnmerged": {"merged": GESTURE, "followers": GESTURE},
    "StructureReleased": {"kept": GESTURE},
    "ParticipantRegistered": {"registration": PART},
    "ParticipantMovedUp": {"registration": PART},
    "RegistrationCancelled": {"registration": PART},
    "RegistrationReinstated": {"registration": PART},
    "AgoraAttended": {"registration": PART},
    "GatheringAttended": {"registration": PART},
    "AttendanceUndone": {"registration": PART},
    "WorkshopHeld": {"workshop": PART},
    "WorkshopWithdrawn": {"workshop": PART},
    "TandemSchoolLeft": {"school": END},
    "WorkingGroupLeft": {"member": END},
    "CollegeOpened": {"college": PART},
    "CollegeRevised": {"college": PART},
    "CollegeClosed": {"college": PART},
    "MemberRestored": {
        "structure": "read as lifting strikes of its own record, whose joining names the structure (ADR 42)",
        "college": "read as lifting strikes of its own record, whose joining names the college (ADR 42)",
    },
    "BulletinOpened": {"bulletin": PART},
    "BulletinRevised": {"bulletin": PART},
    "BulletinClosed": {"bulletin": PART},
    "SubscriptionRequested": {"request": PART, "bulletins": WISH},
    "SubscriptionConfirmed": {"request": PART, "bulletins": WISH},
    "Unsubscribed": {"bulletins": END},
    "ItemAdded": {"item": PART, "source_event": HEARD, "source_entity": HEARD},
    "ItemRevised": {"item": PART},
    "ItemMoved": {"item": PART},
    "ItemDropped": {"item": PART},
    "ItemRestored": {"item": PART},
    "DeliveryBegun": {
        "subscriber": of_now("newsletter.subscriber"),
        "issue": of_now("newsletter.issue"),
        "request": of_now("newsletter.subscriber"),
    },
    "IdentificationSaved": {"colleges": CRITERION},
    "ReviewPublished": {"replaces": of_now("observatory.review"), "college": STUDY},
    "FigurePublished": {"college": STUDY},
    "ReviewReplaced": {"by": of_now("observatory.review")},
    "SurveyAnswered": {"survey": of_now("observatory.survey")},
    "SurveyAnswerChanged": {"survey": of_now("observatory.survey")},
    "SurveyDeclined": {"survey": of_now("observatory.survey")},
}
"""Type of event → field → why nothing rests on what it names. Codes of the network's other lists need no line: CODE."""
