-- title_fr: Structures par département
-- title_en: Structures by department
-- version: 1
-- unit: structure
-- counts: things
-- partial: day
-- chart: map
-- parts: department
-- filters: kind, theme, college
-- rank: 1
-- definition_fr: Structures recensées dans chaque département de la région, d’après leur dernière adresse connue.
-- definition_en: Structures on record in each department of the region, by their last known place.
SELECT
    'directory.structures_by_department.values.' || region.department AS path,
    count(structure) AS value,
    list(placed ORDER BY placed) FILTER (structure IS NOT NULL) AS events
FROM region LEFT JOIN structure_at($as_of, $known) AS structures ON structures.department = region.department
GROUP BY region.department
