"""The words of the review that was printed before there was a log."""

from shared.base.translations import L, Words

PRINTED_WORDS: Words = {
    "reading.equal": "identique",
    "reading.doubt": "doute de la source",
    "reading.different": "écart",
    "reading.unmeasured": "non mesuré",
    "reading.other-day": "autre date",
    "audience.associations": "Associations",
    "audience.public_bodies": L("Collectivités, établissements publics", context="audience.public_bodies"),
    "audience.companies": "Entreprises",
    "audience.students": "Étudiants",
    "audience.others": "Autres",
    "audience.higher_education": L("Enseignement supérieur, recherche", context="audience.higher_education"),
}
