"""What the parts and units of pictures are called."""

from shared.base.translations import Words

CHART_WORDS: Words = {
    "term.college.public": "collège public",
    "term.college.associative": "collège associatif",
    "term.college.economic": "collège économique",
    "term.college.qualified_persons": "personnes qualifiées",
    "unit.percent": "%",
}
