-- title: Début des rendez-vous des collectivités
-- version: 1
-- unit: year
-- counts: measure
-- partial: run
-- own: gathering/authorities
-- definition: Année du premier rendez-vous tenu.
SELECT 'events.local_authority_meetings.since' AS path, min(year) AS value, list(event) AS events
FROM (FROM gathering_at($as_of, $known) WHERE kind IN (FROM marked($as_of, $known, 'gathering', 'authorities')) ORDER BY day, event LIMIT 1)
