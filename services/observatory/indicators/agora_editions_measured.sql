-- title_fr: Éditions de l’Agora dont la fréquentation est mesurée
-- title_en: Editions of the Agora whose turnout was measured
-- version: 1
-- unit: gathering
-- counts: things
-- partial: run
-- parameters: first, last
-- own: agora
-- definition_fr: Agoras tenues entre deux années et dont on sait combien de personnes sont venues.
-- definition_en: Agoras held between two years of which it is known how many people came.
SELECT 'events.agora.editions_measured' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM gathering_at($as_of, $known)
WHERE kind = 'agora' AND year BETWEEN $first::INTEGER AND $last::INTEGER
  AND gathering IN (SELECT gathering FROM attendance_at($as_of, $known))
