-- title_fr: Volontaires en service civique mis à disposition
-- title_en: Young people in civic service seconded to members
-- version: 1
-- unit: person
-- counts: things
-- partial: run
-- parameters: first
-- persons: all
-- types: CivicServiceSeconded
-- definition_fr: Jeunes en service civique mis à disposition d’adhérents ou de collectivités depuis une année donnée.
-- definition_en: Young people in civic service seconded to members or local authorities since a given year.
SELECT 'membership.civic_service.seconded_to_members_since_' || $first::INTEGER AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM standing($as_of, $known) WHERE type = 'CivicServiceSeconded' AND year(day) >= $first::INTEGER
