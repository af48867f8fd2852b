-- title: Appuis individuels
-- version: 1
-- unit: support
-- counts: things
-- partial: year
-- chart: bars
-- key: directory.individual_support_by_year.total.value
-- filters: department, kind, theme, college
-- rank: 4
-- types: SupportGiven
-- definition: Appuis donnés par l’équipe à une structure, par année et en tout, sans ceux notés par erreur. Une année sans aucun appui noté n’est pas mesurée.
WITH given AS (SELECT year(day) AS year, seq FROM dated($as_of, $known) WHERE type = 'SupportGiven')
SELECT 'directory.individual_support_by_year.values.' || year AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM given GROUP BY year
UNION ALL
SELECT 'directory.individual_support_by_year.total.value', count(*), list(seq ORDER BY seq) FROM given
