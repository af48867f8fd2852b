"""What every store of views must do. Written against `shared.kernel.views.projection.Store` alone."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.contract.directory.structures import StructureRegistered
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Batch, Checkpoint, Document, Parked, Store, View, everything, folded
from tests.shared.kernel.conftest import OpenStore

PEOPLE = View(
    name="things",
    version=1,
    on={StructureRegistered: lambda document, data, event: document},
    fields=("kind", "tags", "open", "size", "since", "label"),
    text=lambda d: f"{d['label']} {d.get('note') or ''}",
)


def thing(key: str, **more: Any) -> Document | Any:
    return {"key": key, "kind": "a", "tags": [], "open": False, "size": 1, "since": None, "label": key, **more}


async def filled(store: Store, *things: Document) -> Store:
    await store.prepare([PEOPLE])
    await store.put(
        Batch(documents={PEOPLE: {d["key"]: d for d in things}}, checkpoints={PEOPLE.table: Checkpoint(7, "x")})
    )
    return store


async def found(store: Store, where: dict[str, Any] | None = None, **more: Any) -> list[str]:
    page = await store.find(PEOPLE, where, **more)
    return [d["key"] for d in page.documents]


async def test_what_was_put_is_got_as_it_was(store: Store) -> None:
    one = thing("é|'\"", tags=["x"], size=1.5, since="2017-01-01", nested={"a": [1, None, {"b": "ü"}]}, none=None)
    await filled(store, one, thing("2"))
    assert await store.get(PEOPLE, "é|'\"") == one
    assert await store.get(PEOPLE, "nobody") is None
    assert set(await store.get_many(PEOPLE, ["2", "nobody", "é|'\""])) == {"2", "é|'\""}
    assert await store.get_many(PEOPLE, []) == {}


@pytest.mark.slow
async def test_thousands_of_keys_are_got_at_once(store: Store) -> None:
    await filled(store, *(thing(str(n)) for n in range(600)))
    assert len(await store.get_many(PEOPLE, [str(n) for n in range(900)])) == 600


async def test_a_later_put_replaces_and_none_takes_away(store: Store) -> None:
    await filled(store, thing("1"), thing("2"))
    await store.put(Batch(documents={PEOPLE: {"1": thing("1", kind="b"), "2": None, "3": None}}))
    assert (await found(store), await found(store, {"kind": "b"})) == (["1"], ["1"])
    assert (await store.find(PEOPLE)).total == 1


async def test_documents_checkpoints_versions_and_voids_survive_a_restart(open_store: OpenStore) -> None:
    store = await filled(await open_store(), thing("1"))
    await store.put(
        Batch(
            checkpoints={"judge": Checkpoint(9, "id")},
            versions={"a.b.c": 3},
            voids={4: "out-of-turn", 8: "not-an-event"},
        )
    )
    again = await open_store()
    await again.prepare([PEOPLE])
    assert await again.get(PEOPLE, "1") == thing("1")
    assert await again.checkpoint("judge") == Checkpoint(9, "id")
    assert await again.checkpoint(PEOPLE.table) == Checkpoint(7, "x")
    assert await again.checkpoint("nobody") == Checkpoint(0, "")
    assert await again.versions() == {"a.b.c": 3}
    assert await again.voids() == {4: "out-of-turn", 8: "not-an-event"} and await again.voids(upto=4) == {
        4: "out-of-turn"
    }


async def test_a_batch_that_fails_leaves_nothing_of_itself_and_the_store_working(store: Store) -> None:
    await filled(store, thing("1"))
    broken = {"2": thing("2"), "3": thing("3", label=object())}
    with pytest.raises(Exception):  # noqa: B017
        await store.put(
            Batch(documents={PEOPLE: broken}, checkpoints={PEOPLE.table: Checkpoint(8, "y")}, voids={8: "x"})
        )
    assert (await found(store), await store.checkpoint(PEOPLE.table), await store.voids()) == (
        ["1"],
        Checkpoint(7, "x"),
        {},
    )
    await store.put(Batch(documents={PEOPLE: {"2": thing("2")}}))
    assert await found(store) == ["1", "2"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (None, "123456"),
        ({"kind": "a"}, "126"),
        ({"kind": ["a", "b"]}, "12346"),
        ({"kind": ("b", "c")}, "345"),
        ({"kind": []}, ""),
        ({"kind": "nothing"}, ""),
        ({"tags": "x"}, "12"),
        ({"tags": ["x", "z"]}, "124"),
        ({"tags": "[x]"}, "5"),
        ({"open": True}, "24"),
        ({"open": False}, "1356"),
        ({"open": [True, False]}, "123456"),
        ({"since": None}, "136"),
        ({"since": [None, "2017"]}, "12356"),
        ({"since": "2016"}, "4"),
        ({"size": 2}, "25"),
        ({"label": "[draft] Ñandú"}, "6"),
        ({"label": '["eau"]'}, "5"),
        ({"label": "eau"}, ""),
        ({"kind": "a", "tags": "x", "open": True}, "2"),
        ({"key": ["1", "6", "none"]}, "16"),
        ({"label": "%"}, ""),
    ],
)
async def test_find_filters_by_value_by_membership_and_by_one_of_several(
    store: Store, where: dict[str, Any], expected: str
) -> None:
    await filled(
        store,
        thing("1", tags=["x", "y"]),
        thing("2", tags=["x"], open=True, since="2017", size=2),
        thing("3", kind="b"),
        thing("4", kind="b", tags=["z", "y"], open=True, since="2016"),
        thing("5", kind="c", tags=["[x]"], since="2017", size=2, label='["eau"]'),
        thing("6", label="[draft] Ñandú"),
    )
    assert "".join(await found(store, where)) == expected
    assert (await store.find(PEOPLE, where)).total == len(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "12345"),
        ("   ", "12345"),
        ("eau", "1"),
        ("EAU vive", "1"),
        ("vive eau", "1"),
        ("eau forêt", ""),
        ("foret", "2"),
        ("FORÊT", "2"),
        ("œuvre", "3"),
        ("oeuvre", "3"),
        ("100 %", "4"),
        ("0%", ""),
        ("%", "4"),
        ("_", "5"),
        ("a_b", "5"),
        ("\\", "5"),
        ("'", "1"),
        ("%' OR 1=1 --", ""),
    ],
)
async def test_text_is_found_word_by_word_without_accents_and_case_and_wildcards_are_plain(
    store: Store, text: str, expected: str
) -> None:
    await filled(
        store,
        thing("1", label="L'Eau Vive"),
        thing("2", label="Amis de la Forêt"),
        thing("3", label="Bonnes Œuvres"),
        thing("4", label="100 % solidaire"),
        thing("5", label="a_b \\ axb"),
    )
    assert "".join(await found(store, text=text)) == expected
    assert (await store.find(PEOPLE, text=text)).total == len(expected)


async def test_a_page_is_sorted_by_several_fields_and_by_key_at_last(store: Store) -> None:
    things = [thing(str(n), kind="ab"[n % 2], size=n // 2 % 3, since=None if n == 0 else "2017") for n in range(9)]
    random.Random(1).shuffle(things)
    await filled(store, *things)
    assert await found(store, sort=["kind", "-size"]) == ["4", "2", "8", "0", "6", "5", "3", "1", "7"]
    assert await found(store, sort=["-kind", "size"]) == ["1", "7", "3", "5", "0", "6", "2", "8", "4"]
    assert (await found(store, sort=["since"]))[0] == "0", "what is absent comes first"
    assert await found(store) == [str(n) for n in range(9)]


async def test_pages_cover_everything_once_and_say_how_many_there_are(store: Store) -> None:
    await filled(store, *(thing(f"{n:03}", size=n % 4) for n in range(95)))
    pages = [await store.find(PEOPLE, sort=["size"], limit=20, offset=start) for start in range(0, 120, 20)]
    assert {p.total for p in pages} == {95} and [len(p.documents) for p in pages] == [20, 20, 20, 20, 15, 0]
    assert len({d["key"] for p in pages for d in p.documents}) == 95


async def test_a_walk_brings_each_document_that_matches_once_whatever_comes_and_goes(store: Store) -> None:
    await filled(store, *(thing(f"{n:03}", kind="ab"[n % 2], tags=["x"] if n % 3 else []) for n in range(95)))
    assert [d["key"] async for d in everything(store, PEOPLE, at_once=10)] == [f"{n:03}" for n in range(95)]
    assert [d["key"] async for d in everything(store, PEOPLE, {"kind": "a", "tags": "x"}, at_once=10)] == [
        f"{n:03}" for n in range(95) if n % 2 == 0 and n % 3
    ]
    walked = []
    async for document in everything(store, PEOPLE, at_once=10):
        walked.append(document["key"])
        if document["key"] == "009":  # what was read already goes, what lies before comes
            await store.put(Batch(documents={PEOPLE: {"000": None, "0005": thing("0005"), "zzz": thing("zzz")}}))
    assert walked == [*(f"{n:03}" for n in range(95)), "zzz"]
    with pytest.raises(ValueError, match="declares no field"):
        await store.after(PEOPLE, "", {"note": 1}, limit=1)


async def test_many_and_few_that_match_are_found_alike(store: Store, tmp_path: Path) -> None:
    things = [
        thing(f"{n:03}", kind="abc"[n % 3], size=n % 7, tags=["x"] if n % 5 else [], since=[None, "2017"][n % 2])
        for n in range(60)
    ]
    await filled(store, *things)
    where = {"kind": ["a", "c"], "tags": "x", "since": [None, "2016"]}
    few = await store.find(PEOPLE, where, sort=["-size"], limit=5, offset=3)
    if isinstance(store, SqliteStore):
        for_many = SqliteStore(tmp_path / "views.sqlite", many=0)
        assert await for_many.find(PEOPLE, where, sort=["-size"], limit=5, offset=3) == few
        await for_many.close()
    expected = sorted((d for d in things if d["kind"] != "b" and d["tags"] and not d["since"]), key=lambda d: d["key"])
    expected.sort(key=lambda d: -d["size"])
    assert few.documents == expected[3:8] and few.total == len(expected)


async def test_a_field_that_is_not_declared_is_refused(store: Store) -> None:
    await filled(store)
    for ask in (
        store.find(PEOPLE, {"note": 1}),
        store.find(PEOPLE, sort=["-note"]),
        store.count_by(PEOPLE, "note"),
        store.find(PEOPLE, {"f_kind; DROP TABLE x": 1}),
    ):
        with pytest.raises(ValueError, match="declares no field"):
            await ask


async def test_counting_by_a_field_counts_each_value_of_a_list_and_leaves_out_what_is_absent(store: Store) -> None:
    await filled(
        store,
        thing("1", tags=["x", "y"], since="2017", label="[a"),
        thing("2", tags=["x"], open=True, since="2017", label='{"a": 1}'),
        thing("3", kind="b", since="2016", size=2, label='["x"]'),
    )
    assert await store.count_by(PEOPLE, "kind") == {"a": 2, "b": 1}
    assert await store.count_by(PEOPLE, "tags") == {"x": 2, "y": 1}
    assert await store.count_by(PEOPLE, "since", {"kind": "a"}) == {"2017": 2}
    assert await store.count_by(PEOPLE, "size") == {"1": 2, "2": 1}
    assert await store.count_by(PEOPLE, "open") == {"0": 2, "1": 1}
    assert await store.count_by(PEOPLE, "label") == {"[a": 1, '{"a": 1}': 1, '["x"]': 1}
    assert await store.count_by(PEOPLE, "kind", text="nothing") == {}


async def test_equal_contents_have_equal_digests_whatever_the_order_they_came_in(store: Store) -> None:
    await store.prepare([PEOPLE])
    things = [thing(str(n), size=n, tags=["b", "a"]) for n in range(50)]
    digests = set()
    for turn in range(3):
        random.Random(turn).shuffle(things)
        for start in range(0, 50, 7):
            turned: dict[str, Document | None] = {
                d["key"]: dict(sorted(d.items(), reverse=bool(turn % 2))) for d in things[start : start + 7]
            }
            await store.put(Batch(documents={PEOPLE: turned}))
        digests.add(await store.digest(PEOPLE))
        await store.put(Batch(documents={PEOPLE: {d["key"]: None for d in things}}))
    assert len(digests) == 1
    empty = await store.digest(PEOPLE)
    await store.put(Batch(documents={PEOPLE: {"1": thing("1", tags=["a", "b"])}}))
    one = await store.digest(PEOPLE)
    await store.put(Batch(documents={PEOPLE: {"1": thing("1", tags=["b", "a"])}}))
    assert len({empty, one, await store.digest(PEOPLE), *digests}) == 4


async def test_a_rebuilt_view_takes_the_place_of_the_live_one_with_its_checkpoint(store: Store) -> None:
    await filled(store, thing("old"))
    for turn in range(3):
        beside = await store.start_rebuild(PEOPLE)
        assert await store.checkpoint(beside.table) == Checkpoint()
        await store.put(
            Batch(
                documents={beside: {"new": thing("new", size=turn)}},
                checkpoints={beside.table: Checkpoint(20 + turn, "")},
            )
        )
        assert (await store.checkpoint(PEOPLE.table)).seq == (7 if turn == 0 else 19 + turn), (
            "the live one is untouched"
        )
        await store.swap(beside, PEOPLE)
        assert await found(store, {"size": turn}) == ["new"] and await store.checkpoint(PEOPLE.table) == Checkpoint(
            20 + turn, ""
        )
        assert await store.checkpoint(beside.table) == Checkpoint()


async def test_a_view_is_rebuilt_again_after_a_restart(open_store: OpenStore) -> None:
    for turn in range(3):
        store = await open_store()
        await store.prepare([PEOPLE])
        beside = await store.start_rebuild(PEOPLE)
        await store.put(Batch(documents={beside: {"1": thing("1", size=turn)}}))
        await store.swap(beside, PEOPLE)
        assert await found(store, {"size": turn}) == ["1"]
        await store.close()


async def test_a_rebuild_that_is_dropped_or_left_behind_changes_nothing(open_store: OpenStore) -> None:
    store = await filled(await open_store(), thing("1"))
    dropped, left = await store.start_rebuild(PEOPLE), await store.start_rebuild(PEOPLE)
    await store.put(Batch(documents={dropped: {"2": thing("2")}, left: {"2": thing("2")}}))
    await store.drop(dropped)
    assert await found(store) == ["1"]
    again = await open_store()
    await again.prepare([PEOPLE])
    fresh = await again.start_rebuild(PEOPLE)
    assert (await again.find(fresh)).total == 0


async def test_views_and_versions_that_nobody_uses_any_more_are_dropped(open_store: OpenStore) -> None:
    store = await filled(await open_store(), thing("1"))
    newer, other = replace(PEOPLE, version=2), replace(PEOPLE, name="things_more")
    await store.prepare([newer, other])
    await store.sweep([newer, other], timedelta(0))
    await store.put(Batch(documents={newer: {"2": thing("2")}}))
    await store.prepare([PEOPLE, newer])
    assert await found(store) == [] and await store.checkpoint(PEOPLE.table) == Checkpoint()
    assert (await store.find(newer)).total == 1


async def test_a_view_with_other_fields_needs_a_new_version(store: Store) -> None:
    await filled(store, thing("1"))
    with pytest.raises(ValueError, match="new version"):
        await store.prepare([replace(PEOPLE, fields=("kind",))])


async def test_parked_events_are_listed_until_they_are_dropped(open_store: OpenStore) -> None:
    store = await open_store()
    await store.park("one", 5, "first")
    await store.park("two", 3, "other")
    await store.park("one", 5, "again")
    await store.unpark("nobody", 5)
    again = await open_store()
    assert await again.parked() == [Parked("two", 3, "other"), Parked("one", 5, "again")]
    await again.unpark("one", 5)
    assert await again.parked() == [Parked("two", 3, "other")]


def test_folded_text_has_no_accents_case_or_ligatures() -> None:
    assert folded("Élève ÇA Straße Œuvre ÆON ﬁn") == "eleve ca strasse oeuvre aeon fin"
