-- title_fr: Réseaux régionaux multi-acteurs
-- title_en: Regional multi-actor networks
-- version: 1
-- unit: network
-- counts: things
-- partial: year
-- chart: bars
-- types: PeerNetworkJoined, PeerNetworkLeft
-- definition_fr: Réseaux de la carte nationale à la fin de chaque année, celui-ci compris.
-- definition_en: Networks on the national map at each year's end, this one included.
SELECT 'network_of_networks.members_' || in_year AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM years($as_of, $known), LATERAL (FROM running(taken, $known, 'PeerNetworkJoined', 'PeerNetworkLeft'))
GROUP BY in_year
