-- title_fr: Fiches de l’annuaire public
-- title_en: Records of the public directory
-- version: 1
-- unit: structure
-- counts: things
-- partial: day
-- filters: department, kind, theme, college
-- definition_fr: Structures recensées qui paraissent, à leur demande, dans l’annuaire public.
-- definition_en: Structures on record that appear, on their own wish, in the public directory.
SELECT
    'directory.structures_listed_in_public_directory.value' AS path,
    count(*) AS value,
    list(listing ORDER BY listing) AS events
FROM structure_at($as_of, $known) WHERE listed
