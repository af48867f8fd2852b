"""What the fields of events, the facts that types set, the parts of things and the codes of the contract are called.

The labels of forms stand with their commands; those here are of what has been said, for the journal, lives and exports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from shared.base.translations import TITLES, L, Lang, Words, colon, humanised, locale_of, translated
from shared.contract import load_all
from shared.contract.fields.codes import vocabularies_in

A_DAY = re.compile(r"\d{4}-\d\d-\d\d")

COMMON: Mapping[str, str] = {
    "address": L("Adresse"),
    "as_of": L("Montrer l’état au"),
    "college": L("Collège"),
    "commune": L("Commune"),
    "countries": L("Pays d’action"),
    "country": L("Pays"),
    "department": L("Département"),
    "email": L("Adresse électronique", context="email"),
    "ends": L("Fin"),
    "kind": L("Nature"),
    "known_at": L("Tel qu’il était connu le"),
    "name": L("Nom"),
    "phone": L("Téléphone"),
    "reason": L("Raison"),
    "region": L("Région"),
    "rna": L("RNA"),
    "siren": L("SIREN"),
    "siret": L("SIRET"),
    "starts": L("Début"),
    "structure": L("Structure"),
    "summary": L("Résumé"),
    "themes": L("Thèmes"),
    "title": L("Titre"),
    "website": L("Site web"),
    "year": L("Année"),
}
"""Fields that mean the same everywhere: forms of all services call them so, too."""

FIELDS: Mapping[str, str] = {
    "about": L("Au sujet de"),
    "absorbed": L("Fusionnée avec une autre"),
    "accepted": L("Accepté"),
    "account": L("Compte"),
    "acronym": L("Sigle"),
    "administrator": L("Administrateur"),
    "after": L("Après le"),
    "ahead": L("Avance de l’horloge, en secondes"),
    "amount": L("Montant ou nombre"),
    "announced": L("Annoncée"),
    "answer": L("Réponse"),
    "approved": L("Approuvé"),
    "arrivals": L("Ce qui y arrive"),
    "article": L("Article de loi"),
    "asks_who": L(
        "Demander aussi qui répond (nom et adresse électronique, toujours facultatifs)",
    ),
    "association": L("Association"),
    "association_name": L("Nom de l’association"),
    "audience": L("Public"),
    "authority": L("Autorité"),
    "before": L("Période d’avant"),
    "begins": L("Ouverte à partir du"),
    "browser": L("Navigateur"),
    "budget": L("Budget"),
    "bulletin": L("Bulletin"),
    "bulletins": L("Bulletins"),
    "by": L("Remplacé par"),
    "came": L("Venu"),
    "cancelled": L("Annulé"),
    "capability": L("Capacité"),
    "capacity": L("Places"),
    "charter_version": L("Version de la charte"),
    "choices": L("Choix"),
    "closed": L("Clos"),
    "code": L("Code du serveur"),
    "codes": L("Codes de secours"),
    "colleges": L("Collèges"),
    "columns": L("Colonnes"),
    "completed": L("Fiches complétées"),
    "current": L("En cours"),
    "dates": L("Dates"),
    "day": L("Au", context="day"),
    "days": L("Jours"),
    "deadline": L("Date limite"),
    "declined": L("Ne souhaite pas répondre"),
    "definition": L("Version de la définition"),
    "departments": L("Départements"),
    "digest": L("Empreinte"),
    "done": L("Déjà fait"),
    "doubt": L("Doute"),
    "doubtful": L("Messages en doute"),
    "doubting": L("Ce qui contredisait l’heure"),
    "dropped": L("Retiré", context="dropped"),
    "dye": L("Couleur"),
    "evaluation": L("Évaluation"),
    "event": L("Fait corrigé"),
    "events": L("Événements"),
    "expires": L("Expire le"),
    "factor": L("Second facteur"),
    "figures": L("Chiffres"),
    "file": L("Fichier"),
    "files": L("Fichiers"),
    "first": L("L’une"),
    "first_year": L("Première année"),
    "flags": L("Oui ou non"),
    "followers": L("Fiches qui suivent"),
    "forgotten": L("Oubliée"),
    "found": L("Structures trouvées"),
    "fte": L("Temps plein"),
    "funders": L("Financeurs"),
    "gathering": L("Rencontre"),
    "given_to": L("Remis à"),
    "granted": L("Donné"),
    "guests": L("Invités"),
    "handed_over": L("Confié au serveur de courriel"),
    "heard": L("Fait attendu"),
    "held": L("Tenue"),
    "holder": L("Titulaire"),
    "host": L("Accueil", context="host"),
    "host_name": L("Nom de l’accueil"),
    "how": L("Comment il s’est terminé"),
    "indicator": L("Indicateur"),
    "into": L("Remplacé par"),
    "intro": L("Présentation"),
    "invented": L("Inventé pour l’exemple"),
    "issue": L("Numéro", context="issue"),
    "item": L("Article"),
    "kept": L("Fiche gardée", context="kept"),
    "kinds": L("Natures"),
    "label": L("Désignation"),
    "lang": L("Langue"),
    "languages": L("Langues"),
    "last_year": L("Dernière année"),
    "law": L("Droit"),
    "leader": L("Chef de file", context="leader"),
    "lessons": L("Enseignements"),
    "level": L("Niveau"),
    "lines": L("Lignes"),
    "link": L("Lien"),
    "listed": L("Dans l’annuaire public"),
    "listing_wished": L("Souhaite l’annuaire public"),
    "marks": L("Ce qui en est vrai"),
    "masked": L("Chiffres masqués"),
    "means": L("Par"),
    "medium": L("Média"),
    "member": L("Adhérent"),
    "merged": L("Fiche fusionnée", context="merged"),
    "message": L("Message"),
    "mission": L("Mission"),
    "module": L("Module"),
    "number": L("Numéro"),
    "numbers": L("Nombres"),
    "open": L("Ouvert"),
    "open_link": L(
        "Donner aussi un lien ouvert, que chacun peut suivre sans y être invité",
    ),
    "order": L("Ce qui est demandé"),
    "organisation": L("Organisme"),
    "organiser": L("Organisateur"),
    "ourselves": L("C’est notre réseau"),
    "participants": L("Participants"),
    "partner_associations": L("Associations partenaires"),
    "partner_authorities": L("Collectivités partenaires"),
    "partner_companies": L("Entreprises partenaires"),
    "partner_institutions": L("Institutions partenaires"),
    "partner_others": L("Autres partenaires"),
    "partner_schools": L("Écoles partenaires"),
    "path": L("Chiffre"),
    "people": L("Personnes"),
    "person": L("Personne"),
    "persons": L("De personnes"),
    "picture": L("Image"),
    "picture_text": L("Texte de l’image"),
    "pilot": L("Pilote"),
    "place": L("Lieu"),
    "position": L("Place", context="position"),
    "precision": L("Décimales"),
    "principles": L("Principes"),
    "process": L("Travail"),
    "project": L("Projet"),
    "public": L("Clé publique"),
    "published": L("Publié"),
    "pupils": L("Élèves"),
    "purpose": L("Objet"),
    "put_away": L("Rangée"),
    "question": L("Question"),
    "questions": L("Questions"),
    "rank": L("Place dans la liste"),
    "recipients": L("Destinataires"),
    "refusal": L("Pourquoi"),
    "refused": L("Messages refusés"),
    "registered": L("Inscrites"),
    "registration": L("Inscription"),
    "removed": L("Retiré", context="removed"),
    "renewed": L("Renouvelée"),
    "replaced": L("Remplacé"),
    "replaces": L("Remplace"),
    "request": L("Demande"),
    "requester": L("Demandeur"),
    "results_published": L("Résultats publiés"),
    "review_by": L("À revoir au plus tard le"),
    "reviews": L("Bilans imprimés"),
    "role": L("Fonction"),
    "root": L("Racine signée alors"),
    "running": L("En cours"),
    "said": L("Ce qui en est venu"),
    "school": L("Établissement"),
    "school_name": L("Nom de l’établissement"),
    "school_year": L("Année scolaire"),
    "scope": L("À quoi elle s’applique"),
    "scopes": L("Droits"),
    "sdgs": L("ODD"),
    "second": L("L’autre"),
    "second_factor": L("Second facteur"),
    "section": L("Rubrique"),
    "sent": L("Messages remis"),
    "session": L("Session"),
    "shown_upto": L("Établie à l’événement n°"),
    "signed": L("Événements signés alors"),
    "since": L("Depuis le"),
    "skipped": L("Lignes laissées"),
    "sort": L("Sorte de chiffre"),
    "source": L("Source"),
    "source_entity": L("Publication d’origine"),
    "source_event": L("Événement d’origine"),
    "source_name": L("Publié par"),
    "source_page": L("Page d’origine"),
    "stage": L("Étape"),
    "status": L("État du serveur"),
    "step": L("Étape"),
    "structure_name": L("Nom de la structure"),
    "structures": L("Structures"),
    "subscriber": L("Abonné"),
    "survey": L("Enquête"),
    "taken": L("Repris de l’autre fiche"),
    "taking_part": L("Participe"),
    "task": L("Tâche"),
    "term": L("Terme du droit"),
    "text": L("Question"),
    "texts": L("Textes"),
    "theme": L("Thème"),
    "ticket": L("Billet"),
    "titles": L("Titre"),
    "token": L("Jeton"),
    "told_apart": L("Distingués"),
    "topics": L("Sujets"),
    "total": L("En tout"),
    "town": L("Commune", context="town"),
    "until": L("Jusqu’au"),
    "upto": L("Dernier événement connu"),
    "url": L("Adresse web"),
    "valid": L("Valable"),
    "value": L("Valeur"),
    "version": L("Version"),
    "vocabulary": L("Liste", context="vocabulary"),
    "waiting": L("En attente"),
    "way": L("Moyen"),
    "where": L("Service"),
    "withdrawn": L("Retiré, noté par erreur"),
    "wording": L("Ce que dit le droit"),
    "workshop": L("Atelier"),
    "written": L("Questions avec un texte"),
}
"""Other fields of events, and the facts that types set."""

LABELS: Mapping[str, str] = {**COMMON, **FIELDS}

PARTS: Mapping[str, str] = {
    "path": L("Chiffre"),
    "account": L("Compte"),
    "audience": L("Public"),
    "code": L("Terme"),
    "item": L("Article"),
    "member": L("Adhérent"),
    "registration": L("Inscription"),
    "role": L("Rôle"),
    "school": L("Établissement"),
    "session": L("Session"),
    "token": L("Jeton"),
    "workshop": L("Atelier"),
    "year": L("Année"),
    "scope": L("À quoi elle s’applique"),
}
"""Parts of things, by the field that names them."""

CODES: Mapping[str, str] = {
    "administrator": L("administrateur"),
    "associations": L("associations"),
    "associative": L("collège associatif"),
    "auditor": L("auditeur"),
    "communication": L("communication"),
    "companies": L("entreprises"),
    "delegate_administrator": L("administrateur délégué"),
    "directory_listing": L("référencement dans l’annuaire"),
    "dissolution": L("dissolution"),
    "economic": L("collège économique"),
    "editor": L("éditeur"),
    "event": L("événement"),
    "event_support": L("organisation d’un événement"),
    "exclusion": L("exclusion"),
    "funding_search": L("recherche de financements"),
    "higher_education": L("enseignement supérieur, recherche", context="higher_education"),
    "lapse": L("non-renouvellement"),
    "mistake": L("noté par erreur"),
    "networking": L("mise en réseau"),
    "news": L("actualité"),
    "offer": L("offre"),
    "others": L("autres"),
    "partner_search": L("identification de partenaires"),
    "president": L("présidence"),
    "project": L("projet"),
    "project_method": L("méthode de projet"),
    "public": L("collège public"),
    "public_bodies": L("collectivités, établissements publics", context="public_bodies"),
    "qualified_persons": L("personnes qualifiées"),
    "reader": L("lecteur"),
    "regional_dynamics": L("dynamique régionale"),
    "students": L("étudiants"),
    "vice_president": L("vice-présidence"),
    "withdrawal": L("retrait"),
}
"""Codes that mean one thing, whatever field they stand in."""

VALUES: Mapping[str, str] = {
    "doubting.checkpoint": L("la dernière signature du journal"),
    "doubting.event": L("le dernier événement du journal"),
    "doubting.heartbeat": L("le dernier battement gardé avec les clés"),
    "doubting.nobody": L("rien\u00a0: elle était sûre"),
    "doubting.node": L("le serveur du journal"),
    "doubting.nothing": L("l’absence de tout témoin"),
    "kind.agora": L("Agora"),
    "kind.association": L("association"),
    "kind.company": L("entreprise"),
    "kind.higher_education": L("enseignement supérieur, recherche"),
    "kind.other": L("autre"),
    "kind.public_body": L("collectivité, établissement public"),
    "kind.school": L("établissement scolaire"),
    "kind.student_group": L("groupe d’étudiants"),
    "kind.training": L("formation"),
    "capability.approver": L("Approuver les bulletins"),
    "capability.door": L("Tenir l’accueil"),
    "capability.treasurer": L("Tenir les comptes"),
    "capability.juror": L("Siéger à un jury"),
    "capability.chair": L("Présider une séance"),
}
"""Codes that mean it in one field: `field.code`."""


def event_words(service: str) -> Words:
    """What a service says of its own events on its own pages: `event.<type>` → words."""
    own = {name: kind.says for name, kind in load_all().items() if kind.service in (service, "any")}
    return {f"event.{name}": says.here or says.words for name, says in own.items()}


def thing_words() -> Words:
    """What the things are called that events are about: `thing.<service>.<entity>` → words."""
    return {f"thing.{kind.service}.{kind.entity}": kind.thing.words for kind in load_all().values()}


def life_words() -> Words:
    """What lives of things are told in, beside the words of all services: things, their parts, fields, values."""
    return {
        **thing_words(),
        **{f"part.{name}": words for name, words in PARTS.items()},
        **{f"field.{name}": words for name, words in FIELDS.items()},
        **{f"value.{code}": words for code, words in VALUES.items()},
    }


def term(vocabulary: str | None, code: str, lang: Lang | str) -> str:
    """A term of a list of the network, as the network calls it; else a code in the words of the contract."""
    return (TITLES.get()(vocabulary, code, lang) if vocabulary else None) or coded(code, lang)


def coded(text: str, lang: Lang | str) -> str:
    """A code of the contract in words; any other text as it is."""
    words = CODES.get(text)
    return text if words is None else translated(words, lang)


def written(value: Any, lang: Lang | str) -> str:
    """A value that an event says, as people read it: a code in words, a day as a day, a share with its comma."""
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", str(locale_of(lang).number_symbols["latn"]["decimal"]))
    text = str(value)
    with suppress(ValueError):
        if A_DAY.fullmatch(text):
            return f"{date.fromisoformat(text):%d/%m/%Y}"
    return coded(text, lang)


def sentence(kind: str, data: Mapping[str, Any] | None, lang: Lang, *, told: str | None = None) -> str:
    """What happened, such as "Appui individuel donné : recherche de financements": in the words of its type, with the
    one detail that tells it from the others. A type that this release does not know is said by its name. Nothing
    personal is ever said: names of persons stay sealed. `told`: that detail, where somebody knows better what it is
    called (shared/notions/sayings.py)."""
    known = load_all().get(kind)
    if known is None:
        return humanised(kind)
    says = known.says
    said = translated(says.words, lang)
    detail = (data or {}).get(says.detail) if says.detail else None
    if told is None and (detail is None or detail == "" or isinstance(detail, dict | list)):
        return said
    of = vocabularies_in(known).get(says.detail or "")
    text = told or _detail(detail, of, lang)
    if says.joined:
        return f"{said} {text}"
    return f"{said}{colon(lang)}{text}"


def _detail(detail: Any, of: str | None, lang: Lang) -> str:
    return term(of, detail, lang) if of and isinstance(detail, str) else written(detail, lang)
