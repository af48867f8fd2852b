"""The figures again, by another way: a plain loop over the events of an invented history, one after the other, that shares
no line with the SQL. Slow and short; it reads the story (what was said of what, when, and when it was learnt), not the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Said:
    """One event of a story: `seq` is its place in the log, which is when it was learnt."""

    seq: int
    kind: str
    thing: str
    day: date
    data: dict[str, Any] = field(default_factory=dict)


Figures = dict[str, float | None]
TIMELESS = {"ContactAdded", "GatheringPlanned"}
"""What begins a record in the books, before all that is said of it."""


def known(story: Iterable[Said], as_of: date, upto: int) -> list[Said]:
    """What stands by a day, as known at a sequence: in the order of the days, then of the log. What was noted by mistake
    never was, and what was put on another day was on that day."""
    facts: list[Said] = []
    struck: set[int] = set()
    day: dict[int, date] = {}
    taken: dict[str, list[tuple[str, set[int]]]] = {}

    def there(thing: str, *kinds: str, **same: Any) -> list[int]:
        return [
            one.seq for one in facts
            if one.thing == thing and one.seq not in struck and (not kinds or one.kind in kinds)
            and all(one.data.get(name) == value for name, value in same.items())
        ]  # fmt: skip

    for said in story:
        if said.seq > upto:
            break
        gone: list[int] | None = None
        match said.kind:
            case "EventStruck":
                struck.add(said.data["about"])
            case "StrikeLifted":
                struck.discard(said.data["about"])
            case "EventRedated":
                day[said.data["about"]] = said.data["day"]
            case "SupportWithdrawn" | "VolunteerWithdrawn":
                gone = there(said.thing)
            case "VolunteerRestored":
                back = [n for n, (kind, _) in enumerate(taken.get(said.thing, [])) if kind == "VolunteerWithdrawn"]
                if back:
                    struck -= taken[said.thing].pop(back[-1])[1]
            case "MemberLeft" if said.data["reason"] == "mistake":
                joined = there(said.thing, "MemberJoined")[-1:]
                gone = [
                    one for first in joined for one in there(said.thing)
                    if one == first or (one > first and day[one] >= day[first])
                ]  # fmt: skip
            case "GatheringHoldingUndone":
                gone = there(said.thing, "GatheringHeld")[-1:]
            case "HeadCountWithdrawn":
                gone = there(said.thing, "HeadsCounted", audience=said.data["audience"])
            case "StructureReopened" if any(day[one] == said.day for one in there(said.thing, "StructureClosed")[-1:]):
                gone = there(said.thing, "StructureClosed")[-1:]
            case _:
                facts.append(said)
                day[said.seq] = said.day
        if gone is not None:
            struck |= set(gone)
            taken.setdefault(said.thing, []).append((said.kind, set(gone)))
    stand = [replace(said, day=day[said.seq]) for said in facts if said.seq not in struck and day[said.seq] <= as_of]
    return sorted(stand, key=lambda said: (date.min if said.kind in TIMELESS else said.day, said.seq))


def structures(story: list[Said], as_of: date, upto: int) -> dict[str, dict[str, Any]]:
    """Every structure that was ever spoken of: its kind, department and themes; whether it is `there`."""
    found: dict[str, dict[str, Any]] = {}
    for said in known(story, as_of, upto):
        if not said.kind.startswith("Structure"):
            continue
        one = found.setdefault(
            said.thing, {"kind": None, "department": None, "themes": [], "registered": False, "closed": False}
        )
        for name in ("kind", "department", "themes"):
            if said.data.get(name) is not None:
                one[name] = said.data[name]
            if name in said.data.get("cleared", []):
                one[name] = [] if name == "themes" else None
        one["registered"] |= said.kind == "StructureRegistered"
        if said.kind == "StructureClosed":
            one["closed"] = True
        elif said.kind == "StructureReopened":
            one["closed"] = False
    return found


def there(story: list[Said], as_of: date, upto: int) -> dict[str, dict[str, Any]]:
    return {
        thing: one for thing, one in structures(story, as_of, upto).items() if one["registered"] and not one["closed"]
    }


def structures_total(story: list[Said], as_of: date, upto: int) -> Figures:
    return {"directory.structures_total.value": len(there(story, as_of, upto))}


def structures_by_department(story: list[Said], as_of: date, upto: int) -> Figures:
    found = there(story, as_of, upto).values()
    return {
        f"directory.structures_by_department.values.{code}": sum(one["department"] == code for one in found)
        for code in ("31", "34")
    }


def structures_by_region(story: list[Said], as_of: date, upto: int) -> Figures:
    inside = [one["department"] in ("31", "34") for one in there(story, as_of, upto).values()]
    return {
        "directory.structures_in_region.value": sum(inside),
        "directory.structures_outside_region.value": len(inside) - sum(inside),
    }


def contacts_total(story: list[Said], as_of: date, upto: int) -> Figures:
    """Who was added, and not removed after that in the line."""
    now: dict[str, bool] = {}
    for said in known(story, as_of, upto):
        if said.kind in ("ContactAdded", "ContactRemoved"):
            now[said.thing] = said.kind == "ContactAdded"
    return {"directory.contacts_total.value": sum(now.values())}


def individual_support(story: list[Said], as_of: date, upto: int, department: str | None = None) -> Figures:
    """With a department: of structures that are there then, by what is known of them on the day asked for."""
    records = structures(story, as_of, upto)
    figures: dict[str, float | None] = {}
    total = 0
    for said in known(story, as_of, upto):
        if said.kind == "SupportGiven":
            path = f"directory.individual_support_by_year.values.{said.day.year}"
            figures.setdefault(path, 0)
            if department is None or records.get(said.data["structure"], {}).get("department") == department:
                figures[path] = (figures[path] or 0) + 1
                total += 1
    return {**figures, "directory.individual_support_by_year.total.value": total}


def support_kinds(story: list[Said], as_of: date, upto: int) -> Figures:
    kinds = {said.data["kind"] for said in known(story, as_of, upto) if said.kind == "SupportGiven"}
    return {"directory.support_kinds": len(kinds)}


def volunteers(story: list[Said], as_of: date, upto: int) -> Figures:
    figures: dict[str, float | None] = {}
    for said in known(story, as_of, upto):
        if said.kind == "VolunteerContributed" and said.data["year"] <= as_of.year:
            path = f"membership.volunteers_by_year.values.{said.data['year']}"
            figures[path] = (figures.get(path) or 0) + 1
    return figures


def members(story: list[Said], as_of: date, upto: int) -> dict[str, str]:
    """Member → college, on a day."""
    found: dict[str, str | None] = {}
    joined: set[str] = set()
    gone: set[str] = set()
    for said in known(story, as_of, upto):
        if said.kind == "MemberJoined":
            joined.add(said.thing)
            gone.discard(said.thing)
        elif said.kind == "MemberLeft":
            gone.add(said.thing)
        if said.data.get("college") and not said.kind.startswith("College"):
            found[said.thing] = said.data["college"]
    return {member: college for member, college in found.items() if college and member in joined - gone}


def members_by_college(story: list[Said], as_of: date, upto: int) -> Figures:
    """At each year's end; on the day asked for in the year that is not over."""
    days = [said.day.year for said in known(story, as_of, upto)]
    figures: dict[str, float | None] = {}
    for year in range(min(days), as_of.year + 1) if days else ():
        taken = min(date(year, 12, 31), as_of)
        now = list(members(story, taken, upto).values())
        opened: dict[str, bool] = {}
        for said in known(story, as_of, upto):
            if said.kind in ("CollegeOpened", "CollegeClosed") and said.day <= taken:
                opened[said.data["college"]] = said.kind == "CollegeOpened"
        colleges = {college for college, is_open in opened.items() if is_open} | set(now)
        for college in colleges:
            figures[f"membership.colleges_by_year.{college}.{year}"] = now.count(college)
        if colleges:
            figures[f"membership.colleges_by_year.total.values.{year}"] = len(now)
    return figures


