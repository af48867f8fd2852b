-- title_fr: Rencontres thématiques
-- title_en: Thematic meetings
-- version: 1
-- unit: gathering
-- counts: things
-- partial: run
-- filters: department
-- definition_fr: Rencontres thématiques tenues.
-- definition_en: Thematic meetings held.
SELECT 'events.thematic_meetings' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM gathering_at($as_of, $known) WHERE kind = 'thematic'
