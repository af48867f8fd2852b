"""The observatory's words."""

from services.observatory.dashboard.words import DASHBOARD_WORDS
from services.observatory.identification.words import IDENTIFICATION_WORDS
from services.observatory.journal.words import AUDIT_WORDS
from services.observatory.review.words import REVIEW_WORDS
from services.observatory.surveys.words import SURVEY_WORDS
from shared.base.translations import Words

WORDS: Words = {
    **AUDIT_WORDS,
    **DASHBOARD_WORDS,
    **IDENTIFICATION_WORDS,
    **REVIEW_WORDS,
    **SURVEY_WORDS,
    "event.LogRestored": ("Journal restauré depuis son archive", "Log restored from its archive"),
    "field.path": ("Chiffre", "Figure"),
    "field.type": ("Événement", "Event"),
    "field.service": ("Service", "Service"),
    "field.entity": ("Identifiant", "Identifier"),
    "refused.not-a-day": ("«\u00a0{value}\u00a0» n’est pas une date. Écrivez-la ainsi\u00a0: 2017-10-31.",
                          "“{value}” is not a date. Write it so: 2017-10-31."),
    "refused.day-too-far": ("«\u00a0{value}\u00a0» est trop loin. Donnez une date entre 1900 et 2199.",
                            "“{value}” is too far. Give a date between 1900 and 2199."),
    "refused.not-a-year": ("«\u00a0{value}\u00a0» n’est pas une année. Écrivez-la ainsi\u00a0: 2017.",
                           "“{value}” is not a year. Write it so: 2017."),
    "refused.unknown-service": ("«\u00a0{value}\u00a0» n’est pas un service. Choisissez dans la liste.",
                                "“{value}” is not a service. Choose from the list."),
    "refused.unknown-type": ("«\u00a0{value}\u00a0» n’est pas une sorte d’événement. Choisissez dans la liste.",
                             "“{value}” is not a type of event. Choose from the list."),
    "refused.not-a-number": ("«\u00a0{value}\u00a0» n’est pas un numéro d’événement.", "“{value}” is not the number of an event."),
    "rests_on.things": ("un événement par chose comptée", "one event for each thing counted"),
    "rests_on.heads": ("des comptages\u00a0: un événement dit combien de personnes", "head counts: one event says how many people"),
    "rests_on.measure": ("une mesure\u00a0: une année, une durée, un temps de travail", "a measure: a year, a length, a share of time"),
    "reading.equal": ("identique", "the same"),
    "reading.doubt": ("doute de la source", "doubt of the source"),
    "reading.different": ("écart", "different"),
    "reading.unmeasured": ("non mesuré", "not measured"),
    "reading.other-day": ("autre date", "another day"),
    "void.not-an-event": ("Ce n’est pas un événement.", "It is not an event."),
    "void.subject-disagrees": ("Le sujet et le contenu se contredisent.", "Subject and content contradict each other."),
    "void.out-of-turn": ("Il n’était pas à son tour\u00a0: une copie, ou un faux.", "It came out of its turn: a copy, or a forgery."),
    "void.unreadable-data": ("Ses données ne se lisent pas.", "Its data can't be read."),
    "college.public": ("collège public", "public college"),
    "college.associative": ("collège associatif", "associative college"),
    "college.economic": ("collège économique", "economic college"),
    "college.qualified_persons": ("personnes qualifiées", "qualified persons"),
    "audience.associations": ("Associations", "Associations"),
    "audience.public_bodies": ("Collectivités, établissements publics", "Local authorities and public bodies"),
    "audience.companies": ("Entreprises", "Companies"),
    "audience.students": ("Étudiants", "Students"),
    "audience.others": ("Autres", "Others"),
    "audience.higher_education": ("Enseignement supérieur, recherche", "Higher education and research"),
    "unit.percent": ("%", "%"),
}  # fmt: skip