def agoras(story: list[Said], as_of: date, upto: int) -> dict[str, int]:
    """Agora that was held → its year. What is cancelled was not held, whatever was noted first."""
    held: dict[str, Said] = {}
    off: dict[str, bool] = {}
    for said in known(story, as_of, upto):
        if said.kind == "GatheringHeld":
            held[said.thing] = said
        elif said.kind in ("GatheringCancelled", "GatheringReinstated"):
            off[said.thing] = said.kind == "GatheringCancelled"
    return {thing: said.day.year for thing, said in held.items() if not off.get(thing) and said.data["kind"] == "agora"}


def heads(story: list[Said], as_of: date, upto: int) -> dict[str, int]:
    """Agora → how many came, by the last count of each public; absent where nobody counted."""
    counts: dict[str, dict[str, int]] = {}
    for said in known(story, as_of, upto):
        if said.kind == "HeadsCounted":
            counts.setdefault(said.thing, {})[said.data["audience"]] = said.data["people"]
    held = agoras(story, as_of, upto)
    return {thing: sum(some.values()) for thing, some in counts.items() if some and thing in held}


def agora_attendance(story: list[Said], as_of: date, upto: int) -> Figures:
    found = heads(story, as_of, upto)
    return {"events.agora.mean_attendance_1_9999": sum(found.values()) / len(found) if found else None}


def agora_editions_measured(story: list[Said], as_of: date, upto: int) -> Figures:
    return {"events.agora.editions_measured": len(heads(story, as_of, upto))}


def agora_first_held(story: list[Said], as_of: date, upto: int) -> Figures:
    return {"events.agora.first_held": min(agoras(story, as_of, upto).values(), default=None)}


ORACLE: dict[str, Callable[[list[Said], date, int], Figures]] = {
    "structures_total": structures_total, "structures_by_department": structures_by_department,
    "structures_by_region": structures_by_region, "contacts_total": contacts_total, "individual_support": individual_support,
    "support_kinds": support_kinds, "volunteers": volunteers, "members_by_college": members_by_college,
    "agora_attendance": agora_attendance, "agora_editions_measured": agora_editions_measured, "agora_first_held": agora_first_held,
}  # fmt: skip
