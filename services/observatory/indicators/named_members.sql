-- title: Adhérents nommés
-- version: 1
-- unit: member
-- counts: things
-- partial: day
-- chart: shares
-- parts: college
-- filters: department, kind, theme, college
-- definition: Structures adhérentes ce jour-là, par collège. Les personnes adhérentes ne sont pas nommées.
SELECT 'membership.named_members.' || college AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM member_at($as_of, $known) WHERE name IS NOT NULL GROUP BY college
