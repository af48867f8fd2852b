-- title: Rencontres avec des invités
-- version: 1
-- unit: gathering
-- counts: things
-- partial: year
-- parameters: first
-- own: gathering/guests
-- definition: Rencontres de natures qui reçoivent des structures invitées, tenues dans une année, villes où elles l’ont été, et celles qui ont reçu des invités.
WITH held AS (FROM gathering_at($as_of, $known) WHERE kind IN (FROM marked($as_of, $known, 'gathering', 'guests')) AND year = $first::INTEGER)
SELECT 'events.aper_oc_' || $first::INTEGER || '.value' AS path, count(*) AS value, list(event ORDER BY event) AS events FROM held
UNION ALL
SELECT 'events.aper_oc_' || $first::INTEGER || '.with_guests', count(*), list(event ORDER BY event) FROM held WHERE len(guests) > 0
UNION ALL
SELECT 'events.aper_oc_' || $first::INTEGER || '.towns', count(*), list(event ORDER BY event)
FROM (SELECT arg_min(event, (day, event)) AS event FROM held WHERE town IS NOT NULL GROUP BY town)
