"""The words of the audit pages: what the contract calls things, their parts and fields, and why a message is void."""

from shared.base.translations import L, Words
from shared.contract.labels import life_words

AUDIT_WORDS: Words = {
    **life_words(),
    "field.type": "Événement",
    "field.service": "Service",
    "field.entity": L("Identifiant", context="field.entity"),
    "void.not-an-event": "Ce n’est pas un événement.",
    "void.subject-disagrees": "Le sujet et le contenu se contredisent.",
    "void.out-of-turn": "Il n’était pas à son tour\u00a0: une copie, ou un faux.",
    "void.unreadable-data": "Ses données ne se lisent pas.",
    "void.guard": "C’est la garde d’une décision\u00a0: ce qu’elle avait lu n’avait pas changé.",
}
