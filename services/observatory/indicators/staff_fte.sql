-- title_fr: Équipe, en équivalents temps plein
-- title_en: Team, in full-time equivalents
-- version: 1
-- unit: fte
-- counts: measure
-- partial: day
-- definition_fr: Somme des temps de travail des postes ouverts ce jour-là. Sans poste noté : non mesuré.
-- definition_en: Sum of the shares of full time of the posts open on that day. Without a post on record: not measured.
SELECT 'membership.staff_fte.value' AS path, sum(fte) AS value, list(event ORDER BY event) AS events
FROM post_at($as_of, $known)
