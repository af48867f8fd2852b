-- title: Réseaux régionaux multi-acteurs
-- version: 1
-- unit: network
-- counts: things
-- partial: year
-- chart: bars
-- types: PeerNetworkJoined, PeerNetworkLeft
-- definition: Réseaux de la carte nationale à la fin de chaque année, celui-ci compris.
SELECT 'network_of_networks.members_' || in_year AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM years($as_of, $known), LATERAL (FROM running(taken, $known, 'PeerNetworkJoined', 'PeerNetworkLeft'))
GROUP BY in_year
