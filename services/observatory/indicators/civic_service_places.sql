-- title: Places de service civique agréées
-- version: 1
-- unit: place
-- counts: things
-- partial: day
-- types: CivicServicePlaceApproved, CivicServicePlaceEnded
-- definition: Places agréées par l’État et pas terminées ce jour-là.
SELECT 'membership.civic_service.approved_places.value' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM running($as_of, $known, 'CivicServicePlaceApproved', 'CivicServicePlaceEnded')
