"""What the pages of imports and duplicates say by code."""

from __future__ import annotations

from shared.base.translations import Words

IMPORTING_WORDS: Words = {
    "column.": ("Ne pas lire", "Do not read"),
    "column.name": ("Nom", "Name"),
    "column.acronym": ("Sigle", "Acronym"),
    "column.kind": ("Nature", "Kind"),
    "column.department": ("Département", "Department"),
    "column.commune": ("Code Insee de la commune", "Insee code of the commune"),
    "column.postcode": ("Code postal", "Postcode"),
    "column.town": ("Ville", "Town"),
    "column.address": ("Adresse", "Address"),
    "column.website": ("Site", "Website"),
    "column.themes": ("Thèmes", "Themes"),
    "column.countries": ("Pays d’action", "Countries of action"),
    "column.sdgs": ("Objectifs de développement durable", "Sustainable development goals"),
    "column.siren": ("SIREN", "SIREN"),
    "column.siret": ("SIRET", "SIRET"),
    "column.rna": ("Numéro RNA", "RNA number"),
    "column.summary": ("Présentation", "Presentation"),
    "column.source": ("Source", "Source"),
    "import.macros": (
        "Ce classeur contient des macros. Enregistrez-le au format .xlsx, qui n’en a pas, ou en CSV.",
        "This workbook holds macros. Save it as .xlsx, which has none, or as CSV.",
    ),
    "import.no-file": ("Choisissez un fichier sur votre ordinateur.", "Choose a file on your computer."),
    "import.kind-wrong": ("Choisissez une nature dans la liste.", "Choose a kind from the list."),
    "refused.changes-too-fast": (
        "Cette fiche change sans cesse en ce moment. Essayez de nouveau dans un instant.",
        "This record keeps changing at the moment. Try again in a moment.",
    ),
    "refused.upload-gone": (
        "Ce fichier n’est plus là\u00a0: il est effacé dès que l’import commence, et {hours}\u00a0h après le dernier geste. Envoyez-le de nouveau.",
        "This file is gone: it is erased as soon as the import begins, and {hours} h after the last thing done with it. Send it again.",
    ),
    "show.all": ("Toutes", "All"),
    "show.doubtful": ("Ressemblent à une fiche", "Look like a record"),
    "show.wrong": ("Avec des erreurs", "With errors"),
    "show.good": ("Bonnes", "Good"),
    "fate.skip": ("Laisser de côté", "Leave out"),
    "fate.register": ("Inscrire comme une structure de plus", "Register as one more structure"),
    "fate.complete": ("Compléter la fiche qui lui ressemble le plus", "Complete the record most like it"),
    "alike.identifier": ("même numéro officiel", "same official number"),
    "alike.name": ("même nom, ou l’un contient l’autre", "same name, or one holds the other"),
    "alike.acronym": ("même sigle", "same acronym"),
    "alike.alike": ("noms proches", "names close to each other"),
    "duplicates.reason-too-short": (
        "Dites en trois caractères au moins ce qui les distingue, ou rien.",
        "Say in three characters at least what tells them apart, or nothing.",
    ),
    "sure.high": ("Presque sûr", "Almost sure"),
    "sure.middle": ("Probable", "Likely"),
    "sure.low": ("Possible", "Possible"),
}
