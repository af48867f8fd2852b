"""The words of the network itself and of the networks beside it."""

from __future__ import annotations

from services.membership.base.words import UNDO
from shared.base.translations import Words

WORDS: Words = {
    "command.NameNetwork": ("Donner ce nom au réseau", "Give the network this name"),
    "command.AddPeerNetwork": ("Placer sur la carte", "Put on the map"),
    "command.RenamePeerNetwork": ("Donner ce nom", "Give this name"),
    "command.RemovePeerNetwork": ("Retirer de la carte", "Take off the map"),
    "command.RestorePeerNetwork": ("Remettre sur la carte", "Put back on the map"),
    "command.RestorePeerNetwork.hint": UNDO,
    "field.peer_network": ("Réseau régional", "Regional network"),
    "field.region": ("Région", "Region"),
    "field.ourselves": ("C’est nous", "This is us"),
    "refused.already-on-the-map": (
        "« {name} » est déjà sur la carte. Donnez-lui un autre nom, ou retirez-le d’abord.",
        "“{name}” is on the map already. Give it another name, or take it off first.",
    ),
    "refused.unknown-peer-network": (
        "Ce réseau n’est pas sur la carte. Choisissez-le dans la liste.",
        "This network is not on the map. Choose it from the list.",
    ),
}
