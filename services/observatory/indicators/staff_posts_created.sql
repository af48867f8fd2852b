-- title: Postes créés
-- version: 1
-- unit: post
-- counts: things
-- partial: year
-- chart: bars
-- types: StaffPostCreated
-- definition: Postes créés dans l’équipe, par année.
SELECT 'membership.staff_posts_created.' || year(day) AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM dated($as_of, $known) WHERE type = 'StaffPostCreated' GROUP BY year(day)
