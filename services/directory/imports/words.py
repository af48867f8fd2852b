"""What the pages of imports say by code, and why a file or a line can’t be read."""

from __future__ import annotations

from services.directory.structures.words import NAMES
from shared.base.translations import Words

WORDS: Words = {
    "command.StartImport": ("Commencer l’import", "Start the import"),
    "command.FinishImport": ("Terminer l’import", "Finish the import"),
    "field.columns": ("Colonnes", "Columns"),
    "field.file": ("Fichier (empreinte SHA-256)", "File (SHA-256)"),
    "field.import_id": ("Import", "Import"),
    "field.lines": ("Lignes", "Lines"),
    "field.registered": ("Structures inscrites", "Structures registered"),
    "field.completed": ("Fiches complétées", "Records completed"),
    "field.skipped": ("Lignes laissées de côté", "Lines left out"),
    "refused.unknown-import": ("Cet import n’existe pas.", "There is no such import."),
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
    **{f"column.{name}": words for name, words in NAMES.items()},
    "column.": ("Ne pas lire", "Do not read"),
    "column.commune": ("Code Insee de la commune", "Insee code of the commune"),
    "column.postcode": ("Code postal", "Postcode"),
    "column.town": ("Ville", "Town"),
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
}
