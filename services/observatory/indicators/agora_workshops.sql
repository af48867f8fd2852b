-- title: Ateliers de la rencontre annuelle
-- version: 1
-- unit: workshop
-- counts: things
-- partial: run
-- parameters: first
-- own: gathering/yearly
-- types: WorkshopHeld
-- definition: Ateliers tenus lors des rencontres annuelles depuis une année donnée.
SELECT 'events.agora.workshops_since_' || $first::INTEGER AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM (
    SELECT entity_id AS gathering, arg_min(seq, turn) AS seq FROM dated($as_of, $known) WHERE type = 'WorkshopHeld'
    GROUP BY entity_id, workshop)
JOIN held_as($as_of, $known, 'yearly') USING (gathering) WHERE year >= $first::INTEGER
