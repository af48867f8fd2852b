-- title: Tandems solidaires
-- version: 1
-- unit: tandem
-- counts: things
-- partial: run
-- own: tandem
-- types: TandemFormed, TandemSchoolJoined
-- definition: Tandems formés et non annulés, établissements scolaires et associations qui y ont pris part ; chacun repose sur l’événement qui l’y a fait entrer.
WITH said AS (FROM dated($as_of, $known) WHERE entity = 'tandem'),
formed AS (SELECT entity_id, arg_min(seq, turn) AS event FROM said WHERE type = 'TandemFormed' GROUP BY entity_id)
SELECT 'events.tandems_solidaires.tandems' AS path, count(*) AS value, list(event ORDER BY event) AS events FROM formed
UNION ALL
SELECT 'events.tandems_solidaires.schools', count(*), list(event ORDER BY event)
FROM (SELECT arg_min(seq, turn) AS event FROM dated($as_of, $known) WHERE type = 'TandemSchoolJoined' GROUP BY school)
UNION ALL
SELECT 'events.tandems_solidaires.associations', count(*), list(event ORDER BY event)
FROM (SELECT arg_min(seq, turn) AS event FROM said WHERE type = 'TandemFormed' GROUP BY association)
