-- title: Acteurs mis en lumière dans les médias
-- version: 1
-- unit: structure
-- counts: things
-- partial: run
-- types: MediaCoverageNoted
-- definition: Structures dont un média a parlé grâce au réseau, et médias qui l’ont fait ; chacun repose sur sa première parution.
WITH noted AS (SELECT structure, medium, turn, seq FROM dated($as_of, $known) WHERE type = 'MediaCoverageNoted')
SELECT 'directory.actors_given_media_coverage.value' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (SELECT arg_min(seq, turn) AS first FROM noted GROUP BY structure)
UNION ALL
SELECT 'directory.actors_given_media_coverage.media', count(*), list(first ORDER BY first)
FROM (SELECT arg_min(seq, turn) AS first FROM noted GROUP BY medium)
