-- title_fr: Participants aux formations
-- title_en: Participants of trainings
-- version: 1
-- unit: person
-- counts: heads
-- partial: run
-- key: events.trainings.participants
-- persons: all
-- rank: 6
-- definition_fr: Personnes venues aux sessions de formation, comptées ou accueillies par leur nom.
-- definition_en: People who came to training sessions, counted or checked in by name.
SELECT 'events.trainings.participants' AS path, sum(people) AS value, list(counting ORDER BY counting) AS events
FROM attendance_at($as_of, $known) WHERE kind = 'training'
