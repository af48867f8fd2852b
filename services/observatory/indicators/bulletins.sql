-- title: Bulletins
-- version: 1
-- unit: bulletin
-- counts: things
-- partial: run
-- types: BulletinOpened, BulletinClosed
-- definition: Bulletins que le réseau publie.
SELECT 'newsletter.bulletins' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM (
    SELECT arg_max(seq, turn) AS event FROM dated($as_of, $known)
    WHERE type IN ('BulletinOpened', 'BulletinClosed')
    GROUP BY bulletin HAVING arg_max(type, turn) = 'BulletinOpened')
