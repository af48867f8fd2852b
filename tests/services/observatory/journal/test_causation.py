"""Causes and effects as a tree, whatever a log says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.observatory.journal.causation import ALIKE, MAILS, Chain, begun_by, tree


def row(seq: int, cause: int | None = None, kind: str = "A") -> dict[str, Any]:
    return {"id": f"e{seq}", "seq": seq, "cause": None if cause is None else f"e{cause}", "type": kind}


def test_each_stands_under_what_caused_it() -> None:
    roots = tree([row(1), row(2, 1, "B"), row(3, 2, "C"), row(4, 1, "D"), row(5, 99, "E")])
    assert [one.row["seq"] for one in roots] == [1, 5]
    assert [one.row["seq"] for one in roots[0].walk()] == [1, 2, 3, 4]


def test_of_many_alike_some_are_told_and_the_rest_counted_but_what_had_effects_is_told() -> None:
    rows = [row(1), *(row(n, 1, "B") for n in range(2, 102)), row(200, 101, "C")]
    (root,) = tree(rows)
    assert len(root.effects) == ALIKE + 1 and root.effects[-1].effects
    assert sum(one.alike for one in root.effects) == 100 - ALIKE - 1


@given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from("AB")), min_size=1, max_size=30))
def test_no_forged_cause_makes_a_circle_or_loses_an_event(causes: list[tuple[int, str]]) -> None:
    rows: list[Mapping[str, Any]] = [row(n, cause, kind) for n, (cause, kind) in enumerate(causes, 1)]
    nodes = Chain("x", tree(rows), len(rows), len(rows)).nodes
    assert sum(1 + one.alike for one in nodes) == len(rows)


def test_every_mail_begins_with_an_event_that_names_what_it_brings() -> None:
    assert MAILS and all(begun_by(kind) for kind in MAILS)
