"""What the pages of imports say by code, and why a file or a line can’t be read."""

from __future__ import annotations

from services.directory.structures.words import NAMES
from shared.base.translations import Words

WORDS: Words = {
    "command.StartImport": "Commencer l’import",
    "command.FinishImport": "Terminer l’import",
    "field.columns": "Colonnes",
    "field.file": "Fichier (empreinte SHA-256)",
    "field.import_id": "Import",
    "field.lines": "Lignes",
    "field.registered": "Structures inscrites",
    "field.completed": "Fiches complétées",
    "field.skipped": "Lignes laissées de côté",
    "refused.unknown-import": "Cet import n’existe pas.",
    "import.empty": "Ce fichier est vide. Choisissez-en un autre.",
    "import.too-big": "Ce fichier dépasse {most} Mo. Coupez-le en plusieurs fichiers.",
    "import.old-excel": (
        "C’est un classeur d’un ancien format (.xls) ou protégé par un mot de passe. Enregistrez-le au format .xlsx "
        "ou CSV, sans mot de passe."
    ),
    "import.encrypted": "Ce classeur est protégé par un mot de passe. Enregistrez-le sans mot de passe.",
    "import.not-a-table": "Ce n’est pas un tableau. Envoyez un fichier CSV ou .xlsx.",
    "import.not-a-workbook": (
        "Ce n’est pas un classeur lisible. Ouvrez-le dans votre tableur et enregistrez-le de nouveau au format .xlsx "
        "ou CSV."
    ),
    "import.cut-workbook": (
        "Ce classeur est abîmé ou coupé : il a sans doute été mal téléchargé. Envoyez-le de nouveau."
    ),
    "import.bomb": "Ce classeur contient plus de {most} Mo une fois ouvert. Ne gardez que la feuille à importer.",
    "import.too-much": (
        "Ce fichier demande trop de mémoire ou de temps pour un tableau. Copiez les lignes à importer dans un nouveau "
        "fichier, et envoyez celui-ci."
    ),
    "import.cut": "Ce fichier s’arrête au milieu de la ligne {line} : il est sans doute coupé. Envoyez-le de nouveau.",
    "import.quotes": (
        "Les guillemets de la ligne {line} ne se ferment pas comme il faut. Corrigez-la dans votre tableur."
    ),
    "import.no-such-sheet": "Il n’y a pas de feuille « {sheet} ». Choisissez parmi : {sheets}.",
    "import.no-header": "La première ligne doit nommer les colonnes.",
    "import.no-name-column": (
        "Aucune colonne ne donne le nom des structures. La première ligne dit : {header}. Choisissez la bonne "
        "feuille, ou la colonne du nom."
    ),
    "import.no-lines": "Il n’y a aucune ligne sous les noms des colonnes.",
    "import.columns-differ": "Les colonnes choisies ne sont pas celles du fichier. Choisissez-les de nouveau.",
    "import.column-twice": "Deux colonnes disent la même chose ({field}). N’en gardez qu’une.",
    "import.too-many-lines": "Il y a plus de {most} lignes. Coupez le fichier en plusieurs.",
    "import.too-many-columns": "Il y a plus de {most} colonnes. Ne gardez que celles à importer.",
    "import.formula": (
        "La cellule {cell} contient une formule. Collez les valeurs à la place des formules, puis envoyez le fichier "
        "de nouveau."
    ),
    "import.formula-in-line": "Cette ligne contient une formule (une cellule qui commence par =). Mettez-y la valeur.",
    "import.cell-too-long": "Une cellule de cette ligne est trop longue. Raccourcissez-la.",
    "import.too-many-cells": "Cette ligne a plus de cellules que la première ligne n’a de noms.",
    "import.unknown-country": (
        "« {value} » n’est pas un pays connu. Écrivez son nom en français, ou son code de deux lettres."
    ),
    "import.unknown-kind": (
        "« {value} » n’est pas une nature connue. Écrivez par exemple association, collectivité, entreprise, "
        "université, lycée."
    ),
    "import.unknown-department": "« {value} » n’est pas un département. Écrivez son numéro, par exemple 31.",
    "import.unknown-commune": "« {value} » n’est pas un code de commune. Écrivez le code Insee, par exemple 31555.",
    "import.no-number": "« {value} » ne donne aucun numéro d’objectif, de 1 à 17.",
    "import.town-unclear": "Plusieurs communes s’appellent « {value} » : la commune reste vide.",
    "import.town-unknown": "Aucune commune ne s’appelle « {value} » : la commune reste vide.",
    "import.no-last-line-end": (
        "Le fichier ne finit pas par un retour à la ligne : vérifiez que sa dernière ligne est entière."
    ),
    "import.latin-1": "Le fichier est lu comme Excel l’écrit (Windows-1252) : vérifiez les accents.",
    **{f"column.{name}": words for name, words in NAMES.items()},
    "column.": "Ne pas lire",
    "column.commune": "Code Insee de la commune",
    "column.postcode": "Code postal",
    "column.town": "Ville",
    "column.source": "Source",
    "import.macros": "Ce classeur contient des macros. Enregistrez-le au format .xlsx, qui n’en a pas, ou en CSV.",
    "import.no-file": "Choisissez un fichier sur votre ordinateur.",
    "import.kind-wrong": "Choisissez une nature dans la liste.",
    "refused.changes-too-fast": "Cette fiche change sans cesse en ce moment. Essayez de nouveau dans un instant.",
    "refused.import-plan-gone": (
        "Le plan de cet import n’est plus là. Envoyez le même fichier\u00a0: l’import reprend où il en était."
    ),
    "refused.upload-gone": (
        "Ce fichier n’est plus là\u00a0: il est effacé dès que l’import commence, et {hours}\u00a0h après le dernier "
        "geste. Envoyez-le de nouveau."
    ),
    "show.all": "Toutes",
    "show.doubtful": "Ressemblent à une fiche",
    "show.wrong": "Avec des erreurs",
    "show.good": "Bonnes",
    "fate.skip": "Laisser de côté",
    "fate.register": "Inscrire comme une structure de plus",
    "fate.complete": "Compléter la fiche qui lui ressemble le plus",
}
