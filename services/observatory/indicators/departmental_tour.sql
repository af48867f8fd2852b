-- title: Villes des rencontres itinérantes
-- version: 1
-- unit: town
-- counts: things
-- partial: run
-- own: gathering/tour
-- definition: Villes où les rencontres qui vont de ville en ville se sont tenues ; chacune repose sur sa première étape.
SELECT 'events.departmental_tour.towns' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (
    SELECT arg_min(event, (day, event)) AS first FROM gathering_at($as_of, $known)
    WHERE kind IN (FROM marked($as_of, $known, 'gathering', 'tour')) AND town IS NOT NULL GROUP BY town)
