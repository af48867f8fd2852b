-- title: Bénévoles
-- version: 1
-- unit: person
-- counts: things
-- partial: year
-- chart: line
-- persons: all
-- rank: 7
-- types: VolunteerContributed
-- definition: Personnes qui ont donné du temps au réseau dans l’année. Une année sans aucune n’est pas mesurée, ce qui n’est pas zéro.
SELECT 'membership.volunteers_by_year.values.' || year(day) AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM dated($as_of, $known) WHERE type = 'VolunteerContributed' GROUP BY year(day)
