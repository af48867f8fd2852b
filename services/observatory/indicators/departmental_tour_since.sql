-- title: Début des rencontres itinérantes
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: gathering/tour
-- definition: Année de la première étape tenue.
SELECT 'events.departmental_tour.since' AS path, min(year) AS value, list(event) AS events
FROM (FROM gathering_at($as_of, $known) WHERE kind IN (FROM marked($as_of, $known, 'gathering', 'tour')) ORDER BY day, event LIMIT 1)
