"""How often one address, or one account, may ask: token buckets in the memory of this process, bounded in number.

A limit holds for each process: with three replicas an address may ask three times as often.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from types import MappingProxyType

from fastapi import HTTPException, Request

Network = IPv4Network | IPv6Network
KEPT = 10_000  # buckets; beyond it those that were not used for longest go


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, given back evenly over `seconds`."""

    burst: int
    seconds: float


RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "sign-in": Rate(60, 600),  # attempts from one address: an office may share it
        "sign-in-account": Rate(10, 900),  # attempts at the old password of an account, by who is signed in
        "mail-link": Rate(20, 600),
        "mail-link-account": Rate(3, 900),  # mails to one address, asked for from one place
        "mail-link-address": Rate(6, 900),  # the same from everywhere: each link is good as long as three of these take
        "mail-link-known": Rate(6, 900),  # asked for by a browser that its holder has come in by
        "form": Rate(30, 600),  # what everybody may send
        "kept": Rate(30, 3600),  # forms of one account, or of one address, that are kept over a sign-in
        "picture": Rate(30, 3600),  # pictures that one account sends
        "document": Rate(60, 3600),  # documents that one account has made
        "token": Rate(30, 300),  # tokens that were not good
    }
)
"""name → what one address, or one key, may. `api` is a setting."""


class Limited(HTTPException):
    """429: asked too often. `seconds` until it may be asked again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(429, "too-often", {"Retry-After": str(max(1, ceil(seconds)))})


class Rates:
    """The buckets of a process, or of one service in it."""

    def __init__(
        self,
        *,
        api: int = 1200,
        proxies: Sequence[Network] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = {**RATES, "api": Rate(api, 60)}
        self._proxies, self._clock = tuple(proxies), clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, name: str, key: str) -> float:
        """Takes one from a bucket. 0 where there was one, else the seconds until there is."""
        rate, now = self._rates[name], self._clock()
        left, at = self._buckets.pop((name, key), (float(rate.burst), now))
        left = min(float(rate.burst), left + (now - at) * rate.burst / rate.seconds)
        good = left >= 1
        self._buckets[name, key] = (left - 1 if good else left, now)
        if len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        return 0.0 if good else (1 - left) * rate.seconds / rate.burst

    def address(self, request: Request) -> str:
        """Where a request comes from. `X-Forwarded-For` is believed of configured proxies only, from the right, up to
        the first address that is no proxy. An IPv6 address counts with its /64, which one customer has whole."""
        found = request.client.host if request.client else ""
        hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
        while self._is_proxy(found) and hops:
            found = hops.pop()
        try:
            address = ip_address(found)
        except ValueError:
            return found[:64]
        if isinstance(address, IPv6Address):
            return str(address.ipv4_mapped or IPv6Network((int(address) >> 64 << 64, 64)))
        return str(address)

    def _is_proxy(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


def networks(text: str) -> list[Network]:
    """`127.0.0.1, 10.0.0.0/8` as networks. Raises ValueError."""
    return [ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip()]


def limited(request: Request, name: str, key: str | None = None) -> None:
    """Counts a request under `key`, or under the address it comes from. Raises Limited (429, Retry-After).

    A key that is personal, such as a mail address, is given as its hash.
    """
    rates: Rates = request.app.state.rates
    wait = rates.take(name, rates.address(request) if key is None else key)
    if wait:
        raise Limited(wait)
