-- title: Fiches de l’annuaire public
-- version: 1
-- unit: structure
-- counts: things
-- partial: day
-- filters: department, kind, theme, college
-- definition: Structures recensées qui paraissent, à leur demande, dans l’annuaire public.
SELECT
    'directory.structures_listed_in_public_directory.value' AS path,
    count(*) AS value,
    list(listing ORDER BY listing) AS events
FROM structure_at($as_of, $known) WHERE listed
