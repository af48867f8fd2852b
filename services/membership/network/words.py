"""The words of the network itself and of the networks beside it."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.NameNetwork": "Donner ce nom au réseau",
    "command.AddPeerNetwork": "Placer sur la carte",
    "command.RenamePeerNetwork": "Donner ce nom",
    "command.RemovePeerNetwork": "Retirer de la carte",
    "field.peer_network": "Réseau régional",
    "field.region": "Région",
    "field.ourselves": "C’est nous",
    "refused.already-on-the-map": "« {name} » est déjà sur la carte. Donnez-lui un autre nom, ou retirez-le d’abord.",
    "refused.unknown-peer-network": "Ce réseau n’est pas sur la carte. Choisissez-le dans la liste.",
}
