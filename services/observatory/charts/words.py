"""What the parts and units of pictures are called."""

from shared.base.translations import Words

CHART_WORDS: Words = {
    "college.public": "collège public",
    "college.associative": "collège associatif",
    "college.economic": "collège économique",
    "college.qualified_persons": "personnes qualifiées",
    "unit.percent": "%",
}
