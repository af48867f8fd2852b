-- title: Première rencontre annuelle
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: gathering/yearly
-- definition: Année de la première rencontre annuelle tenue.
SELECT 'events.agora.first_held' AS path, min(year) AS value, list(event) AS events
FROM (FROM held_as($as_of, $known, 'yearly') ORDER BY day, event LIMIT 1)
