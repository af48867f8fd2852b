-- title_fr: Groupes de travail
-- title_en: Working groups
-- version: 1
-- unit: group
-- counts: things
-- partial: day
-- types: WorkingGroupFormed, WorkingGroupClosed
-- definition_fr: Groupes formés et non clos ce jour-là.
-- definition_en: Groups formed and not closed on that day.
SELECT 'membership.working_groups' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM running($as_of, $known, 'WorkingGroupFormed', 'WorkingGroupClosed')
