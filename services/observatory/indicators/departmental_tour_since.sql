-- title_fr: Début de la Tournée départementale
-- title_en: Start of the departmental tour
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: departmental_tour
-- definition_fr: Année de la première étape tenue.
-- definition_en: Year of the first stop held.
SELECT 'events.departmental_tour.since' AS path, min(year) AS value, list(event) AS events
FROM (FROM gathering_at($as_of, $known) WHERE kind = 'departmental_tour' ORDER BY day, event LIMIT 1)
