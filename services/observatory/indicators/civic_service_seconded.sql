-- title: Volontaires en service civique mis à disposition
-- version: 1
-- unit: person
-- counts: things
-- partial: run
-- parameters: first
-- persons: all
-- types: CivicServiceSeconded
-- definition: Jeunes en service civique mis à disposition d’adhérents ou de collectivités depuis une année donnée.
SELECT 'membership.civic_service.seconded_to_members_since_' || $first::INTEGER AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM dated($as_of, $known) WHERE type = 'CivicServiceSeconded' AND year(day) >= $first::INTEGER
