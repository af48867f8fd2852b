-- title: Volontaires en service civique présents dans l’année
-- version: 1
-- unit: person
-- counts: things
-- partial: year
-- chart: bars
-- persons: all
-- same: civic_service_recruits
-- public: no
-- types: CivicServiceRecruited, CivicServiceEnded
-- definition: Jeunes en service civique dans l’équipe au moins un jour de l’année, arrivés cette année-là ou avant. Qui est là au Nouvel An compte dans deux années ; les arrivées comptent une fois (recrutements).
WITH each AS (
    SELECT
        arg_max(seq, turn) FILTER (type = 'CivicServiceRecruited') AS event,
        min(day) FILTER (type = 'CivicServiceRecruited') AS since,
        max(day) FILTER (type = 'CivicServiceEnded') AS until
    FROM dated($as_of, $known) WHERE type IN ('CivicServiceRecruited', 'CivicServiceEnded')
    GROUP BY entity_id HAVING since IS NOT NULL),
years AS (SELECT event, unnest(range(year(since), year(coalesce(until, $as_of::DATE)) + 1)) AS year FROM each)
SELECT 'membership.civic_service.present_by_year.' || year AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM years GROUP BY year
