-- title: Première rencontre annuelle
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: gathering/yearly
-- definition: Année de la première rencontre annuelle tenue.
SELECT 'events.agora.first_held' AS path, min(year) AS value, list(event) AS events
FROM (FROM gathering_at($as_of, $known) WHERE kind IN (FROM marked($as_of, $known, 'gathering', 'yearly')) ORDER BY day, event LIMIT 1)
