-- title: Rencontres avec des invités par nature
-- version: 1
-- unit: gathering
-- counts: things
-- partial: run
-- parameters: first, last
-- terms: gathering
-- definition: Rencontres de chaque nature, tenues entre deux années, qui ont reçu des structures invitées.
SELECT
    'events.gatherings.' || sort || '.with_guests_' || $first::INTEGER || '_' || $last::INTEGER AS path,
    count(*) AS value,
    list(event ORDER BY event) AS events
FROM held_by_kind($as_of, $known)
WHERE len(guests) > 0 AND year BETWEEN $first::INTEGER AND $last::INTEGER GROUP BY sort
