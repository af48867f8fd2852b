"""What the directory says of imports, merges, claims, projects and the member's own space."""

from __future__ import annotations

from shared.base.translations import Words

_TAKEN = {
    "name": ("Nom", "Name"),
    "kind": ("Nature", "Kind"),
    "acronym": ("Sigle", "Acronym"),
    "department": ("Département", "Department"),
    "commune": ("Commune", "Commune"),
    "address": ("Adresse", "Address"),
    "website": ("Site", "Website"),
    "themes": ("Thèmes", "Themes"),
    "countries": ("Pays d’action", "Countries of action"),
    "sdgs": ("Objectifs de développement durable", "Sustainable development goals"),
    "siren": ("SIREN", "SIREN"),
    "siret": ("SIRET", "SIRET"),
    "rna": ("Numéro RNA", "RNA number"),
    "summary": ("Présentation", "Presentation"),
}

REGISTER_WORDS: Words = {
    **{f"taken.{name}": said for name, said in _TAKEN.items()},
    "command.WishListing": ("Demander l’inscription à l’annuaire public", "Ask to stand in the public directory"),
    "command.DeclineListing": ("Ne pas inscrire", "Do not list"),
    "command.PictureStructure": ("Montrer cette image", "Show this picture"),
    "command.UnpictureStructure": ("Retirer l’image", "Remove the picture"),
    "command.MergeStructures": ("Fusionner les deux fiches", "Merge the two records"),
    "command.MergeStructures.hint": (
        "Ce qui parle de l’autre fiche suivra celle-ci. La fusion peut être défaite.",
        "What speaks of the other record will follow this one. The merge can be undone.",
    ),
    "command.UnmergeStructures": ("Défaire la fusion", "Undo the merge"),
    "command.TellNamesakesApart": ("Ce sont deux structures différentes", "These are two structures"),
    "command.DoubtNamesakes": ("Revoir cette paire", "Look at this pair again"),
    "command.ClaimListing": ("Demander à tenir cette fiche", "Ask to look after this record"),
    "command.ConfirmClaim": ("Confirmer l’adresse", "Confirm the address"),
    "command.AcceptClaim": ("Accepter la demande", "Accept the claim"),
    "command.RefuseClaim": ("Refuser la demande", "Refuse the claim"),
    "command.StartImport": ("Commencer l’import", "Start the import"),
    "command.FinishImport": ("Terminer l’import", "Finish the import"),
    "command.DraftProject": ("Saisir un projet de coopération", "Enter a cooperation project"),
    "command.ReviseProject": ("Enregistrer le projet", "Save the project"),
    "command.PublishProject": ("Publier le projet", "Publish the project"),
    "command.WithdrawProject": ("Retirer le projet", "Withdraw the project"),
    "command.DraftPublication": ("Commencer un brouillon", "Begin a draft"),
    "command.RedraftPublication": ("Enregistrer le brouillon", "Save the draft"),
    "command.PublishDraft": ("Publier", "Publish"),
    "event.StructureListingWished": ("Inscription à l’annuaire public demandée", "Public listing asked for"),
    "event.StructureListingDeclined": ("Inscription à l’annuaire public refusée", "Public listing declined"),
    "event.LetterBegun": ("Courrier en cours d’envoi", "Letter being sent"),
    "event.LetterSent": ("Courrier envoyé", "Letter sent"),
    "event.LetterRefused": ("Courrier refusé par le serveur", "Letter refused by the mail server"),
    "event.LetterUnaddressed": ("Courrier sans adresse", "Letter without an address"),
    "event.StructurePictured": ("Image choisie", "Picture chosen"),
    "event.StructureUnpictured": ("Image retirée", "Picture removed"),
    "event.StructuresMerged": (
        "Une autre fiche a été fusionnée avec celle-ci",
        "Another record was merged into this one",
    ),
    "event.StructuresUnmerged": ("Fusion défaite", "Merge undone"),
    "event.StructureAbsorbed": ("Fiche fusionnée avec une autre", "Record merged into another"),
    "event.StructureReleased": ("Fiche de nouveau séparée", "Record on its own again"),
    "event.NamesakesToldApart": ("Homonymes distingués", "Namesakes told apart"),
    "event.NamesakesDoubted": ("Homonymes à revoir", "Namesakes to look at again"),
    "event.ListingClaimed": ("Demande pour tenir une fiche", "Claim to look after a record"),
    "event.ClaimConfirmed": ("Adresse de la demande confirmée", "Address of the claim confirmed"),
    "event.ClaimAccepted": ("Demande acceptée", "Claim accepted"),
    "event.ClaimRefused": ("Demande refusée", "Claim refused"),
    "event.ImportStarted": ("Import commencé", "Import started"),
    "event.ImportFinished": ("Import terminé", "Import finished"),
    "event.CooperationProjectDrafted": ("Projet de coopération saisi", "Cooperation project entered"),
    "event.CooperationProjectRevised": ("Projet de coopération modifié", "Cooperation project changed"),
    "event.CooperationProjectPublished": ("Projet de coopération publié", "Cooperation project published"),
    "event.CooperationProjectWithdrawn": ("Projet de coopération retiré", "Cooperation project withdrawn"),
    "event.PublicationDrafted": ("Brouillon commencé", "Draft begun"),
    "event.PublicationRedrafted": ("Brouillon modifié", "Draft changed"),
    "event.MemberProjectPublished": ("Projet présenté", "Project presented"),
    "event.MemberEventPublished": ("Événement annoncé par un adhérent", "Event announced by a member"),
    "field.begins": ("Début", "Beginning"),
    "field.budget": ("Budget total, en euros", "Total budget in euros"),
    "field.budget.hint": ("Toutes les années ensemble, sans les centimes.", "All years together, in whole euros."),
    "field.claim": ("Demande", "Claim"),
    "field.columns": ("Colonnes", "Columns"),
    "field.evaluation": ("Évaluation", "Evaluation"),
    "field.evaluation.hint": (
        "Comment le projet a été évalué, par qui, et ce qui en est ressorti.",
        "How the project was evaluated, by whom, and what came of it.",
    ),
    "field.file": ("Fichier (empreinte SHA-256)", "File (SHA-256)"),
    "field.first": ("Première structure", "First structure"),
    "field.second": ("Seconde structure", "Second structure"),
    "field.found": ("Structures données en réponse", "Structures given in answer"),
    "field.funders": ("Financeurs", "Funders"),
    "field.import_id": ("Import", "Import"),
    "field.leader": ("Structure chef de file", "Leading structure"),
    "field.participants": ("Autres structures d’ici", "Other structures from here"),
    "field.lessons": ("Ce que le projet a appris", "What the project taught"),
    "field.lines": ("Lignes", "Lines"),
    "field.merged": ("Fiche fusionnée", "Merged record"),
    "field.message": ("Message", "Message"),
    "field.partner_associations": ("Partenaires sur place : associations", "Partners there: associations"),
    "field.partner_associations.hint": (
        "Une organisation par ligne, jamais une personne.",
        "One organisation on each line, never a person.",
    ),
    "field.partner_authorities": ("Partenaires sur place : collectivités", "Partners there: local authorities"),
    "field.partner_institutions": ("Partenaires sur place : institutions", "Partners there: institutions"),
    "field.partner_schools": ("Partenaires sur place : écoles, universités", "Partners there: schools, universities"),
    "field.partner_companies": ("Partenaires sur place : entreprises", "Partners there: companies"),
    "field.partner_others": ("Partenaires sur place : autres", "Partners there: others"),
    "field.picture": ("Image (empreinte SHA-256)", "Picture (SHA-256)"),
    "field.picture_text": ("Ce que montre l’image", "What the picture shows"),
    "field.picture_text.hint": (
        "Une phrase pour qui ne la voit pas.",
        "A sentence for those who can’t see it.",
    ),
    "field.place": ("Lieu", "Place"),
    "field.project": ("Projet de coopération", "Cooperation project"),
    "field.registered": ("Structures inscrites", "Structures registered"),
    "field.shown_upto": ("Séquence du journal", "Sequence of the log"),
    "field.completed": ("Fiches complétées", "Records completed"),
    "field.skipped": ("Lignes laissées de côté", "Lines left out"),
    "field.sort": ("Sorte", "Sort"),
    "field.stage": ("Étape", "Stage"),
    "field.taken": ("Champs repris de l’autre fiche", "Fields taken from the other record"),
    "sort.news": ("Actualité", "News"),
    "sort.offer": ("Offre", "Offer"),
    "sort.project": ("Projet", "Project"),
    "sort.event": ("Événement", "Event"),
    "stage.prepared": ("En préparation", "In preparation"),
    "stage.running": ("En cours", "Running"),
    "stage.ended": ("Terminé", "Ended"),
    "stage.evaluated": ("Évalué", "Evaluated"),
    "refused.siret-of-another": (
        "Ce SIRET ne commence pas par le SIREN {siren}. L’un des deux est d’une autre structure.",
        "This SIRET does not begin with the SIREN {siren}. One of them is another structure’s.",
    ),
    "refused.structure-merged": (
        "Cette fiche a été fusionnée avec une autre. Changez celle qui est gardée, ou défaites la fusion.",
        "This record was merged into another. Change the one that is kept, or undo the merge.",
    ),
    "refused.merge-with-itself": (
        "Ce sont deux fois la même fiche. Choisissez-en une autre.",
        "These are twice the same record. Choose another.",
    ),
    "refused.not-merged": (
        "Cette fiche n’est pas fusionnée avec celle-ci.",
        "That record is not merged into this one.",
    ),
    "refused.same-structure": ("Choisissez deux structures différentes.", "Choose two different structures."),
    "refused.not-told-apart": ("Ces deux fiches n’ont pas été distinguées.", "These two records were not told apart."),
    "refused.no-listing-wished": (
        "La structure n’a pas demandé à figurer dans l’annuaire public.",
        "The structure did not ask to stand in the public directory.",
    ),
    "refused.unknown-claim": ("Cette demande n’existe pas.", "There is no such claim."),
    "refused.claim-unconfirmed": (
        "La personne n’a pas encore suivi le lien envoyé à son adresse. Attendez qu’elle le fasse.",
        "The person has not yet followed the link sent to the address. Wait until they do.",
    ),
    "refused.claim-answered": ("Cette demande a déjà sa réponse.", "This claim is answered already."),
    "refused.unknown-import": ("Cet import n’existe pas.", "There is no such import."),
    "refused.unknown-project": ("Ce projet n’est pas dans l’annuaire.", "This project is not in the directory."),
    "refused.ends-before-it-begins": (
        "La fin vient avant le début. Corrigez l’une des deux dates.",
        "The end comes before the beginning. Correct one of the dates.",
    ),
    "refused.leader-twice": (
        "La structure chef de file est aussi parmi les autres. Retirez-la de la liste.",
        "The leading structure is among the others too. Take it out of the list.",
    ),
    "refused.no-evaluation": (
        "Un projet évalué dit comment : remplissez « Évaluation », ou choisissez l’étape « Terminé ».",
        "An evaluated project says how: fill in “Evaluation”, or choose the stage “Ended”.",
    ),
    "refused.count-differs": (
        "La réponse nomme {found} structures. Donnez ce nombre.",
        "The answer names {found} structures. Give that number.",
    ),
    "refused.offer-without-kind": (
        "Dites de quelle offre il s’agit : formation, emploi, stage, volontariat ou service civique.",
        "Say what offer it is: training, job, internship, volunteering or civic service.",
    ),
    "refused.event-without-beginning": ("Dites quand l’événement commence.", "Say when the event begins."),
    "refused.event-past": (
        "Cet événement a déjà commencé. Corrigez sa date.",
        "This event has begun already. Correct its date.",
    ),
    "refused.request-withdrawn": (
        "Cette demande a été retirée. Pour y répondre, notez-la de nouveau.",
        "This request was taken back. To answer it, note it again.",
    ),
    "refused.publication-withdrawn": (
        "Cette publication a été retirée. Commencez un nouveau brouillon.",
        "This publication was withdrawn. Begin a new draft.",
    ),
    "refused.publication-published": (
        "C’est déjà publié. Retirez-le, puis commencez un nouveau brouillon.",
        "It is published already. Withdraw it, then begin a new draft.",
    ),
    "refused.members-only": (
        "Seuls les adhérents du réseau publient ici. La fiche, elle, reste ouverte à vos corrections.",
        "Only members of the network publish here. The record itself stays open to your corrections.",
    ),
}

