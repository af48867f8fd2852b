-- title: Demandes d’identification d’acteurs
-- version: 1
-- unit: request
-- counts: things
-- partial: run
-- types: IdentificationRequested
-- definition: Demandes faites au réseau : qui agit sur tel thème, dans tel pays, de telle nature ?
SELECT 'directory.actor_identification_requests.values' AS path, count(*) AS value, list(seq ORDER BY seq) AS events
FROM dated($as_of, $known) WHERE type = 'IdentificationRequested'
