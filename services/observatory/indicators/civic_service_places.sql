-- title_fr: Places de service civique agréées
-- title_en: Approved places of civic service
-- version: 1
-- unit: place
-- counts: things
-- partial: day
-- types: CivicServicePlaceApproved, CivicServicePlaceEnded
-- definition_fr: Places agréées par l’État et pas terminées ce jour-là.
-- definition_en: Places approved by the State and not ended on that day.
SELECT 'membership.civic_service.approved_places.value' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM running($as_of, $known, 'CivicServicePlaceApproved', 'CivicServicePlaceEnded')
