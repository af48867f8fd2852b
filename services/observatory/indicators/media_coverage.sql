-- title_fr: Acteurs mis en lumière dans les médias
-- title_en: Actors given media coverage
-- version: 1
-- unit: structure
-- counts: things
-- partial: run
-- types: MediaCoverageNoted
-- definition_fr: Structures dont un média a parlé grâce au réseau, et médias qui l’ont fait ; chacun repose sur sa première parution.
-- definition_en: Structures that a medium spoke of thanks to the network, and media that did; each rests on its first coverage.
WITH noted AS (SELECT structure, medium, turn, seq FROM standing($as_of, $known) WHERE type = 'MediaCoverageNoted')
SELECT 'directory.actors_given_media_coverage.value' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (SELECT arg_min(seq, turn) AS first FROM noted GROUP BY structure)
UNION ALL
SELECT 'directory.actors_given_media_coverage.media', count(*), list(first ORDER BY first)
FROM (SELECT arg_min(seq, turn) AS first FROM noted GROUP BY medium)
