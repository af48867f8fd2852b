-- title: Fréquentation moyenne de la rencontre annuelle
-- version: 2
-- unit: person
-- counts: heads
-- partial: run
-- parameters: first, last
-- persons: all
-- means: agora_editions_measured
-- own: gathering/yearly
-- definition: Personnes venues aux rencontres annuelles tenues entre deux années, divisées par le nombre d’éditions mesurées.
SELECT
    'events.agora.mean_attendance_' || $first::INTEGER || '_' || $last::INTEGER AS path,
    sum(people) / nullif(count(DISTINCT gathering), 0) AS value,
    list(counting ORDER BY counting) AS events
FROM attendance_as($as_of, $known, 'yearly') WHERE year BETWEEN $first::INTEGER AND $last::INTEGER
