-- title: Qui vient à la rencontre annuelle
-- version: 2
-- unit: percent
-- counts: heads
-- partial: run
-- chart: shares
-- parameters: first, last
-- persons: all
-- shares: agora_attendance
-- public: no
-- own: gathering/yearly
-- definition: Part de chaque public parmi les personnes venues aux rencontres annuelles tenues entre deux années.
WITH came AS (FROM attendance_as($as_of, $known, 'yearly') WHERE year BETWEEN $first::INTEGER AND $last::INTEGER),
publics AS (
    SELECT * FROM (VALUES
        ('associations', 'associations'), ('public_bodies', 'collectivites_etablissements_publics'),
        ('companies', 'entreprises'), ('students', 'etudiants'), ('others', 'autres'),
        ('higher_education', 'enseignement_superieur_recherche')) AS printed (audience, printed)),
asked AS (
    FROM publics
    UNION ALL SELECT DISTINCT audience, audience FROM came
    WHERE audience <> '' AND audience NOT IN (SELECT audience FROM publics))
SELECT
    'events.agora.attendance_shares_' || $first::INTEGER || '_' || $last::INTEGER || '_percent.' || printed AS path,
    100 * coalesce(sum(people), 0) / (SELECT nullif(sum(people), 0) FROM came) AS value,
    list(counting ORDER BY counting) FILTER (counting IS NOT NULL) AS events
FROM asked LEFT JOIN came USING (audience) GROUP BY printed
