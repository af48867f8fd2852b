-- title: Villes des échanges sur la mobilité internationale
-- version: 1
-- unit: town
-- counts: things
-- partial: run
-- own: mobility_exchange
-- definition: Villes où un échange sur la mobilité internationale des jeunes s’est tenu ; chacune repose sur le premier.
SELECT 'events.mobility_exchange_towns' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (
    SELECT arg_min(event, (day, event)) AS first FROM gathering_at($as_of, $known)
    WHERE kind = 'mobility_exchange' AND town IS NOT NULL GROUP BY town)
