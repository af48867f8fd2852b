-- title: Sujets des rendez-vous des collectivités
-- version: 1
-- unit: topic
-- counts: things
-- partial: run
-- own: gathering/authorities
-- definition: Sujets traités aux rendez-vous des collectivités ; chacun repose sur la première rencontre qui l’a traité.
SELECT 'events.local_authority_meetings.topics' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (
    SELECT arg_min(event, (day, event)) AS first
    FROM (SELECT unnest(topics) AS topic, day, event FROM gathering_at($as_of, $known) WHERE kind IN (FROM marked($as_of, $known, 'gathering', 'authorities')))
    GROUP BY topic)
