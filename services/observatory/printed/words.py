"""The words of the review that was printed before there was a log."""

from shared.base.translations import Words

PRINTED_WORDS: Words = {
    "reading.equal": ("identique", "the same"),
    "reading.doubt": ("doute de la source", "doubt of the source"),
    "reading.different": ("écart", "different"),
    "reading.unmeasured": ("non mesuré", "not measured"),
    "reading.other-day": ("autre date", "another day"),
    "audience.associations": ("Associations", "Associations"),
    "audience.public_bodies": ("Collectivités, établissements publics", "Local authorities and public bodies"),
    "audience.companies": ("Entreprises", "Companies"),
    "audience.students": ("Étudiants", "Students"),
    "audience.others": ("Autres", "Others"),
    "audience.higher_education": ("Enseignement supérieur, recherche", "Higher education and research"),
}  # fmt: skip
