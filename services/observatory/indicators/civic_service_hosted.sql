-- title: Volontaires en service civique accueillis dans l’équipe
-- version: 1
-- unit: person
-- counts: things
-- partial: run
-- parameters: first
-- persons: all
-- sums: civic_service_recruits
-- types: CivicServiceRecruited
-- definition: Jeunes recrutés en service civique dans l’équipe depuis une année donnée.
SELECT 'membership.civic_service.hosted_in_team_since_' || $first::INTEGER AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM dated($as_of, $known) WHERE type = 'CivicServiceRecruited' AND year(day) >= $first::INTEGER
