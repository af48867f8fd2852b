from __future__ import annotations

import pytest
from starlette.requests import Request

from shared.web.security.rate_limits import KEPT, RATES, Rates, networks


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def request(peer: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return Request({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})


def test_so_many_at_once_then_no_more_until_time_has_passed() -> None:
    clock = Clock()
    rates = Rates(clock=clock)
    rate = RATES["sign-in-account"]
    assert [rates.take("sign-in-account", "a") for _ in range(rate.burst)] == [0.0] * rate.burst
    wait = rates.take("sign-in-account", "a")
    assert 0 < wait <= rate.seconds / rate.burst
    assert rates.take("sign-in-account", "b") == 0.0, "another key has a bucket of its own"
    clock.now += wait / 2
    assert rates.take("sign-in-account", "a") > 0
    clock.now += wait / 2 + 0.001
    assert rates.take("sign-in-account", "a") == 0.0
    assert rates.take("sign-in-account", "a") > 0


def test_whoever_goes_on_asking_does_not_wait_longer_for_it() -> None:
    clock = Clock()
    rates = Rates(clock=clock)
    for _ in range(100):
        rates.take("mail-link-account", "a")
    clock.now += RATES["mail-link-account"].seconds / RATES["mail-link-account"].burst + 0.001
    assert rates.take("mail-link-account", "a") == 0.0


def test_memory_is_bounded_and_the_one_who_is_at_it_stays_limited() -> None:
    rates = Rates(clock=Clock())
    for _ in range(4):
        rates.take("mail-link-account", "busy")
    for n in range(KEPT // 2):
        rates.take("form", str(n))
    assert rates.take("mail-link-account", "busy") > 0
    for n in range(2 * KEPT):
        rates.take("form", str(n))
    assert len(rates._buckets) <= KEPT


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),  # a stranger's word is worth nothing
        ("10.0.0.2", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", ["198.51.100.9, 198.51.100.1"], "198.51.100.1"),  # what stands further left, anybody can write
        ("10.0.0.2", ["198.51.100.9", "198.51.100.1, 10.0.0.3"], "198.51.100.1"),
        ("10.0.0.2", ["not an address"], "not an address"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", [], "203.0.113.5"),
        (None, [], ""),
    ],
)
def test_only_our_own_proxies_are_believed_about_where_a_request_comes_from(
    peer: str | None, forwarded: list[str], address: str
) -> None:
    assert Rates(proxies=networks("10.0.0.0/8")).address(request(peer, *forwarded)) == address


def test_networks_are_read_and_nonsense_is_refused() -> None:
    assert [str(one) for one in networks(" 127.0.0.1 , 10.1.2.3/8,")] == ["127.0.0.1/32", "10.0.0.0/8"]
    with pytest.raises(ValueError, match="nonsense"):
        networks("nonsense")
