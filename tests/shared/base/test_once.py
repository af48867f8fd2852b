"""What an object finds out once."""

from __future__ import annotations

import msgspec

from shared.base.once import once


class Asked(msgspec.Struct, frozen=True, dict=True):
    of: str
    seen: list[str]

    @once
    def found(self) -> str:
        """What is found."""
        self.seen.append(self.of)
        if not self.of:
            raise LookupError
        return self.of.upper()


def test_it_is_found_out_once_for_each_object_and_again_after_it_failed() -> None:
    seen: list[str] = []
    one, other = Asked("a", seen), Asked("b", seen)
    assert [one.found, other.found, one.found, other.found] == ["A", "B", "A", "B"]
    assert seen == ["a", "b"]
    none = Asked("", seen)
    for _ in range(2):
        try:
            none.found
        except LookupError:
            continue
        raise AssertionError("it found something")
    assert seen == ["a", "b", "", ""]


def test_it_is_that_object_s_alone() -> None:
    one = Asked("a", [])
    assert one.found == "A"
    assert msgspec.structs.replace(one, of="b").found == "B"
    assert Asked.found.__doc__ == "What is found."