IMPORT_WORDS: Words = {
    "import.empty": ("Ce fichier est vide. Choisissez-en un autre.", "This file is empty. Choose another."),
    "import.too-big": (
        "Ce fichier dépasse {most} Mo. Coupez-le en plusieurs fichiers.",
        "This file has more than {most} MB. Cut it into several files.",
    ),
    "import.old-excel": (
        "C’est un classeur d’un ancien format (.xls) ou protégé par un mot de passe. Enregistrez-le au format .xlsx ou CSV, sans mot de passe.",
        "This is a workbook of an old format (.xls) or protected by a password. Save it as .xlsx or CSV, without a password.",
    ),
    "import.encrypted": (
        "Ce classeur est protégé par un mot de passe. Enregistrez-le sans mot de passe.",
        "This workbook is protected by a password. Save it without one.",
    ),
    "import.not-a-table": (
        "Ce n’est pas un tableau. Envoyez un fichier CSV ou .xlsx.",
        "This is no table. Send a CSV or .xlsx file.",
    ),
    "import.not-a-workbook": (
        "Ce n’est pas un classeur lisible. Ouvrez-le dans votre tableur et enregistrez-le de nouveau au format .xlsx ou CSV.",
        "This is no workbook that can be read. Open it in your spreadsheet and save it again as .xlsx or CSV.",
    ),
    "import.cut-workbook": (
        "Ce classeur est abîmé ou coupé : il a sans doute été mal téléchargé. Envoyez-le de nouveau.",
        "This workbook is damaged or cut: it was probably not downloaded whole. Send it again.",
    ),
    "import.bomb": (
        "Ce classeur contient plus de {most} Mo une fois ouvert. Ne gardez que la feuille à importer.",
        "This workbook holds more than {most} MB once opened. Keep only the sheet to import.",
    ),
    "import.cut": (
        "Ce fichier s’arrête au milieu de la ligne {line} : il est sans doute coupé. Envoyez-le de nouveau.",
        "This file ends in the middle of line {line}: it is probably cut. Send it again.",
    ),
    "import.quotes": (
        "Les guillemets de la ligne {line} ne se ferment pas comme il faut. Corrigez-la dans votre tableur.",
        "The quotes of line {line} do not close as they should. Correct it in your spreadsheet.",
    ),
    "import.no-such-sheet": (
        "Il n’y a pas de feuille « {sheet} ». Choisissez parmi : {sheets}.",
        "There is no sheet “{sheet}”. Choose among: {sheets}.",
    ),
    "import.no-header": (
        "La première ligne doit nommer les colonnes.",
        "The first line must name the columns.",
    ),
    "import.no-name-column": (
        "Aucune colonne ne donne le nom des structures. La première ligne dit : {header}. Choisissez la bonne feuille, ou la colonne du nom.",
        "No column gives the names of the structures. The first line says: {header}. Choose the right sheet, or the column of the name.",
    ),
    "import.no-lines": (
        "Il n’y a aucune ligne sous les noms des colonnes.",
        "There is no line below the names of the columns.",
    ),
    "import.columns-differ": (
        "Les colonnes choisies ne sont pas celles du fichier. Choisissez-les de nouveau.",
        "The columns chosen are not those of the file. Choose them again.",
    ),
    "import.column-twice": (
        "Deux colonnes disent la même chose ({field}). N’en gardez qu’une.",
        "Two columns say the same ({field}). Keep only one.",
    ),
    "import.too-many-lines": (
        "Il y a plus de {most} lignes. Coupez le fichier en plusieurs.",
        "There are more than {most} lines. Cut the file into several.",
    ),
    "import.too-many-columns": (
        "Il y a plus de {most} colonnes. Ne gardez que celles à importer.",
        "There are more than {most} columns. Keep only those to import.",
    ),
    "import.formula": (
        "La cellule {cell} contient une formule. Collez les valeurs à la place des formules, puis envoyez le fichier de nouveau.",
        "The cell {cell} holds a formula. Paste values in place of formulas, then send the file again.",
    ),
    "import.formula-in-line": (
        "Cette ligne contient une formule (une cellule qui commence par =). Mettez-y la valeur.",
        "This line holds a formula (a cell that begins with =). Put the value there.",
    ),
    "import.cell-too-long": (
        "Une cellule de cette ligne est trop longue. Raccourcissez-la.",
        "A cell of this line is too long. Shorten it.",
    ),
    "import.too-many-cells": (
        "Cette ligne a plus de cellules que la première ligne n’a de noms.",
        "This line has more cells than the first line has names.",
    ),
    "import.unknown-country": (
        "« {value} » n’est pas un pays connu. Écrivez son nom en français, ou son code de deux lettres.",
        "“{value}” is no known country. Write its name in French or English, or its code of two letters.",
    ),
    "import.unknown-kind": (
        "« {value} » n’est pas une nature connue. Écrivez par exemple association, collectivité, entreprise, université, lycée.",
        "“{value}” is no known kind. Write for example association, public body, company, higher education, school.",
    ),
    "import.unknown-department": (
        "« {value} » n’est pas un département. Écrivez son numéro, par exemple 31.",
        "“{value}” is no department. Write its number, such as 31.",
    ),
    "import.unknown-commune": (
        "« {value} » n’est pas un code de commune. Écrivez le code Insee, par exemple 31555.",
        "“{value}” is no code of a commune. Write the Insee code, such as 31555.",
    ),
    "import.no-number": (
        "« {value} » ne donne aucun numéro d’objectif, de 1 à 17.",
        "“{value}” gives no number of a goal, 1 to 17.",
    ),
    "import.town-unclear": (
        "Plusieurs communes s’appellent « {value} » : la commune reste vide.",
        "Several communes are called “{value}”: the commune stays empty.",
    ),
    "import.town-unknown": (
        "Aucune commune ne s’appelle « {value} » : la commune reste vide.",
        "No commune is called “{value}”: the commune stays empty.",
    ),
    "import.no-last-line-end": (
        "Le fichier ne finit pas par un retour à la ligne : vérifiez que sa dernière ligne est entière.",
        "The file does not end with a line end: check that its last line is whole.",
    ),
    "import.latin-1": (
        "Le fichier est lu comme Excel l’écrit (Windows-1252) : vérifiez les accents.",
        "The file is read as Excel writes it (Windows-1252): check the accents.",
    ),
}

