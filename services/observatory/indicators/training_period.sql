-- title: Durée de l’offre de formation
-- version: 1
-- unit: month
-- counts: measure
-- partial: run
-- definition: Année de la première session, mois de la première à la dernière (comprises), durée de la plus courte et de la plus longue en jours.
WITH held AS (FROM held_as($as_of, $known, 'modules')),
ends AS (
    SELECT min(day) AS first, max(day) AS last, min(days) AS shortest, max(days) AS longest,
           arg_min(event, (day, event)) AS opening, arg_max(event, (day, event)) AS closing,
           arg_min(event, (days, event)) AS short, arg_max(event, (days, event)) AS long
    FROM held HAVING count(*) > 0)
SELECT 'events.trainings.from' AS path, year(first) AS value, [opening] AS events FROM ends
UNION ALL SELECT 'events.trainings.months', date_diff('month', first, last) + 1, list_sort(list_distinct([opening, closing])) FROM ends
UNION ALL SELECT 'events.trainings.days_each.0', shortest, [short] FROM ends
UNION ALL SELECT 'events.trainings.days_each.1', longest, [long] FROM ends
