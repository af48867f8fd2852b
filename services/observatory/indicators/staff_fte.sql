-- title: Équipe, en équivalents temps plein
-- version: 1
-- unit: fte
-- counts: measure
-- partial: day
-- definition: Somme des temps de travail des postes ouverts ce jour-là. Sans poste noté : non mesuré.
SELECT 'membership.staff_fte.value' AS path, round(fsum(fte), 6) AS value, list(event ORDER BY event) AS events
FROM post_at($as_of, $known)
