-- title: Structures par département
-- version: 1
-- unit: structure
-- counts: things
-- partial: day
-- chart: map
-- parts: department
-- filters: kind, theme, college
-- rank: 1
-- definition: Structures recensées dans chaque département de la région, d’après leur dernière adresse connue ; sans région, dans ceux où il y en a.
WITH mapped AS (
    FROM region_at($as_of, $known)
    UNION SELECT DISTINCT department FROM structure_at($as_of, $known)
    WHERE department IS NOT NULL AND NOT EXISTS (FROM region_at($as_of, $known)))
SELECT
    'directory.structures_by_department.values.' || mapped.department AS path,
    count(structure) AS value,
    list(placed ORDER BY placed) FILTER (structure IS NOT NULL) AS events
FROM mapped LEFT JOIN structure_at($as_of, $known) AS structures ON structures.department = mapped.department
GROUP BY mapped.department
