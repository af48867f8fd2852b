"""Where a name leads inside docker-compose.yml, as Docker's own resolver answers.

Docker asks the networks that the asking container is on, one after the other, and takes the first answer (libnetwork,
`Sandbox.ResolveName`). Those that are not internal come first, then they go by name (`Endpoint` order, `epHeap.Less`).
A container answers on each of its networks to its service's name, and to the aliases that it has on that very network.
So a name of a service that shares several networks with whoever asks need not lead to the one that one has in mind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.compose.reading import Spec


def network_of(name: str, asking: str, specs: Mapping[str, Spec], networks: Mapping[str, Any]) -> str | None:
    """The network by which `name` is reached from the container `asking`, whose own address there is what is seen of
    it; None where the name leads nowhere."""
    mine = specs[asking].networks
    for network in sorted(mine, key=lambda one: (bool((networks[one] or {}).get("internal")), one)):
        for service, spec in specs.items():
            if network in spec.networks and name in (service, *spec.networks[network]):
                return network
    return None
