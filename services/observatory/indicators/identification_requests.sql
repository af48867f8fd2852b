-- title_fr: Demandes d’identification d’acteurs
-- title_en: Requests to identify actors
-- version: 1
-- unit: request
-- counts: things
-- partial: run
-- types: IdentificationRequested
-- definition_fr: Demandes faites au réseau : qui agit sur tel thème, dans tel pays, de telle nature ?
-- definition_en: Requests made to the network: who works on this theme, in this country, of this kind?
SELECT 'directory.actor_identification_requests.values' AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM standing($as_of, $known) WHERE type = 'IdentificationRequested'
