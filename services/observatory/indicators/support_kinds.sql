-- title_fr: Sortes d’appui données
-- title_en: Kinds of support given
-- version: 1
-- unit: kind
-- counts: things
-- partial: run
-- types: SupportGiven
-- definition_fr: Sortes d’appui individuel données au moins une fois ; chacune repose sur le premier appui de la sorte.
-- definition_en: Kinds of individual support given at least once; each rests on the first support of its kind.
SELECT 'directory.support_kinds' AS path, count(*) AS value, list(first ORDER BY first) AS events
FROM (SELECT arg_min(seq, turn) AS first FROM standing($as_of, $known) WHERE type = 'SupportGiven' GROUP BY kind)
