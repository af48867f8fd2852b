-- title: Élèves en Tandems solidaires
-- version: 1
-- unit: person
-- counts: heads
-- partial: run
-- key: events.tandems_solidaires.pupils
-- persons: all
-- rank: 5
-- own: tandem
-- types: PupilsCounted
-- definition: Élèves des tandems, d’après le dernier comptage de chacun.
SELECT 'events.tandems_solidaires.pupils' AS path, sum(people) AS value, list(event ORDER BY event) AS events
FROM (
    SELECT arg_max(people, turn) AS people, arg_max(seq, turn) AS event
    FROM dated($as_of, $known) WHERE type = 'PupilsCounted' GROUP BY entity_id)
