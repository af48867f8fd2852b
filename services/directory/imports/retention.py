"""What the directory keeps of files that are sent for an import, and until when."""

from __future__ import annotations

from shared.base.translations import L
from shared.persons.data_subjects import Purpose

PURPOSE = Purpose(
    code="upload",
    whom=L("Personnes nommées dans un fichier envoyé à l’import"),
    what=L("Ce que le fichier en dit, chiffré, sans être lu comme une donnée sur elles"),
    why=L("Montrer le fichier à qui l’envoie, avant l’import"),
    ground=L("Intérêt légitime du réseau (RGPD, art. 6.1.f)"),
    begins=L("le dernier geste de qui l’a envoyé, et plus tôt dès que l’import commence"),
    seen_by=L("Qui l’a envoyé"),
    setting="keep_uploads",
)
