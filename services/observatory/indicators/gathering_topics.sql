-- title: Sujets par nature de rencontre
-- version: 1
-- unit: topic
-- counts: things
-- partial: run
-- parameters: first, last
-- terms: gathering
-- definition: Sujets traités aux rencontres de chaque nature entre deux années ; chacun repose sur la première rencontre qui l’a traité.
SELECT
    'events.gatherings.' || sort || '.topics_' || $first::INTEGER || '_' || $last::INTEGER AS path,
    count(*) AS value,
    list(first ORDER BY first) AS events
FROM (
    SELECT sort, arg_min(event, (day, event)) AS first
    FROM (
        SELECT sort, unnest(topics) AS topic, day, event FROM held_by_kind($as_of, $known)
        WHERE year BETWEEN $first::INTEGER AND $last::INTEGER)
    GROUP BY sort, topic)
GROUP BY sort
