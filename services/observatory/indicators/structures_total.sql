-- title: Structures recensées
-- version: 1
-- unit: structure
-- counts: things
-- partial: day
-- key: directory.structures_total.value
-- filters: department, kind, theme, college
-- rank: 1
-- definition: Structures inscrites à l’annuaire et non closes ce jour-là.
SELECT 'directory.structures_total.value' AS path, count(*) AS value, list(registered ORDER BY registered) AS events
FROM structure_at($as_of, $known)
