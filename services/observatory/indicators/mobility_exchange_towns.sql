-- title_fr: Villes des échanges sur la mobilité internationale
-- title_en: Towns of the exchanges on international mobility
-- version: 1
-- unit: town
-- counts: things
-- partial: run
-- own: mobility_exchange
-- definition_fr: Villes où un échange sur la mobilité internationale des jeunes s’est tenu ; chacune repose sur le premier.
-- definition_en: Towns where an exchange on young people's international mobility was held; each rests on the first.
SELECT 'events.mobility_exchange_towns' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (
    SELECT arg_min(event, (day, event)) AS first FROM gathering_at($as_of, $known)
    WHERE kind = 'mobility_exchange' AND town IS NOT NULL GROUP BY town)
