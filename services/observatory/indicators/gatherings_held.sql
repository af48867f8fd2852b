-- title: Rencontres tenues par nature
-- version: 1
-- unit: gathering
-- counts: things
-- partial: year
-- chart: stack
-- terms: gathering
-- filters: department
-- rank: 8
-- definition: Rencontres tenues chaque année, par nature. Chaque nature que le réseau s’est donnée a la sienne ; une année ou une nature sans rencontre n’a pas de chiffre.
WITH held AS (FROM held_by_kind($as_of, $known))
SELECT 'events.gatherings.' || sort || '.' || year AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM held GROUP BY sort, year
UNION ALL
SELECT 'events.gatherings.' || sort || '.all', count(*), list(event ORDER BY event) FROM held GROUP BY sort
UNION ALL
SELECT 'events.gatherings.total.values.' || year, count(DISTINCT event), list(DISTINCT event ORDER BY event) FROM held GROUP BY year
