-- title: Première rencontre par nature
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- terms: gathering
-- definition: Année de la première rencontre tenue de chaque nature.
SELECT
    'events.gatherings.' || sort || '.since' AS path,
    arg_min(year, (day, event)) AS value,
    [arg_min(event, (day, event))] AS events
FROM held_by_kind($as_of, $known) GROUP BY sort