EXPORT_WORDS: Words = {
    "export.name": ("Nom", "Name"),
    "export.acronym": ("Sigle", "Acronym"),
    "export.kind": ("Nature", "Kind"),
    "export.department": ("Code du département", "Code of the department"),
    "export.department_name": ("Département", "Department"),
    "export.commune": ("Code Insee de la commune", "Insee code of the commune"),
    "export.town": ("Commune", "Commune"),
    "export.address": ("Adresse", "Address"),
    "export.website": ("Site", "Website"),
    "export.themes": ("Thèmes", "Themes"),
    "export.countries": ("Codes des pays", "Codes of countries"),
    "export.country_names": ("Pays d’action", "Countries of action"),
    "export.sdgs": ("ODD", "SDGs"),
    "export.siren": ("SIREN", "SIREN"),
    "export.siret": ("SIRET", "SIRET"),
    "export.rna": ("RNA", "RNA"),
    "export.summary": ("Présentation", "Presentation"),
    "export.listed": ("Annuaire public", "Public directory"),
    "export.member": ("Adhérent", "Member"),
    "export.since": ("Inscrite le", "Registered on"),
    "export.seen": ("Vue le", "Seen on"),
    "export.id": ("Identifiant", "Id"),
    "export.yes": ("oui", "yes"),
    "export.no": ("non", "no"),
}

PICTURE_WORDS: Words = {
    "refused.picture-too-big": (
        "Cette image dépasse {most} Mo. Envoyez-en une plus légère.",
        "This picture has more than {most} MB. Send a lighter one.",
    ),
    "refused.not-a-picture": (
        "Ce fichier n’est pas une image lisible. Envoyez un fichier JPEG, PNG, WebP ou GIF.",
        "This file is no picture that can be read. Send a JPEG, PNG, WebP or GIF file.",
    ),
    "refused.picture-too-many-pixels": (
        "Cette image a plus de {most} millions de pixels. Réduisez-la.",
        "This picture has more than {most} million pixels. Make it smaller.",
    ),
    "refused.picture-too-small": (
        "Cette image est trop petite : il lui faut au moins {least} pixels de côté.",
        "This picture is too small: it needs {least} pixels a side at least.",
    ),
}
