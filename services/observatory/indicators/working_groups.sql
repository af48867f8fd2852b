-- title: Groupes de travail
-- version: 1
-- unit: group
-- counts: things
-- partial: day
-- types: WorkingGroupFormed, WorkingGroupClosed
-- definition: Groupes formés et non clos ce jour-là.
SELECT 'membership.working_groups' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM running($as_of, $known, 'WorkingGroupFormed', 'WorkingGroupClosed')
