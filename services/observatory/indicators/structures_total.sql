-- title_fr: Structures recensées
-- title_en: Structures on record
-- unit: structure
-- counts: things
-- definition_fr: Structures inscrites à l’annuaire et non closes ce jour-là.
-- definition_en: Structures registered in the directory and not closed on that day.
SELECT 'directory.structures_total.value' AS path, count(*) AS value, list(registered ORDER BY registered) AS events
FROM structure_at($as_of, $known)
