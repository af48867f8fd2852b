-- title_fr: Volontaires en service civique accueillis dans l’équipe
-- title_en: Young people in civic service hosted in the team
-- version: 1
-- unit: person
-- counts: things
-- partial: run
-- parameters: first
-- persons: all
-- sums: civic_service_recruits
-- types: CivicServiceRecruited
-- definition_fr: Jeunes recrutés en service civique dans l’équipe depuis une année donnée.
-- definition_en: Young people in civic service recruited into the team since a given year.
SELECT 'membership.civic_service.hosted_in_team_since_' || $first::INTEGER AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM standing($as_of, $known) WHERE type = 'CivicServiceRecruited' AND year(day) >= $first::INTEGER
