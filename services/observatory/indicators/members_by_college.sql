-- title: Adhérents par collège
-- version: 1
-- unit: member
-- counts: things
-- partial: year
-- chart: stack
-- key: membership.colleges_by_year.total.values.{year}
-- parts: college
-- filters: department, kind, theme, college
-- persons: college/persons
-- rank: 2
-- types: CollegeOpened, CollegeClosed
-- definition: Adhérents de chaque collège à la fin de chaque année, ou au jour demandé pour l’année en cours. Avant son ouverture, un collège n’est pas mesuré.
WITH members AS (
    SELECT year(on_day) AS in_year, member, college, event
    FROM member_on((SELECT list(taken) FROM years($as_of, $known)), $as_of, $known)),
colleges AS (
    SELECT in_year, college FROM years($as_of, $known)
    JOIN dated($as_of, $known) ON type IN ('CollegeOpened', 'CollegeClosed') AND day <= taken
    GROUP BY in_year, college HAVING arg_max(type, turn) = 'CollegeOpened'
    UNION SELECT DISTINCT in_year, college FROM members)
SELECT
    'membership.colleges_by_year.' || college || '.' || in_year AS path,
    count(member) AS value,
    list(event ORDER BY event) FILTER (member IS NOT NULL) AS events
FROM colleges LEFT JOIN members USING (in_year, college) GROUP BY in_year, college
UNION ALL
SELECT
    'membership.colleges_by_year.total.values.' || in_year,
    count(member),
    list(event ORDER BY event) FILTER (member IS NOT NULL)
FROM (SELECT DISTINCT in_year FROM colleges) LEFT JOIN members USING (in_year) GROUP BY in_year
