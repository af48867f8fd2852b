"""What the parts and units of pictures are called."""

from shared.base.translations import Words

CHART_WORDS: Words = {
    "college.public": ("collège public", "public college"),
    "college.associative": ("collège associatif", "associative college"),
    "college.economic": ("collège économique", "economic college"),
    "college.qualified_persons": ("personnes qualifiées", "qualified persons"),
    "unit.percent": ("%", "%"),
}  # fmt: skip
