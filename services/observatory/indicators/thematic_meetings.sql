-- title: Rencontres thématiques
-- version: 1
-- unit: gathering
-- counts: things
-- partial: run
-- filters: department
-- definition: Rencontres thématiques tenues.
SELECT 'events.thematic_meetings' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM gathering_at($as_of, $known) WHERE kind = 'thematic'
