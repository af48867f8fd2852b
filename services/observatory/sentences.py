"""Each event in words, for the journal: what happened, and the one detail that tells it from the others.

The observatory knows the other services by their events alone, so it says them in its own words. A type that it has no
words for yet is said by its name. Nothing personal is ever said: names of persons stay sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.words import Lang, humanised

Sentence = tuple[str, str] | tuple[str, str, str]
"""French, English, and the field whose value follows"""

SENTENCES: Mapping[str, Sentence] = {
    "StructureRegistered": ("Structure inscrite", "Structure registered", "name"),
    "StructureRevised": ("Fiche modifiée", "Record changed"),
    "StructureListed": ("Entrée dans l’annuaire public", "Entered the public directory"),
    "StructureUnlisted": ("Sortie de l’annuaire public", "Left the public directory", "reason"),
    "StructureClosed": ("Fiche close", "Record closed", "reason"),
    "StructureReopened": ("Fiche rouverte", "Record reopened"),
    "ContactAdded": ("Contact ajouté", "Contact added", "role"),
    "ContactRevised": ("Contact modifié", "Contact changed"),
    "ContactRemoved": ("Contact retiré", "Contact removed", "reason"),
    "PersonForgottenByDirectory": ("Personne oubliée", "Person forgotten"),
    "PersonForgottenByMembership": ("Personne oubliée", "Person forgotten"),
    "PersonForgottenByEvents": ("Personne oubliée", "Person forgotten"),
    "PersonForgottenByNewsletter": ("Personne oubliée", "Person forgotten"),
    "SupportGiven": ("Appui individuel donné", "Individual support given", "kind"),
    "SupportWithdrawn": ("Appui retiré, noté par erreur", "Support taken back, noted by mistake", "reason"),
    "MediaCoverageNoted": ("Parution dans un média", "Media coverage", "medium"),
    "MediaCoverageWithdrawn": ("Parution retirée, notée par erreur", "Coverage taken back, noted by mistake", "reason"),
    "IdentificationRequested": ("Demande d’identification d’acteurs", "Request to identify actors", "requester"),
    "IdentificationAnswered": ("Demande d’acteurs : structures données", "Request for actors: structures given", "structures"),
    "MemberNewsPublished": ("Actualité publiée", "News published", "title"),
    "MemberOfferPublished": ("Offre publiée", "Offer published", "title"),
    "AccountOpened": ("Compte ouvert", "Account opened", "label"),
    "AccountRevised": ("Compte modifié", "Account changed", "label"),
    "AccountClosed": ("Compte clos", "Account closed", "reason"),
    "AccountReopened": ("Compte rouvert", "Account reopened"),
    "AdministratorNamed": ("Nouvel administrateur de l’annuaire", "New administrator of the directory"),
    "AdministratorReleased": ("Un administrateur de moins", "One administrator less"),
    "RoleGranted": ("Rôle donné", "Role given", "role"),
    "RoleWithdrawn": ("Rôle retiré", "Role taken back", "role"),
    "PasswordSet": ("Mot de passe changé", "Password changed"),
    "SignedIn": ("Connexion", "Signed in"),
    "SignedOut": ("Session terminée", "Session ended"),
    "SessionsEnded": ("Toutes les sessions d’un compte terminées", "All sessions of an account ended"),
    "TokenIssued": ("Jeton créé pour un programme", "Token issued for a program", "name"),
    "TokenWithdrawn": ("Jeton retiré", "Token withdrawn"),
    "SigningKeyPublished": ("Nouvelle clé de signature des sessions", "New key for signing sessions"),
    "SigningKeyWithdrawn": ("Clé de signature retirée", "Signing key withdrawn"),
    "StructureListingWished": ("Inscription à l’annuaire public demandée", "Public listing asked for"),
    "StructureListingDeclined": ("Inscription à l’annuaire public refusée", "Public listing declined", "reason"),
    "StructurePictured": ("Image choisie", "Picture chosen"),
    "StructureUnpictured": ("Image retirée", "Picture removed"),
    "StructuresMerged": ("Une autre fiche fusionnée avec celle-ci", "Another record merged into this one"),
    "StructuresUnmerged": ("Fusion défaite", "Merge undone", "reason"),
    "StructureAbsorbed": ("Fiche fusionnée avec une autre", "Record merged into another"),
    "StructureReleased": ("Fiche de nouveau séparée", "Record on its own again"),
    "NamesakesToldApart": ("Homonymes distingués", "Namesakes told apart", "reason"),
    "NamesakesDoubted": ("Homonymes à revoir", "Namesakes to look at again"),
    "ListingClaimed": ("Demande pour tenir une fiche", "Claim to look after a record", "structure_name"),
    "ClaimAccepted": ("Demande acceptée", "Claim accepted"),
    "ClaimRefused": ("Demande refusée", "Claim refused", "reason"),
    "ImportStarted": ("Import de structures commencé, lignes", "Import of structures started, lines", "lines"),
    "ImportFinished": ("Import terminé, structures inscrites", "Import finished, structures registered", "registered"),
    "PublicationDrafted": ("Brouillon commencé", "Draft begun", "sort"),
    "PublicationRedrafted": ("Brouillon modifié", "Draft changed"),
    "MemberProjectPublished": ("Projet présenté par un adhérent", "Project presented by a member", "title"),
    "MemberEventPublished": ("Événement annoncé par un adhérent", "Event announced by a member", "title"),
    "CooperationProjectDrafted": ("Projet de coopération saisi", "Cooperation project entered", "title"),
    "CooperationProjectRevised": ("Projet de coopération modifié", "Cooperation project changed"),
    "CooperationProjectPublished": ("Projet de coopération publié", "Cooperation project published"),
    "CooperationProjectWithdrawn": ("Projet de coopération retiré", "Cooperation project withdrawn", "reason"),
    "PublicationWithdrawn": ("Publication retirée", "Publication taken back", "reason"),
    "CharterAdopted": ("Charte adoptée", "Charter adopted", "title"),
    "CollegeOpened": ("Collège ouvert", "College opened", "title"),
    "CollegeClosed": ("Collège fermé", "College closed", "college"),
    "MemberJoined": ("Adhésion, charte signée", "Joined, charter signed", "college"),
    "MembershipRenewed": ("Adhésion renouvelée pour", "Membership renewed for", "year"),
    "MemberCollegeChanged": ("Passage dans un autre collège", "Went to another college", "college"),
    "MemberLeft": ("Départ du réseau", "Left the network", "reason"),
    "MemberRestored": ("Départ défait, noté par erreur", "Leaving taken back, noted by mistake"),
    "BoardSeatTaken": ("Siège pourvu au conseil d’administration", "Seat on the board taken", "role"),
    "BoardSeatVacated": ("Siège libéré", "Seat given up", "reason"),
    "BoardSeatRestored": ("Siège rendu, libéré par erreur", "Seat given back, given up by mistake"),
    "WorkingGroupFormed": ("Groupe de travail formé", "Working group formed", "name"),
    "WorkingGroupJoined": ("Entrée dans un groupe de travail", "Working group joined"),
    "WorkingGroupLeft": ("Sortie d’un groupe de travail", "Working group left"),
    "WorkingGroupClosed": ("Groupe de travail clos", "Working group closed", "reason"),
    "WorkingGroupRestored": ("Groupe de travail rouvert", "Working group reopened"),
    "VolunteerContributed": ("Bénévole de l’année", "Volunteer of the year", "year"),
    "VolunteerWithdrawn": ("Bénévole retiré, noté par erreur", "Volunteer taken back, noted by mistake", "reason"),
    "VolunteerRestored": ("Bénévole rétabli", "Volunteer counted again"),
    "CivicServiceRecruited": ("Recrutement en service civique", "Recruited in civic service", "mission"),
    "CivicServiceSeconded": ("Service civique mis à disposition", "Civic service seconded", "host_name"),
    "CivicServiceEnded": ("Fin d’un service civique", "End of a civic service", "reason"),
    "CivicServiceWithdrawn": ("Service civique retiré, noté par erreur", "Civic service taken back, noted by mistake", "reason"),
    "CivicServiceRestored": ("Service civique rétabli", "Civic service stands again"),
    "CivicServicePlaceApproved": ("Place de service civique agréée", "Place of civic service approved", "authority"),
    "CivicServicePlaceEnded": ("Fin d’agrément d’une place", "Approval of a place ended", "reason"),
    "CivicServicePlaceRestored": ("Agrément d’une place rétabli", "Approval of a place stands again"),
    "StaffPostCreated": ("Poste créé", "Post created", "title"),
    "StaffPostChanged": ("Temps de travail changé", "Share of full time changed", "fte"),
    "StaffPostClosed": ("Poste fermé", "Post closed", "reason"),
    "StaffPostWithdrawn": ("Poste retiré, noté par erreur", "Post taken back, noted by mistake", "reason"),
    "StaffPostRestored": ("Poste rétabli", "Post stands again"),
    "PeerNetworkJoined": ("Réseau régional placé sur la carte", "Regional network put on the map", "name"),
    "PeerNetworkRenamed": ("Réseau régional renommé", "Regional network renamed", "name"),
    "PeerNetworkLeft": ("Réseau régional retiré de la carte", "Regional network taken off the map", "reason"),
    "PeerNetworkRestored": ("Réseau régional remis sur la carte", "Regional network put back on the map"),
    "NetworkNamed": ("Le réseau a pris le nom", "The network took the name", "name"),
    "GatheringPlanned": ("Rencontre prévue", "Gathering planned", "title"),
    "GatheringRevised": ("Rencontre modifiée", "Gathering changed", "title"),
    "GatheringAnnounced": ("Rencontre annoncée", "Gathering announced", "title"),
    "GatheringMoved": ("Rencontre déplacée", "Gathering moved", "town"),
    "GatheringCancelled": ("Rencontre annulée", "Gathering cancelled", "reason"),
    "GatheringReinstated": ("Rencontre maintenue, annulée par erreur", "Gathering on again, cancelled by mistake"),
    "GatheringHeld": ("Rencontre tenue", "Gathering held", "title"),
    "GatheringHoldingUndone": ("Tenue défaite, notée par erreur", "Holding taken back, noted by mistake", "reason"),
    "HeadsCounted": ("Personnes comptées", "Heads counted", "people"),
    "HeadCountWithdrawn": ("Comptage retiré : non mesuré", "Count taken back: not measured", "audience"),
    "WorkshopHeld": ("Atelier tenu", "Workshop held", "title"),
    "WorkshopWithdrawn": ("Atelier retiré, noté par erreur", "Workshop taken back, noted by mistake"),
    "ParticipantRegistered": ("Inscription à une rencontre", "Registration for a gathering", "structure_name"),
    "ParticipantMovedUp": ("Place donnée à qui attendait", "Place given to who waited"),
    "RegistrationCancelled": ("Inscription annulée", "Registration cancelled"),
    "RegistrationReinstated": ("Inscription rétablie", "Registration stands again"),
    "AgoraAttended": ("Personne accueillie à l’Agora", "Checked in at the Agora", "audience"),
    "GatheringAttended": ("Personne accueillie", "Checked in", "audience"),
    "AttendanceUndone": ("Accueil défait, noté par erreur", "Check-in taken back, noted by mistake"),
    "ProjectPresented": ("Projet présenté à la Tribune", "Project presented at the Tribune", "title"),
    "ProjectPresentationWithdrawn": ("Projet retiré, noté par erreur", "Project taken back, noted by mistake", "reason"),
    "TandemFormed": ("Tandem formé", "Tandem formed", "association_name"),
    "TandemSchoolJoined": ("Établissement entré dans un tandem", "School joined a tandem", "school_name"),
    "TandemSchoolLeft": ("Établissement retiré d’un tandem", "School taken out of a tandem"),
    "PupilsCounted": ("Élèves comptés", "Pupils counted", "pupils"),
    "TandemCancelled": ("Tandem annulé", "Tandem cancelled", "reason"),
    "TandemReinstated": ("Tandem rétabli, annulé par erreur", "Tandem on again, cancelled by mistake"),
    "BulletinOpened": ("Bulletin ouvert", "Bulletin opened", "title"),
    "IssueStarted": ("Numéro commencé", "Issue started", "number"),
    "ItemAdded": ("Article ajouté au brouillon", "Item added to the draft", "title"),
    "ItemRevised": ("Article modifié", "Item changed", "title"),
    "ItemMoved": ("Article déplacé", "Item moved"),
    "ItemDropped": ("Article retiré", "Item taken out", "reason"),
    "ItemRestored": ("Article remis", "Item put back"),
    "IssueApproved": ("Numéro approuvé, destinataires", "Issue approved, recipients", "recipients"),
    "IssueSent": ("Numéro envoyé, messages remis", "Issue sent, mails accepted", "sent"),
    "SubscriptionRequested": ("Abonnement demandé", "Subscription asked for"),
    "SubscriptionConfirmed": ("Abonnement confirmé", "Subscription confirmed"),
    "Unsubscribed": ("Désabonnement", "Unsubscribed"),
    "DeliveryBegun": ("Message sur le point de partir", "Mail about to be sent"),
    "DeliveryAccepted": ("Message remis", "Mail accepted"),
    "DeliveryDeferred": ("Message remis à plus tard", "Mail put off"),
    "DeliveryRefused": ("Message refusé", "Mail refused"),
    "LogRestored": ("Journal restauré depuis son archive, événements", "Log restored from its archive, events", "events"),
    "DeliveryReleased": ("Nouvel envoi demandé", "Sending again asked for"),
}  # fmt: skip

VALUES: Mapping[str, tuple[str, str]] = {
    "public": ("collège public", "public college"),
    "associative": ("collège associatif", "associative college"),
    "economic": ("collège économique", "economic college"),
    "qualified_persons": ("personnes qualifiées", "qualified persons"),
    "project_method": ("méthode de projet", "project method"),
    "funding_search": ("recherche de financements", "search for funding"),
    "communication": ("communication", "communication"),
    "networking": ("mise en réseau", "networking"),
    "partner_search": ("identification de partenaires", "search for partners"),
    "directory_listing": ("référencement dans l’annuaire", "listing in the directory"),
    "event_support": ("organisation d’un événement", "organising an event"),
    "regional_dynamics": ("dynamique régionale", "regional dynamics"),
    "associations": ("associations", "associations"),
    "public_bodies": ("collectivités, établissements publics", "public bodies"),
    "companies": ("entreprises", "companies"),
    "students": ("étudiants", "students"),
    "higher_education": ("enseignement supérieur, recherche", "higher education"),
    "others": ("autres", "others"),
    "withdrawal": ("retrait", "withdrawal"),
    "lapse": ("non-renouvellement", "lapse"),
    "dissolution": ("dissolution", "dissolution"),
    "exclusion": ("exclusion", "exclusion"),
    "mistake": ("noté par erreur", "noted by mistake"),
    "bloc-note": ("Bloc note", "Bloc note"),
    "echos": ("Les Échos du Réseau", "Les Échos du Réseau"),
    "parcours": ("Parcours", "Parcours"),
    "rendez-vous": ("Rendez-vous", "Rendez-vous"),
    "info-flash": ("Info Flash", "Info Flash"),
    "president": ("présidence", "president"),
    "vice_president": ("vice-présidence", "vice-president"),
    "administrator": ("administrateur", "administrator"),
    "news": ("actualité", "news"),
    "offer": ("offre", "offer"),
    "project": ("projet", "project"),
    "event": ("événement", "event"),
    "reader": ("lecteur", "reader"),
    "editor": ("éditeur", "editor"),
    "auditor": ("auditeur", "auditor"),
    "delegate_administrator": ("administrateur délégué", "delegate administrator"),
}  # fmt: skip
JOINED = frozenset({"MembershipRenewed", "VolunteerContributed"})  # the detail follows without a colon


def sentence(kind: str, data: Mapping[str, Any] | None, lang: Lang | str) -> str:
    """What happened, such as "Appui individuel donné : recherche de financements"."""
    english = lang == "en"
    found = SENTENCES.get(kind)
    if found is None:
        return humanised(kind)
    said = found[1] if english else found[0]
    detail = (data or {}).get(found[2]) if len(found) == 3 else None
    if detail is None or detail == "" or isinstance(detail, dict | list):
        return said
    text = valued(str(detail), lang)
    if kind in JOINED:
        return f"{said} {text}"
    return f"{said}: {text}" if english else f"{said}\u00a0: {text}"


def valued(text: str, lang: Lang | str) -> str:
    """A code of the contract in words; any other text as it is."""
    words = VALUES.get(text)
    return text if words is None else words[1 if lang == "en" else 0]


SERVICES: Mapping[str, tuple[str, str]] = {
    "directory": ("l’annuaire", "the directory"),
    "membership": ("les adhésions", "membership"),
    "events": ("les événements", "events"),
    "newsletter": ("les bulletins", "the newsletters"),
    "observatory": ("l’observatoire", "the observatory"),
}


def actor(name: str, lang: Lang | str) -> str:
    """Who did it, in words: a service by its name, the sample, whoever sits at this machine."""
    at = 1 if lang == "en" else 0
    kind, _, of = name.partition(":")
    if kind == "service" and of in SERVICES:
        return SERVICES[of][at]
    return {"local": ("cette machine", "this machine"), "sample": ("l’exemple", "the sample")}.get(name, (name, name))[
        at
    ]
