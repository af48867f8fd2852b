-- title: Lancement des Tandems solidaires
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: tandem
-- types: TandemFormed
-- definition: Première année scolaire du projet pilote, puis du plein lancement.
WITH formed AS (
    SELECT coalesce(pilot, false) AS pilot, left(school_year, 4)::INTEGER AS began, seq AS event FROM dated($as_of, $known)
    WHERE type = 'TandemFormed' AND regexp_full_match(school_year, '[0-9]{4}.*'))
SELECT
    'events.tandems_solidaires.' || CASE WHEN pilot THEN 'pilot' ELSE 'full_launch' END AS path,
    min(began) AS value,
    [arg_min(event, (began, event))] AS events
FROM formed GROUP BY pilot
