"""The words of the audit pages: what the contract calls things, their parts and fields, and why a message is void."""

from shared.base.translations import Words
from shared.contract.labels import life_words

AUDIT_WORDS: Words = {
    **life_words(),
    "field.type": ("Événement", "Event"),
    "field.service": ("Service", "Service"),
    "field.entity": ("Identifiant", "Identifier"),
    "void.not-an-event": ("Ce n’est pas un événement.", "It is not an event."),
    "void.subject-disagrees": ("Le sujet et le contenu se contredisent.", "Subject and content contradict each other."),
    "void.out-of-turn": ("Il n’était pas à son tour\u00a0: une copie, ou un faux.", "It came out of its turn: a copy, or a forgery."),
    "void.unreadable-data": ("Ses données ne se lisent pas.", "Its data can't be read."),
}  # fmt: skip
