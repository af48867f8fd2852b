"""The words of the Tandems solidaires."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.FormTandem": "Former un tandem",
    "command.AddTandemSchool": "Ajouter un établissement",
    "command.CountPupils": "Compter les élèves",
    "command.CountPupils.hint": "Un nouveau compte remplace l’ancien.",
    "field.tandem": "Tandem",
    "field.school_year": "Année scolaire",
    "field.school_year.hint": "Par exemple 2017-2018.",
    "field.association": "Association membre",
    "field.association_name": "Nom de l’association",
    "field.theme": "Thème",
    "field.pilot": "Tandem pilote",
    "field.school": "Établissement de l’annuaire",
    "field.school_name": "Nom de l’établissement",
    "field.level": "Niveau",
    "field.pupils": "Élèves",
    "refused.unknown-tandem": "Ce tandem n’est pas connu. Choisissez-le dans la liste des tandems.",
}
