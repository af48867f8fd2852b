"""The words of the network itself and of the networks beside it."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.NameNetwork": "Donner ce nom au réseau",
    "command.DrawRegion": "Dire la région du réseau",
    "command.ChooseLanguages": "Choisir les langues des pages",
    "command.ChooseDye": "Choisir la couleur du réseau",
    "command.ChooseLaw": "Dire de quel droit relève le réseau",
    "command.StateLegalTerm": "Dire ce que vaut un terme du droit",
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
    "field.term": "Terme du droit",
    "field.review_by": "À revoir au plus tard le",
    "field.review_by.hint": "Passé ce jour, la page du réseau et maillage doctor le rappellent.",
    "field.wording": "Ce que dit le droit",
    "field.wording.hint": "Laissez vide pour dire seulement que cela vaut encore.",
    "field.article": "Article de loi",
    "field.article.hint": "Loi ou code, et article : il faut pouvoir le relire.",
    "field.amount": "Montant ou nombre",
    "field.amount.hint": "S’il a changé. L’unité est celle du terme.",
    "field.reviews": "Bilans imprimés",
    "refused.region-without-departments": "Une région a des départements\u00a0: choisissez-les, ou ne la nommez pas.",
    "refused.language-not-offered": "Il n’y a pas de pages en «\u00a0{language}\u00a0».",
    "refused.unknown-dye": "Cette couleur n’est pas une de celles de la maison. Choisissez-la dans la liste.",
    "refused.unknown-law": "Ce droit n’est pas connu. Choisissez-le dans la liste.",
    "refused.unknown-legal-term": "Ce terme du droit n’est pas connu. Choisissez-le dans la liste.",
    "refused.no-amount": "Ce terme n’a pas de montant : dites ce qui a changé dans le texte.",
    "refused.no-wording": "Dites aussi le texte où se trouve ce montant : celui d’avant dit l’ancien.",
    "refused.no-article": "Dites dans quel article cela se trouve, pour que chacun puisse le relire.",
    "refused.review-day-past": "Le jour où le revoir est passé. Donnez-en un à venir.",
    "refused.review-of-another": (
        "Le bilan «\u00a0{review}\u00a0» est celui du réseau «\u00a0{network}\u00a0»\u202f; dites d’abord que ce "
        "réseau s’appelle ou s’appelait ainsi, si c’est le vôtre."
    ),
    "refused.unknown-printed-review": "Le bilan «\u00a0{review}\u00a0» n’est pas connu de cette installation.",
    "field.ourselves": "C’est nous",
    "refused.already-on-the-map": "« {name} » est déjà sur la carte. Donnez-lui un autre nom, ou retirez-le d’abord.",
    "refused.unknown-peer-network": "Ce réseau n’est pas sur la carte. Choisissez-le dans la liste.",
}
