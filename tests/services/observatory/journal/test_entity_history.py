"""The life of a thing: what each event changed, and which event stands behind each fact."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from services.observatory.app import OBSERVATORY
from services.observatory.journal.entity_history import Life, facts_of, life_of
from services.observatory.pages.labels import RECORDS
from shared.contract import load_all
from shared.contract.says import ASIDE
from shared.web.words.messages import WORDS as KERNEL


def row(seq: int, type_: str, day: str, /, *, readable: bool = True, **data: Any) -> dict[str, Any]:
    return {
        "seq": seq,
        "type": type_,
        "time": datetime.fromisoformat(f"{day}T12:00"),
        "readable": readable,
        "data": orjson.dumps(data).decode(),
    }


def known(life: Life, part: str = "") -> dict[str, Any]:
    return {one.name: one.now.value for one in life.facts if one.part == part}


def changed(life: Life, seq: int) -> list[tuple[str, Any, Any]]:
    told = next(one for one in life.told if one.row["seq"] == seq)
    return [(one.name, one.before, one.after) for one in told.changes if not one.overtaken]


def test_each_event_says_what_it_changed_and_each_fact_which_event_made_it() -> None:
    life = life_of(
        [
            row(1, "StructureRegistered", "2015-01-01", name="Eau vive", kind="association", themes=["eau"]),
            row(4, "StructureRevised", "2016-01-01", name="Eau vive et soleil", cleared=[]),
            row(9, "StructureRevised", "2017-01-01", cleared=["themes"], source="Rapport annuel"),
        ]
    )
    assert changed(life, 1) == [("name", None, "Eau vive"), ("kind", None, "association"), ("themes", None, ["eau"])]
    assert changed(life, 4) == [("name", "Eau vive", "Eau vive et soleil")]
    assert changed(life, 9) == [("themes", ["eau"], None)]
    assert life.told[2].said == [("source", "Rapport annuel")]
    name = next(one for one in life.facts if one.name == "name")
    assert (name.now.seq, [(old.value, old.seq) for old in name.before]) == (4, [("Eau vive", 1)])
    assert known(life) == {"name": "Eau vive et soleil", "kind": "association", "themes": None}


def test_a_word_of_a_later_day_stands_whatever_was_recorded_after_it() -> None:
    life = life_of(
        [
            row(1, "StructureRegistered", "2015-01-01", name="A", kind="association"),
            row(2, "StructureRevised", "2017-06-01", name="C"),
            row(3, "StructureRevised", "2016-03-01", name="B", address="Rue du Pont"),
        ]
    )
    late = life.told[2]
    assert late.late and not life.told[1].late
    assert [(one.name, one.before, one.after, one.overtaken) for one in late.changes] == [
        ("name", "C", "B", True),
        ("address", None, "Rue du Pont", False),
    ]
    assert known(life) == {"name": "C", "kind": "association", "address": "Rue du Pont"}


def test_what_was_noted_by_mistake_is_taken_back_and_may_stand_again() -> None:
    held = row(2, "GatheringHeld", "2016-05-02", kind="agora", title="Agora", days=2)
    planned = row(1, "GatheringPlanned", "2016-01-01", kind="agora", title="Agora", days=1)
    life = life_of([planned, held, row(3, "GatheringHoldingUndone", "2016-05-03", reason="Erreur")])
    assert (life.told[1].undone, life.told[2].undoes) == (3, [2])
    assert changed(life, 3) == [("held", True, False), ("days", 2, 1)]
    assert known(life) == {"kind": "agora", "title": "Agora", "days": 1, "held": False}

    joined, left = (
        row(1, "MemberJoined", "2015-01-01", college="public"),
        row(2, "MemberLeft", "2016-01-01", reason="lapse"),
    )
    again = life_of([joined, left, row(3, "MemberRestored", "2016-01-01", reason="Erreur")])
    assert again.told[1].undone == 3 and known(again)["current"] is True
    mistake = life_of([joined, row(2, "MemberLeft", "2015-01-01", reason="mistake")])
    assert mistake.told[0].undone == 2
    back = life_of(
        [joined, row(2, "MemberLeft", "2015-01-01", reason="mistake"), row(3, "MemberRestored", "2015-01-01")]
    )
    assert [one.undone for one in back.told] == [None, 3, None], "what was taken back by mistake stands again"


def test_the_parts_of_a_thing_are_told_apart() -> None:
    one, two = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"
    life = life_of(
        [
            row(1, "ItemAdded", "2017-01-01", item=one, section="news", title="Un", text="…"),
            row(2, "ItemAdded", "2017-01-01", item=two, section="news", title="Deux", text="…"),
            row(3, "ItemRevised", "2017-01-02", item=one, title="Un, revu", text="…"),
            row(4, "ItemDropped", "2017-01-03", item=two, reason="Doublon"),
            row(5, "HeadsCounted", "2017-01-03", audience="students", people=4),
        ]
    )
    assert changed(life, 3) == [("title", "Un", "Un, revu")]
    assert known(life, one)["title"] == "Un, revu" and known(life, two)["dropped"] is True
    assert known(life, "students") == {"people": 4} and known(life) == {}


def test_an_event_that_cannot_be_read_is_told_and_changes_nothing() -> None:
    life = life_of(
        [row(1, "StructureRegistered", "2015-01-01", name="A"), row(2, "Unheard", "2015-01-02", readable=False)]
    )
    assert len(life.told) == 2 and known(life) == {"name": "A"}


def test_every_field_and_every_thing_has_words_on_the_pages_of_lives() -> None:
    said = {name for kind in load_all().values() for name in (*kind.model_fields, *kind.says.sets)}
    words = {**KERNEL, **OBSERVATORY.words}
    assert {f"field.{name}" for name in said - {"cleared"}} <= words.keys()
    things = {f"{kind.service}.{kind.entity}" for kind in load_all().values()}
    assert {f"thing.{one}" for one in things} <= words.keys() and RECORDS.keys() <= things


def test_facts_that_are_said_once_are_no_facts_of_the_thing() -> None:
    found = facts_of("StructureUnlisted", {"reason": "À sa demande"})
    assert found == {("", "listed"): False} and "reason" in ASIDE
