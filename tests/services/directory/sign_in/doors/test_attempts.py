"""Wrong passwords make whoever tries wait, longer each time, and nobody else."""

from __future__ import annotations

from services.directory.sign_in.doors import attempts as module
from services.directory.sign_in.doors.attempts import FREE, KEPT, LONGEST, MANY, Attempts


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def begun() -> tuple[Attempts, Clock]:
    clock = Clock()
    return Attempts(clock), clock


def test_the_first_are_free_and_each_more_waits_twice_as_long() -> None:
    attempts, clock = begun()
    assert [attempts.wait("a", "here") for _ in range(FREE)] == [0.0] * FREE
    waits = []
    for _ in range(14):
        waits.append(attempts.wait("a", "here"))
        clock.now += waits[-1]
        assert attempts.wait("a", "here") == 0.0
    assert waits[:5] == [1.0, 2.0, 4.0, 8.0, 16.0] and waits[-1] == LONGEST


def test_who_asks_while_it_waits_waits_no_longer_for_it() -> None:
    attempts, clock = begun()
    for _ in range(FREE + 1000):
        attempts.wait("a", "here")
    assert attempts.wait("a", "here") == 1.0
    clock.now += 1.0
    assert attempts.wait("a", "here") == 0.0


def test_another_place_and_another_address_do_not_wait() -> None:
    attempts, _ = begun()
    for _ in range(20):
        attempts.wait("a", "here")
    assert attempts.wait("a", "there") == 0.0 and attempts.wait("b", "here") == 0.0


def test_the_right_one_takes_all_back_and_a_day_does_too() -> None:
    attempts, clock = begun()
    for _ in range(FREE):
        attempts.wait("a", "here")
    attempts.right("a", "here")
    assert [attempts.wait("a", "here") for _ in range(FREE)] == [0.0] * FREE
    assert attempts.wait("a", "here") > 0
    clock.now += module.FORGOTTEN + 1
    assert [attempts.wait("a", "here") for _ in range(FREE)] == [0.0] * FREE


def test_from_very_many_places_each_has_one_try_and_the_holder_has_theirs() -> None:
    attempts, clock = begun()
    assert sum(attempts.wait("a", f"botnet {n}") == 0.0 for n in range(10 * MANY)) == 10 * MANY
    assert attempts.wait("a", "botnet 1") == LONGEST
    assert attempts.wait("a", "the holder, elsewhere") == 0.0
    assert [attempts.wait("a", "the holder's browser", known=True) for _ in range(FREE)] == [0.0] * FREE
    clock.now += 11 * module.FORGOTTEN
    assert [attempts.wait("a", "somebody") for _ in range(FREE)] == [0.0] * FREE, "it is given back"


def test_it_is_bounded() -> None:
    attempts, _ = begun()
    for n in range(KEPT + 50):
        attempts.wait(str(n), "here")
    assert len(attempts._tries) == KEPT and len(attempts._wrong) == KEPT
