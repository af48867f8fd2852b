-- title: Projets présentés
-- version: 1
-- unit: project
-- counts: things
-- partial: run
-- parameters: first
-- own: gathering/yearly
-- types: ProjectPresented
-- definition: Projets présentés aux rencontres annuelles depuis une année donnée, sans ceux notés par erreur.
SELECT 'events.agora.tribune_projects_presented_since_' || $first::INTEGER AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM dated($as_of, $known) WHERE type = 'ProjectPresented' AND year(day) >= $first::INTEGER
