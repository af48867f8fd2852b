"""The words of identifications of actors."""

from shared.base.translations import L, Words
from shared.web.words.goals import SDG_WORDS

IDENTIFICATION_WORDS: Words = {
    "command.SaveIdentification": "Enregistrer l’identification",
    "command.RepeatIdentification": "Garder la réponse d’aujourd’hui",
    "command.RenameIdentification": "Renommer l’identification",
    "command.WithdrawIdentification": "Ranger l’identification",
    "command.WithdrawIdentification.hint": (
        "Elle quitte la liste\u202f; ses réponses restent au journal, et vous pourrez la ressortir."
    ),
    "command.RestoreIdentification": "Ressortir l’identification",
    "field.identification": "Identification",
    "identification.themes": "Thèmes",
    "identification.countries": "Pays d’action",
    "identification.departments": "Départements",
    "identification.kinds": "Nature",
    "identification.sdgs": "Objectifs de développement durable",
    "identification.colleges": "Collège",
    "identification.member": "Adhésion",
    "identification.as_of": "État au",
    "identification.known_at": "Connu le",
    "identification.upto": "Établi à l’événement n°",
    "identification.title": "Nom",
    "identification.who": "Demandé par",
    "identification.purpose": "Objet",
    "identification.asker.structure": "Une structure de l’annuaire",
    "identification.asker.organisation": "Un autre organisme",
    "identification.asker.person": "Une personne",
    "identification.which-structure": "Plusieurs structures portent ces mots dans leur nom. Choisissez ci-dessous.",
    "identification.no-such-structure": (
        "Aucune structure de l’annuaire ne porte ce nom. Écrivez-en un ou deux mots, ou choisissez «\u00a0un autre "
        "organisme\u00a0»."
    ),
    "identification.sheet.structures": "Structures",
    "identification.sheet.criteria": "Critères",
    "identification.column.name": "Nom",
    "identification.column.kind": "Nature",
    "identification.column.department": L("Code du département", context="identification.column.department"),
    "identification.column.department_name": "Département",
    "identification.column.themes": "Thèmes",
    "identification.column.theme_codes": L("Codes des thèmes", context="identification.column.theme_codes"),
    "identification.column.countries": L("Codes des pays", context="identification.column.countries"),
    "identification.column.country_names": L("Pays", context="identification.column.country_names"),
    "identification.column.sdgs": "ODD",
    "identification.column.college": "Collège",
    "identification.column.page": "Fiche",
    "identification.column.id": "Identifiant",
    "member.yes": "adhérente",
    "member.no": "non adhérente",
    **SDG_WORDS,
    "refused.no-criteria": (
        "Choisissez au moins un critère\u00a0: un thème, un pays, un département… Sans critère, la réponse serait "
        "tout l’annuaire."
    ),
    "refused.already-registered": "C’est déjà enregistré.",
    "refused.who-asked": "Dites qui demande.",
    "refused.too-many-found": (
        "Plus de {most} structures répondent. Ajoutez un critère avant d’enregistrer\u202f; l’export, lui, les donne "
        "toutes."
    ),
    "refused.unknown-identification": "Cette identification n’existe pas.",
    "refused.identification-withdrawn": "Cette identification est rangée. Ressortez-la d’abord.",
    "refused.unknown-request": "Cette demande n’est pas dans l’annuaire.",
}
