-- title_fr: Sessions de formation
-- title_en: Training sessions
-- version: 1
-- unit: gathering
-- counts: things
-- partial: run
-- filters: department
-- definition_fr: Sessions de formation tenues.
-- definition_en: Training sessions held.
SELECT 'events.trainings.sessions' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM gathering_at($as_of, $known) WHERE kind = 'training'
