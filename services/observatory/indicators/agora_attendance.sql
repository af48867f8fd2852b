-- title_fr: Fréquentation moyenne de l’Agora
-- title_en: Mean turnout of the Agora
-- version: 1
-- unit: person
-- counts: heads
-- partial: run
-- parameters: first, last
-- persons: all
-- means: agora_editions_measured
-- own: agora
-- definition_fr: Personnes venues aux Agoras tenues entre deux années, divisées par le nombre d’éditions mesurées.
-- definition_en: People who came to the Agoras held between two years, divided by the number of editions measured.
SELECT
    'events.agora.mean_attendance_' || $first::INTEGER || '_' || $last::INTEGER AS path,
    sum(people) / nullif(count(DISTINCT gathering), 0) AS value,
    list(counting ORDER BY counting) AS events
FROM attendance_at($as_of, $known) WHERE kind = 'agora' AND year BETWEEN $first::INTEGER AND $last::INTEGER
