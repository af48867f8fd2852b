-- title: Sièges au conseil d’administration
-- version: 1
-- unit: seat
-- counts: things
-- partial: day
-- chart: shares
-- types: BoardSeatTaken, BoardSeatVacated
-- definition: Sièges occupés ce jour-là, par fonction.
SELECT 'membership.board_seats.' || plural AS path, count(thing) AS value, list(event ORDER BY event) FILTER (thing IS NOT NULL) AS events
FROM (VALUES ('president', 'president'), ('vice_president', 'vice_presidents'), ('administrator', 'administrators'),
             ('delegate_administrator', 'delegate_administrators')) AS roles (role, plural)
LEFT JOIN running($as_of, $known, 'BoardSeatTaken', 'BoardSeatVacated') AS seat ON seat.role = roles.role
GROUP BY plural
