-- title: Recrutements en service civique
-- version: 1
-- unit: person
-- counts: things
-- partial: year
-- chart: bars
-- persons: all
-- types: CivicServiceRecruited
-- definition: Jeunes recrutés en service civique dans l’équipe, par année.
SELECT 'membership.civic_service.recruits_by_year.' || year(day) AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM dated($as_of, $known) WHERE type = 'CivicServiceRecruited' GROUP BY year(day)
