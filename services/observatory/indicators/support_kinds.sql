-- title: Sortes d’appui données
-- version: 1
-- unit: kind
-- counts: things
-- partial: run
-- types: SupportGiven
-- definition: Sortes d’appui individuel données au moins une fois ; chacune repose sur le premier appui de la sorte.
SELECT 'directory.support_kinds' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (SELECT arg_min(seq, turn) AS first FROM dated($as_of, $known) WHERE type = 'SupportGiven' GROUP BY kind)
