-- title: Éditions de la rencontre annuelle dont la fréquentation est mesurée
-- version: 1
-- unit: gathering
-- counts: things
-- partial: run
-- parameters: first, last
-- own: gathering/yearly
-- definition: Rencontres annuelles tenues entre deux années et dont on sait combien de personnes sont venues.
SELECT 'events.agora.editions_measured' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM held_as($as_of, $known, 'yearly')
WHERE year BETWEEN $first::INTEGER AND $last::INTEGER
  AND gathering IN (SELECT gathering FROM attendance_at($as_of, $known))
