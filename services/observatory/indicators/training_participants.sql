-- title: Participants aux formations
-- version: 2
-- unit: person
-- counts: heads
-- partial: run
-- key: events.trainings.participants
-- persons: all
-- rank: 6
-- definition: Personnes venues aux sessions de formation, comptées ou accueillies par leur nom.
SELECT 'events.trainings.participants' AS path, sum(people) AS value, list(counting ORDER BY counting) AS events
FROM attendance_as($as_of, $known, 'modules')
