-- title: Début de la Tournée départementale
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: departmental_tour
-- definition: Année de la première étape tenue.
SELECT 'events.departmental_tour.since' AS path, min(year) AS value, list(event) AS events
FROM (FROM gathering_at($as_of, $known) WHERE kind = 'departmental_tour' ORDER BY day, event LIMIT 1)
