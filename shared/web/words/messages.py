"""The kernel's own words: services, buttons, labels, and a sentence for each way an answer is wrong."""

from shared.base.translations import L, Lexicon, Words
from shared.contract.labels import COMMON, thing_words
from shared.notions.vocabularies import general_words
from shared.web.words.clock_words import CLOCK_WORDS
from shared.web.words.correction_words import CORRECTION_WORDS
from shared.web.words.field_words import FIELD_WORDS
from shared.web.words.line_words import LINE_WORDS

WORDS: Words = {
    "service.directory": "Annuaire",
    "service.membership": "Adhésions",
    "service.events": "Événements",
    "service.newsletter": L("Bulletins", context="where.newsletter"),
    "service.observatory": "Observatoire",
    "button.save": "Enregistrer",
    "button.cancel": "Revenir sans enregistrer",
    "button.search": "Chercher",
    "button.filter": "Appliquer les filtres",
    "button.replay": "Rejouer",
    "option.none": "Non renseigné",
    "option.choose": "Choisissez",
    "option.yes": "Oui",
    "option.no": "Non",
    # labels that several services share; a service's own table wins
    **{f"field.{name}": words for name, words in COMMON.items()},
    "field.postcode": "Code postal",
    "field.rna.hint": "Le numéro de l’association : un W suivi de neuf chiffres.",
    "field.on": "Date",
    "field.date": "Date",
    "field.happened_on": "Arrivé le",
    "field.amount": "Montant",
    "field.note": "Note",
    "field.because": "Raison",
    "field.description": "Description",
    "field.language": "Langue",
    "field.places": "Places",
    "field.known_at.hint": "Ce qui a été appris après cette date n’est pas compté.",
    # an answer that cannot be taken: what is wrong, then what to do
    "invalid": "Cette réponse n’est pas comprise. Revoyez-la.",
    "refused.step-unknown": "Cette version ne sait pas encore le dire.",
    "refused.step-unfit": "«\u00a0{field}\u00a0» n’est pas une réponse que cette version prend.",
    "refused.takes-no-past-day": (
        "Ceci ne se lit qu’à la date d’aujourd’hui\u202f: retirez la date de l’adresse. Le bilan de l’observatoire et "
        "l’annuaire se lisent à toute date."
    ),
    "refused.takes-no-past-day.api": (
        "Cette adresse ne répond pas d’un autre jour\u202f: demandez sans `as_of`. Une fiche seule, l’annuaire et les "
        "indicateurs répondent de tout jour."
    ),
    "refused.takes-no-knowledge": (
        "Ceci ne se lit que tel qu’on le connaît aujourd’hui\u202f: retirez de l’adresse «\u00a0connu le\u00a0»."
    ),
    "refused.takes-no-knowledge.api": (
        "Cette adresse ne répond que de ce qui est connu aujourd’hui\u202f: demandez sans `known_at`."
    ),
    "refused.unknown-structure": "Cette structure n’est pas dans l’annuaire.",
    "refused.unknown-member": "Cet adhérent n’est pas connu. Choisissez-le dans la liste des adhérents.",
    "refused.unknown-gathering": "Cette rencontre n’est pas connue. Choisissez-la dans la liste des rencontres.",
    "refused.reference-merged": (
        "Ce jour-là, cette fiche était déjà fusionnée avec une autre. Choisissez celle qui a été gardée."
    ),
    "refused.reference-closed": (
        "Ce jour-là, cette structure était close. Corrigez la date, choisissez-en une autre, ou rouvrez d’abord sa "
        "fiche dans l’annuaire."
    ),
    "refused.reference-unlisted": (
        "Ce jour-là, cette structure ne figurait pas dans l’annuaire public. Corrigez la date, ou publiez d’abord sa "
        "fiche."
    ),
    "refused.reference-not-member": (
        "Ce jour-là, ce n’était pas un adhérent. Corrigez la date, ou notez d’abord son adhésion."
    ),
    "refused.reference-college-closed": (
        "Ce jour-là, ce collège n’était pas ouvert. Corrigez la date, choisissez-en un autre, ou ouvrez-le d’abord."
    ),
    "refused.reference-bulletin-closed": (
        "Ce bulletin est fermé : rien n’y arrive et rien n’en part. Choisissez-en un autre, ou rouvrez-le d’abord."
    ),
    "refused.reference-college-of-persons": "Ce collège est de personnes. Choisissez-en un de structures.",
    "refused.reference-college-of-structures": "Ce collège est de structures. Choisissez-en un de personnes.",
    "refused.reference-charter": (
        "Ce jour-là, cette version de la charte n’était pas en vigueur. Choisissez celle qui l’était, ou corrigez la "
        "date."
    ),
    "refused.reference-cancelled": ("Cette rencontre est annulée. Choisissez-en une autre, ou rétablissez-la d’abord."),
    "refused.unknown-term": (
        "Ce jour-là, cette réponse n’était pas dans la liste du réseau. Choisissez-en une autre, ou ajoutez-la d’abord "
        "à la liste."
    ),
    "refused.term-closed": (
        "Ce jour-là, cette réponse était fermée dans la liste du réseau. Choisissez-en une autre, ou rouvrez-la "
        "d’abord."
    ),
    "refused.theme-closed": (
        "Ce jour-là, le thème « {theme} » était fermé dans la liste du réseau. Choisissez-en un autre, ou rouvrez-le "
        "d’abord."
    ),
    "refused.by-this": "{sentence} Ce qui s’y oppose : {what}, le {day} (événement {seq}).",
    "refused.told-apart": (
        "Le {day}, ces deux fiches ont été déclarées distinctes (événement {seq}). Si c’est bien la même structure, "
        "revenez d’abord sur cette décision à la page des fiches qui se ressemblent."
    ),
    "refused.question-unknown": "Ce service ne connaît pas cette question. Mettez tous les services à la même version.",
    "refused.question-forbidden": "Ce service ne répond pas à cette question pour qui la pose.",
    "refused.question-malformed": (
        "Cette question n’a pas la forme attendue. Mettez tous les services à la même version."
    ),
    "refused.not-a-person-id": (
        "Ce n’est pas l’identifiant d’une personne. Copiez-le en entier, ou donnez son "
        "adresse électronique comme adresse."
    ),
    "refused.clock-in-doubt": (
        "L’heure de cette machine est mise en doute, et rien d’irréversible n’est fait avant qu’elle soit sûre : "
        "`maillage clock` dit pourquoi."
    ),
    "refused.person-forgotten": (
        "Cette personne a été oubliée\u202f: rien ne peut plus être écrit à son sujet. Si "
        "elle revient, ajoutez-la comme une nouvelle personne."
    ),
    "refused.command-id-reused": (
        "Votre premier envoi de ce formulaire est enregistré\u202f; ce que vous avez changé depuis ne l’est pas "
        "encore. Relisez, puis envoyez de nouveau pour l’enregistrer en plus, ou quittez cette page si le premier "
        "envoi suffit."
    ),
    "refused.command-id-reused.api": (
        "Cette clé (Idempotency-Key) est celle d’une autre commande, déjà exécutée. Rien n’a été exécuté\u202f: "
        "envoyez celle-ci sous une clé nouvelle."
    ),
    "refused.time-out-of-calendar": "Cette date sort du calendrier. Donnez-en une entre l’an 1 et l’an 9998.",
    "actor.local": "l’équipe",
    "actor.account": "un compte",
    "actor.token": "un programme",
    "actor.operator": "l’opérateur",
    "actor.public": "une personne du public",
    "role.reader": "lecteur",
    "role.editor": "éditeur",
    "role.administrator": "administrateur",
    "role.auditor": "auditeur",
    "level.space": "contact d’une structure",
    "level.reader": "lecteur",
    "level.auditor": "auditeur",
    "level.editor": "éditeur",
    "level.administrator": "administrateur",
    "actor.sample": "l’exemple",
    "actor.service:directory": "l’annuaire",
    "actor.service:membership": "les adhésions",
    "actor.service:events": "les événements",
    "actor.service:newsletter": "les bulletins",
    "actor.service:observatory": "l’observatoire",
    "actor.service": "le service",
    "invalid.missing": "Il manque une réponse. Donnez-la ici.",
    "invalid.missing.choice": "Il manque une réponse. Choisissez-en une.",
    "invalid.missing.several": "Il manque une réponse. Choisissez-en au moins une.",
    "invalid.missing.lines": "Il manque une réponse. Écrivez-en une par ligne.",
    "invalid.missing.date": "Il manque la date. Donnez le jour, le mois et l’année.",
    "invalid.missing.moment": "Il manque la date et l’heure.",
    "invalid.missing.number": "Il manque un nombre. Écrivez-le en chiffres.",
    "invalid.text": "Un texte est attendu ici.",
    "invalid.too_short": "Il faut au moins {least} caractères, vous en avez donné {given}.",
    "invalid.too_long": "Il faut au plus {most} caractères, vous en avez donné {given}. Raccourcissez-le.",
    "invalid.digits": "Il faut {least} chiffres, vous en avez donné {given}.",
    "invalid.only_digits": "Il faut {least} chiffres et rien d’autre. Retirez le reste.",
    "invalid.pattern": "« {value} » n’a pas la forme attendue. Revoyez-le.",
    "invalid.number": "« {value} » n’est pas un nombre. Écrivez-le en chiffres.",
    "invalid.whole": "Un nombre entier est attendu, sans virgule.",
    "invalid.at_least": "Ce doit être {least} au moins, vous avez donné {value}.",
    "invalid.above": "Ce doit être plus de {least}, vous avez donné {value}.",
    "invalid.at_most": "Ce doit être {most} au plus, vous avez donné {value}.",
    "invalid.below": "Ce doit être moins de {most}, vous avez donné {value}.",
    "invalid.multiple": "Ce doit être un multiple de {step}, vous avez donné {value}.",
    "invalid.decimals": "Il y a trop de chiffres dans « {value} ».",
    "invalid.flag": "Répondez par oui ou par non.",
    "invalid.date_past": "Cette date n’est pas passée. Donnez une date passée.",
    "invalid.date_future": "Cette date est passée. Donnez une date à venir.",
    "invalid.choice": "« {value} » n’est pas dans la liste. Choisissez une réponse de la liste.",
    "invalid.id": "« {value} » n’est pas un identifiant. Choisissez dans la liste, ou copiez-le en entier.",
    "invalid.url": "« {value} » n’est pas une adresse web. Elle commence par https://.",
    "invalid.email": "« {value} » n’est pas une adresse électronique. Il en faut une comme nom@exemple.fr.",
    "invalid.too_few": "Il en faut au moins {least}, vous en avez donné {given}.",
    "invalid.too_many": "Il en faut au plus {most}, vous en avez donné {given}.",
    "invalid.list": "Une liste est attendue, une réponse par ligne.",
    "invalid.unknown": "Cette réponse n’était pas demandée.",
    "invalid.line": "Ligne {line} : {sentence}",
    "refused.empty": "Il manque une réponse. Donnez-la ici.",
    "refused.too-long": "Ce texte est trop long. Raccourcissez-le.",
    "refused.not-personal": "Un texte est attendu ici.",
    "error.stale": "Quelqu’un a modifié cela pendant votre saisie. Rien n’est enregistré : relisez d’abord.",
    **FIELD_WORDS,
    **LINE_WORDS,
    **CORRECTION_WORDS,
    **CLOCK_WORDS,
    # pages that say a request went no further
    "problem.400": "Demande incomprise",
    "problem.400.hint": "Revenez à la page précédente et recommencez.",
    "problem.401": "Connexion requise",
    "problem.401.hint": "Rien n’a été enregistré. Connectez-vous, puis recommencez.",
    "problem.401.again": "Votre connexion date\u00a0: connectez-vous à nouveau, puis recommencez. Rien n’a été fait.",
    "problem.403": "Accès réservé",
    "problem.403.second-factor": (
        "Votre rôle demande un second facteur, et cette session n’en a pas montré. "
        "Mettez-le en place dans «\u00a0Mon compte\u00a0»."
    ),
    "problem.403.hint": "Cette demande n’est pas permise ici. Refaites-la depuis une page de Maillage.",
    "problem.403.approver": (
        "Approuver ce bulletin demande la capacité «\u00a0approuver\u00a0», et vous ne l’avez pas, ou plus. Un "
        "administrateur du réseau peut vous la donner."
    ),
    "problem.403.door": "Votre accueil vaut pour une autre rencontre. Un administrateur du réseau peut l’étendre.",
    "problem.403.role": (
        "Cela demande le rôle « {level} » dans le service {service}. Un administrateur du réseau peut vous le donner."
    ),
    "problem.404": "Rien à cette adresse",
    "problem.404.hint": "La page a peut-être changé de place. Cherchez depuis la page d’accueil du service.",
    "problem.405": "Geste non prévu",
    "problem.405.hint": "Cette adresse ne répond pas à cette demande.",
    "problem.410": "Ce geste n’est plus",
    "problem.410.hint": (
        "Une erreur se note maintenant sur les faits de la fiche\u202f: « Noté par erreur », « Corriger la date », "
        "« Rétablir »."
    ),
    "problem.410.command.api": "Cette commande n’est plus. Envoyez `{instead}` à la place.",
    "problem.409": "Quelqu’un a écrit avant vous",
    "problem.409.hint": "Rien n’a été enregistré. Relisez la page, puis recommencez.",
    "problem.408": "Envoi trop lent",
    "problem.408.hint": "Rien n’a été enregistré. Vérifiez votre connexion et recommencez.",
    "problem.413": "Envoi trop lourd",
    "problem.413.hint": "Rien n’a été enregistré. Envoyez moins de {most} à la fois.",
    "problem.421": "Autre adresse",
    "problem.421.hint": "Cette installation ne répond pas sous ce nom.",
    "problem.422": "Réponses à revoir",
    "problem.422.hint": "Rien n’a été enregistré.",
    "problem.429": "Trop de demandes",
    "problem.429.hint": "Rien n’a été enregistré. Attendez quelques minutes, puis recommencez.",
    "problem.500": "Le service a échoué",
    "problem.500.hint": "L’incident est noté. Ce qui était enregistré l’est toujours. Réessayez bientôt.",
    "problem.503": "Momentanément indisponible",
    "problem.503.hint": "Le journal ne répond pas. Ce qui est enregistré le reste ; réessayez dans un instant.",
    "problem.503.sent": (
        "Le journal n’a pas répondu à temps : c’est peut-être enregistré, peut-être pas. Renvoyez le même "
        "formulaire dans un instant ; rien n’est enregistré deux fois."
    ),
    "problem.503.cannot-read": "En attente d’une mise à jour",
    "problem.503.cannot-read.newer": (
        "Rien n’a été enregistré. Une version plus récente de Maillage a écrit dans cette fiche ({thing} {id}, "
        "événement n° {seq}) ce que celle-ci ne sait pas lire\u202f: rien n’y est décidé avant la mise à jour de ce "
        "service. Prévenez la personne qui l’exploite, puis renvoyez le formulaire\u202f; rien n’est perdu."
    ),
    "problem.503.keys": (
        "Les clés qui scellent les données personnelles ne sont pas là : rien n’a été enregistré. Prévenez la "
        "personne qui exploite ce service, puis renvoyez le formulaire."
    ),
    "problem.503.cannot-read.unreadable": (
        "Rien n’a été enregistré. Un événement de cette fiche ({thing} {id}, événement n° {seq}) ne se lit pas\u202f: "
        "rien n’y est décidé avant qu’il se lise. Prévenez la personne qui exploite ce service, puis renvoyez le "
        "formulaire\u202f; ce qui était enregistré l’est toujours."
    ),
    **thing_words(),
    **general_words(),
    "problem.503.store": (
        "La base qui sert ces pages ne répond pas. Rien de ce qui est enregistré n’est perdu. Réessayez "
        "dans un instant ; un formulaire peut être renvoyé, rien n’est enregistré deux fois."
    ),
}

KERNEL = Lexicon(WORDS)
