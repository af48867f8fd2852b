"""The words of the network itself and of the networks beside it."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.NameNetwork": "Donner ce nom au réseau",
    "command.DrawRegion": "Dire la région du réseau",
    "command.ChooseLanguages": "Choisir les langues des pages",
    "command.ChooseDye": "Choisir la couleur du réseau",
    "command.ChooseLaw": "Dire de quel droit relève le réseau",
    "command.NamePrintedReviews": "Dire quels bilans imprimés sont les nôtres",
    "command.AddPeerNetwork": "Placer sur la carte",
    "command.RenamePeerNetwork": "Donner ce nom",
    "command.RemovePeerNetwork": "Retirer de la carte",
    "field.peer_network": "Réseau régional",
    "field.region": "Région",
    "field.region.hint": "Son nom. Laissez tout vide si le réseau n’en a pas.",
    "field.departments": "Départements de la région",
    "field.departments.hint": "Les chiffres d’un jour gardent la région de ce jour.",
    "field.languages": "Langues des pages",
    "field.languages.hint": "La première est celle de qui n’en a choisi aucune.",
    "field.dye": "Couleur",
    "field.law": "Droit",
    "field.reviews": "Bilans imprimés",
    "refused.region-without-departments": "Une région a des départements\u00a0: choisissez-les, ou ne la nommez pas.",
    "refused.language-not-offered": "Il n’y a pas de pages en «\u00a0{language}\u00a0».",
    "refused.unknown-dye": "Cette couleur n’est pas une de celles de la maison. Choisissez-la dans la liste.",
    "refused.unknown-law": "Ce droit n’est pas connu. Choisissez-le dans la liste.",
    "refused.unknown-printed-review": "Le bilan «\u00a0{review}\u00a0» n’est pas connu de cette installation.",
    "field.ourselves": "C’est nous",
    "refused.already-on-the-map": "« {name} » est déjà sur la carte. Donnez-lui un autre nom, ou retirez-le d’abord.",
    "refused.unknown-peer-network": "Ce réseau n’est pas sur la carte. Choisissez-le dans la liste.",
}
