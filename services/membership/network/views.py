"""The network itself: its charter, its colleges, its name, and the networks it stands beside on the national map."""

from __future__ import annotations

from services.membership.status_history import happened, sort_key, standing, with_happening
from shared.contract.envelope import Recorded
from shared.contract.membership import (
    CharterAdopted,
    CollegeClosed,
    CollegeOpened,
    NetworkNamed,
    PeerNetworkJoined,
    PeerNetworkLeft,
    PeerNetworkRenamed,
    PeerNetworkRestored,
)
from shared.kernel.projection import Document, View


def _charter(document: Document | None, data: CharterAdopted, event: Recorded) -> Document:
    versions = [*(document or {}).get("versions", []), happened(data, event)]
    return {"versions": sorted(versions, key=lambda one: one["version"]), "version": event.version}


CHARTER = View(name="charter", version=1, on={CharterAdopted: _charter})


def _college(document: Document | None, data: CollegeOpened | CollegeClosed, event: Recorded) -> Document:
    after = with_happening(document, data, event)
    last = after["history"][-1]
    opened = [one for one in after["history"] if one["event"] == "CollegeOpened"]
    return {
        **after,
        "college": data.college,
        "title": opened[-1]["title"] if opened else data.college,
        "open": last["event"] == "CollegeOpened",
        "opened_on": opened[0]["at"] if opened else None,
    }


COLLEGES = View(
    name="colleges", version=1, on={CollegeOpened: _college, CollegeClosed: _college}, fields=("college", "open")
)


def _network(document: Document | None, data: NetworkNamed, event: Recorded) -> Document:
    after = with_happening(document, data, event)
    return {**after, "name": after["history"][-1]["name"]}


NETWORK = View(name="network", version=1, on={NetworkNamed: _network})

PEER_NETWORKS = View(
    name="peer_networks",
    version=1,
    on=standing(
        {
            PeerNetworkJoined: "current",
            PeerNetworkRenamed: None,
            PeerNetworkLeft: "former",
            PeerNetworkRestored: "current",
        },
        then=lambda peer: {**peer, "sort": sort_key(peer.get("name"))},
    ),
    fields=("status", "sort", "ourselves"),
)
