-- title: Villes par nature de rencontre
-- version: 1
-- unit: town
-- counts: things
-- partial: run
-- parameters: first, last
-- terms: gathering
-- definition: Villes où des rencontres de chaque nature se sont tenues entre deux années ; chacune repose sur la première.
SELECT
    'events.gatherings.' || sort || '.towns_' || $first::INTEGER || '_' || $last::INTEGER AS path,
    count(*) AS value,
    list(first ORDER BY first) AS events
FROM (
    SELECT sort, arg_min(event, (day, event)) AS first FROM held_by_kind($as_of, $known)
    WHERE town IS NOT NULL AND year BETWEEN $first::INTEGER AND $last::INTEGER GROUP BY sort, town)
GROUP BY sort
