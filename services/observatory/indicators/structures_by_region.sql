-- title: Structures dans la région et au-delà
-- version: 1
-- unit: structure
-- counts: things
-- partial: day
-- filters: kind, theme, college
-- definition: Structures recensées, selon que leur département est de la région du réseau ou non. Sans département connu : au-delà. Sans région, il n’y a rien à mesurer.
SELECT
    'directory.structures_' || place.side || '_region.value' AS path,
    count(structure) AS value,
    list(coalesce(placed, registered) ORDER BY placed, registered) FILTER (structure IS NOT NULL) AS events
FROM (VALUES ('in', true), ('outside', false)) AS place (side, inside)
LEFT JOIN structure_at($as_of, $known)
    ON inside = (coalesce(department, '') IN (SELECT department FROM region_at($as_of, $known)))
WHERE EXISTS (FROM region_at($as_of, $known))
GROUP BY place.side
