-- title: Sièges au conseil d’administration
-- version: 1
-- unit: seat
-- counts: things
-- partial: day
-- chart: shares
-- types: BoardSeatTaken, BoardSeatVacated
-- definition: Sièges occupés ce jour-là, par fonction.
WITH seats AS (FROM running($as_of, $known, 'BoardSeatTaken', 'BoardSeatVacated')),
named AS (
    SELECT * FROM (VALUES
        ('president', 'president'), ('vice_president', 'vice_presidents'), ('administrator', 'administrators'),
        ('delegate_administrator', 'delegate_administrators')) AS roles (role, plural)),
roles AS (FROM named UNION ALL SELECT DISTINCT role, role FROM seats WHERE role NOT IN (SELECT role FROM named))
SELECT 'membership.board_seats.' || plural AS path, count(thing) AS value, list(event ORDER BY event) FILTER (thing IS NOT NULL) AS events
FROM roles LEFT JOIN seats ON seats.role = roles.role
GROUP BY plural
