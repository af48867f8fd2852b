-- title: Contacts
-- version: 1
-- unit: contact
-- counts: things
-- partial: day
-- key: directory.contacts_total.value
-- filters: department, kind, theme, college
-- persons: all
-- rank: 3
-- definition: Personnes nommées comme contact d’une structure et pas retirées depuis. Leurs noms restent scellés.
SELECT 'directory.contacts_total.value' AS path, count(*) AS value, list(event ORDER BY event) AS events
FROM contact_at($as_of, $known)
