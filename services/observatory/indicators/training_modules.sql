-- title: Modules de formation
-- version: 1
-- unit: module
-- counts: things
-- partial: run
-- definition: Modules dont une session au moins a été tenue ; chacun repose sur sa première session.
WITH modules AS (
    SELECT arg_min(event, (day, event)) AS first FROM held_as($as_of, $known, 'modules')
    WHERE module IS NOT NULL GROUP BY module)
SELECT unnest(['events.trainings.modules', 'events.training_modules']) AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM modules
