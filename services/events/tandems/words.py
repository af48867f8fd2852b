"""The words of the Tandems solidaires."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.FormTandem": ("Former un tandem", "Form a tandem"),
    "command.AddTandemSchool": ("Ajouter un établissement", "Add a school"),
    "command.RemoveTandemSchool": ("Retirer l’établissement", "Remove the school"),
    "command.CountPupils": ("Compter les élèves", "Count the pupils"),
    "command.CountPupils.hint": ("Un nouveau compte remplace l’ancien.", "A new count replaces the old one."),
    "command.CancelTandem": ("Annuler le tandem", "Cancel the tandem"),
    "command.ReinstateTandem": ("Rétablir le tandem", "Take the cancellation back"),
    "field.tandem": ("Tandem", "Tandem"),
    "field.school_year": ("Année scolaire", "School year"),
    "field.school_year.hint": ("Par exemple 2017-2018.", "Such as 2017-2018."),
    "field.association": ("Association membre", "Member association"),
    "field.association_name": ("Nom de l’association", "Name of the association"),
    "field.theme": ("Thème", "Theme"),
    "field.pilot": ("Tandem pilote", "Pilot tandem"),
    "field.school": ("Établissement de l’annuaire", "School of the directory"),
    "field.school_name": ("Nom de l’établissement", "Name of the school"),
    "field.level": ("Niveau", "Level"),
    "field.pupils": ("Élèves", "Pupils"),
    "level.primary": ("Primaire", "Primary"),
    "level.lower_secondary": ("Collège", "Lower secondary"),
    "level.upper_secondary": ("Lycée", "Upper secondary"),
    "refused.unknown-tandem": (
        "Ce tandem n’est pas connu. Choisissez-le dans la liste des tandems.",
        "This tandem is not known. Choose it in the list of tandems.",
    ),
    "refused.tandem-cancelled": (
        "Ce tandem est annulé. Rétablissez-le d’abord.",
        "This tandem is cancelled. Take the cancellation back first.",
    ),
}
