-- title: Sessions de formation
-- version: 1
-- unit: gathering
-- counts: things
-- partial: run
-- filters: department
-- definition: Sessions de formation tenues.
SELECT 'events.trainings.sessions' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM held_as($as_of, $known, 'modules')
