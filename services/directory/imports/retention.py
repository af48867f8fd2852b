"""What the directory keeps of files that are sent for an import, and until when."""

from __future__ import annotations

from shared.persons.data_subjects import Purpose

PURPOSE = Purpose(
    code="upload",
    whom=(
        "Personnes nommées dans un fichier envoyé à l’import",
        "Persons named in a file that is sent for an import",
    ),
    what=(
        "Ce que le fichier en dit, chiffré, sans être lu comme une donnée sur elles",
        "What the file says of them, encrypted, not read as data about them",
    ),
    why=(
        "Montrer le fichier à qui l’envoie, avant l’import",
        "To show the file to who sends it, before the import",
    ),
    ground=(
        "Intérêt légitime du réseau (RGPD, art. 6.1.f)",
        "Legitimate interest of the network (GDPR, art. 6.1.f)",
    ),
    begins=(
        "le dernier geste de qui l’a envoyé, et plus tôt dès que l’import commence",
        "the last thing that its sender does; sooner where the import begins",
    ),
    seen_by=("Qui l’a envoyé", "Who sent it"),
    setting="keep_uploads",
)
