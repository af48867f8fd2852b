-- title_fr: Première Agora
-- title_en: First Agora
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: agora
-- definition_fr: Année de la première Agora tenue.
-- definition_en: Year of the first Agora held.
SELECT 'events.agora.first_held' AS path, min(year) AS value, list(event) AS events
FROM (FROM gathering_at($as_of, $known) WHERE kind = 'agora' ORDER BY day, event LIMIT 1)
