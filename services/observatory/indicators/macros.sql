-- The table of the log, and the words that indicators are written in. `as_of` is a day of the world, `upto` a sequence
-- of the log: what had happened by the end of that day, as far as it was known at that sequence.

CREATE OR REPLACE MACRO known(as_of, upto) AS TABLE
-- The events that count. What was noted by mistake never happened, on whatever day the mistake was seen: a withdrawal
-- takes back what the log says before it of its entity, unless the withdrawal was a mistake itself.
-- (The table is read twice, where a common `WITH` would keep all its columns in memory for the two.)
WITH mistakes AS (
    SELECT entity_id AS mistaken, max(seq) FILTER (wrong) AS undone
    FROM (
        SELECT entity_id, seq,
            type IN ('SupportWithdrawn', 'MediaCoverageWithdrawn', 'IdentificationRequestWithdrawn', 'VolunteerWithdrawn',
                     'CivicServiceWithdrawn', 'StaffPostWithdrawn', 'ProjectPresentationWithdrawn', 'TandemCancelled')
                OR (type = 'MemberLeft' AND reason = 'mistake') AS wrong,
            type IN ('VolunteerRestored', 'CivicServiceRestored', 'StaffPostRestored', 'TandemReinstated', 'MemberRestored') AS righted
        FROM events WHERE readable AND seq <= upto)
    WHERE wrong OR righted
    GROUP BY entity_id HAVING arg_max(wrong, seq))
SELECT events.* FROM events LEFT JOIN mistakes ON entity_id = mistaken
WHERE readable AND seq <= upto AND day <= as_of AND (undone IS NULL OR seq > undone);

CREATE OR REPLACE MACRO turns(as_of, upto) AS TABLE
-- The same, each with its `turn`: time and sequence as one number, the latest word having the greatest. Finding the latest
-- by it is faster than by the pair.
SELECT *, epoch_us(time)::HUGEINT * 1099511627776 + seq AS turn FROM known(as_of, upto);

CREATE OR REPLACE MACRO structure_at(as_of, upto) AS TABLE
-- One row a structure that is registered and not closed; the latest word counts, by the time it speaks of.
-- `registered`, `placed`, `listing`: the events that say so.
SELECT
    entity_id AS structure,
    arg_max(kind, turn) AS kind,
    nullif(arg_max(CASE WHEN list_contains(cleared, 'department') THEN '' ELSE department END, turn), '') AS department,
    arg_max(seq, turn) FILTER (department IS NOT NULL OR list_contains(cleared, 'department')) AS placed,
    coalesce(arg_max(type = 'StructureListed', turn) FILTER (type IN ('StructureListed', 'StructureUnlisted')), false) AS listed,
    arg_max(seq, turn) FILTER (type = 'StructureListed') AS listing,
    min(seq) FILTER (type = 'StructureRegistered') AS registered
FROM turns(as_of, upto) WHERE entity = 'structure'
GROUP BY entity_id
HAVING registered IS NOT NULL
   AND NOT coalesce(arg_max(type = 'StructureClosed', turn) FILTER (type IN ('StructureClosed', 'StructureReopened')), false);

CREATE OR REPLACE MACRO profile_at(as_of, upto) AS TABLE
-- One row a structure that was ever spoken of, closed or not: what it was then, by which figures are narrowed.
SELECT
    entity_id AS structure,
    arg_max(kind, (time, seq)) AS kind,
    nullif(arg_max(CASE WHEN list_contains(cleared, 'department') THEN '' ELSE department END, (time, seq)), '') AS department,
    arg_max(CASE WHEN list_contains(cleared, 'themes') THEN []::VARCHAR[] ELSE themes END, (time, seq)) AS themes
FROM known(as_of, upto) WHERE entity = 'structure' GROUP BY entity_id;

CREATE OR REPLACE MACRO standing(as_of, upto, begun, ended, restored) AS TABLE
-- One row an entity that `begun`, and was not `ended` since or was `restored`: a contact, a seat, a place, a group.
-- `event` began it. An ending that is dated before its beginning ends it at once.
SELECT thing, event, name, role
FROM (
    SELECT
        entity_id AS thing,
        arg_max(type, (CASE WHEN type = begun THEN time ELSE greatest(time, beginning) END, seq)) AS latest,
        arg_max(seq, (time, seq)) FILTER (type = begun) AS event,
        arg_max(name, (time, seq)) AS name,
        arg_max(role, (time, seq)) AS role
    FROM (
        SELECT *, max(time) FILTER (type = begun) OVER (PARTITION BY entity_id ORDER BY seq) AS beginning
        FROM known(as_of, upto) WHERE type IN (begun, ended, restored))
    GROUP BY entity_id)
WHERE latest <> ended AND event IS NOT NULL;

CREATE OR REPLACE MACRO member_at(as_of, upto) AS TABLE
-- One row a member; `event` put it in its college.
SELECT
    entity_id AS member,
    arg_max(name, turn) AS name,
    arg_max(college, turn) AS college,
    arg_max(structure, turn) AS structure,
    arg_max(seq, turn) FILTER (college IS NOT NULL) AS event
FROM turns(as_of, upto) WHERE entity = 'member'
GROUP BY entity_id
HAVING NOT arg_max(type = 'MemberLeft', turn) FILTER (type IN ('MemberJoined', 'MemberLeft', 'MemberRestored'))
   AND bool_or(type = 'MemberJoined');

CREATE OR REPLACE MACRO post_at(as_of, upto) AS TABLE
-- One row a post of the team; `event` gave it its share of full time.
SELECT entity_id AS post, arg_max(fte, (time, seq)) AS fte, arg_max(seq, (time, seq)) FILTER (fte IS NOT NULL) AS event
FROM known(as_of, upto) WHERE entity = 'post'
GROUP BY entity_id
HAVING bool_or(type = 'StaffPostCreated')
   AND arg_max(type, (time, seq)) FILTER (type IN ('StaffPostCreated', 'StaffPostClosed', 'StaffPostRestored')) <> 'StaffPostClosed';

CREATE OR REPLACE MACRO undone(upto, undoing) AS TABLE
-- Up to which sequence an entity, or one part of it (a registration, a workshop, a school), was taken back.
SELECT entity_id, coalesce(registration, workshop, school, '') AS part, max(seq) AS taken_back
FROM events WHERE readable AND seq <= upto AND type = undoing GROUP BY ALL;

CREATE OR REPLACE MACRO parts(as_of, upto, doing, undoing) AS TABLE
-- The events of a type that were not taken back since, on whatever day that was seen.
SELECT said.* FROM known(as_of, upto) AS said
LEFT JOIN undone(upto, undoing) AS back
    ON back.entity_id = said.entity_id AND back.part = coalesce(said.registration, said.workshop, said.school, '')
WHERE said.type = doing AND (taken_back IS NULL OR said.seq > taken_back);

CREATE OR REPLACE MACRO gathering_at(as_of, upto) AS TABLE
-- One row a gathering that was held and not cancelled since; `event` says that it was held.
WITH held AS (FROM parts(as_of, upto, 'GatheringHeld', 'GatheringHoldingUndone')),
cancelled AS (
    SELECT entity_id, max((time, seq)) AS at FROM known(as_of, upto) WHERE type = 'GatheringCancelled' GROUP BY entity_id),
latest AS (SELECT entity_id, max((time, seq)) AS at FROM held GROUP BY entity_id)
SELECT
    held.entity_id AS gathering, kind, title, town, module, topics, guests, days, day, year(day) AS year, seq AS event
FROM held JOIN latest ON latest.entity_id = held.entity_id AND latest.at = (held.time, held.seq)
LEFT JOIN cancelled ON cancelled.entity_id = held.entity_id
WHERE cancelled.at IS NULL OR cancelled.at < latest.at;

CREATE OR REPLACE MACRO attendance_at(as_of, upto) AS TABLE
-- Who came to a gathering that was held: rows of people, by public. A gathering whose heads were counted is taken by
-- the last count of each public; any other by who was checked in by name, one row each.
WITH counted AS (
    SELECT entity_id AS gathering, coalesce(audience, '') AS audience, arg_max(people, (time, seq)) AS people, arg_max(seq, (time, seq)) AS event
    FROM known(as_of, upto) WHERE type IN ('HeadsCounted', 'HeadCountWithdrawn')
    GROUP BY ALL HAVING arg_max(type, (time, seq)) = 'HeadsCounted'),
named AS (
    SELECT entity_id AS gathering, arg_max(audience, seq) AS audience, 1 AS people, max(seq) AS event
    FROM (FROM parts(as_of, upto, 'AgoraAttended', 'AttendanceUndone')
          UNION ALL FROM parts(as_of, upto, 'GatheringAttended', 'AttendanceUndone'))
    GROUP BY entity_id, registration)
SELECT held.*, came.audience, came.people, came.event AS counting, came.counted
FROM (
    SELECT *, true AS counted FROM counted
    UNION ALL SELECT *, false FROM named WHERE gathering NOT IN (SELECT gathering FROM counted)) AS came
JOIN gathering_at(as_of, upto) AS held USING (gathering);

CREATE OR REPLACE MACRO years(as_of, upto) AS TABLE
-- The years from the first event of an existing thing to `as_of`, each with the day its state is taken: its last, or
-- `as_of` for the year that is not over.
SELECT in_year, least(make_date(in_year, 12, 31), as_of) AS taken
FROM (SELECT unnest(range(year(min(day)), year(as_of) + 1))::INTEGER AS in_year FROM events WHERE readable AND seq <= upto AND day <= as_of);

CREATE OR REPLACE MACRO actor_at(as_of, upto) AS TABLE
-- One row a structure on record, with all that an identification finds it by: its own record, what its published
-- cooperation projects add (as in the directory), the college it is a member of. What speaks of a record that was merged
-- speaks of the one that is kept, however often that went on.
WITH RECURSIVE records AS (
    SELECT
        entity_id AS structure,
        arg_max(name, (time, seq)) AS name,
        arg_max(kind, (time, seq)) AS kind,
        nullif(arg_max(CASE WHEN list_contains(cleared, 'department') THEN '' ELSE department END, (time, seq)), '') AS department,
        arg_max(CASE WHEN list_contains(cleared, 'themes') THEN []::VARCHAR[] ELSE themes END, (time, seq)) AS themes,
        arg_max(CASE WHEN list_contains(cleared, 'countries') THEN []::VARCHAR[] ELSE countries END, (time, seq)) AS countries,
        arg_max(CASE WHEN list_contains(cleared, 'sdgs') THEN []::BIGINT[] ELSE sdgs END, (time, seq)) AS sdgs
    FROM known(as_of, upto) WHERE entity = 'structure'
    GROUP BY entity_id
    HAVING bool_or(type = 'StructureRegistered')
       AND arg_max(type, (time, seq)) FILTER (type IN ('StructureClosed', 'StructureReopened')) IS DISTINCT FROM 'StructureClosed'),
merged AS MATERIALIZED (
    SELECT entity_id AS structure, arg_max(json_extract_string(data, '$.kept'), (time, seq)) AS kept
    FROM known(as_of, upto) WHERE entity = 'structure' AND type IN ('StructureAbsorbed', 'StructureReleased')
    GROUP BY entity_id HAVING arg_max(type, (time, seq)) = 'StructureAbsorbed'),
passed_on AS (
    SELECT structure, kept FROM merged
    UNION SELECT passed_on.structure, merged.kept FROM passed_on JOIN merged ON merged.structure = passed_on.kept),
stands AS (SELECT structure, any_value(kept) AS kept FROM passed_on WHERE kept NOT IN (SELECT structure FROM merged) GROUP BY structure),
projects AS (
    SELECT
        arg_max(json_extract_string(data, '$.leader'), (time, seq)) AS leader,
        arg_max(CASE WHEN list_contains(cleared, 'participants') THEN []::VARCHAR[]
                     ELSE from_json(json_extract(data, '$.participants'), '["VARCHAR"]') END, (time, seq)) AS participants,
        arg_max(json_extract_string(data, '$.country'), (time, seq)) AS country,
        arg_max(CASE WHEN list_contains(cleared, 'themes') THEN []::VARCHAR[] ELSE themes END, (time, seq)) AS themes,
        arg_max(CASE WHEN list_contains(cleared, 'sdgs') THEN []::BIGINT[] ELSE sdgs END, (time, seq)) AS sdgs
    FROM known(as_of, upto) WHERE entity = 'project' AND starts_with(type, 'CooperationProject')
    GROUP BY entity_id
    HAVING bool_or(type = 'CooperationProjectDrafted')
       AND arg_max(type, (time, seq)) FILTER (type IN ('CooperationProjectPublished', 'CooperationProjectWithdrawn')) = 'CooperationProjectPublished'),
taking_part AS (
    SELECT unnest(list_prepend(leader, coalesce(participants, []))) AS named, country, themes, sdgs FROM projects),
added AS (
    SELECT coalesce(kept, named) AS structure, list(DISTINCT country) AS countries, flatten(list(coalesce(themes, []))) AS themes,
           flatten(list(coalesce(sdgs, []))) AS sdgs
    FROM taking_part LEFT JOIN stands ON stands.structure = named GROUP BY ALL),
colleges AS (
    SELECT coalesce(kept, members.structure) AS structure, arg_max(college, event) AS college
    FROM member_at(as_of, upto) AS members LEFT JOIN stands ON stands.structure = members.structure
    WHERE members.structure IS NOT NULL GROUP BY ALL)
SELECT
    records.structure, name, kind, department, college,
    list_sort(list_distinct(list_concat(records.themes, added.themes))) AS themes,
    list_sort(list_distinct(list_concat(records.countries, added.countries))) AS countries,
    list_sort(list_distinct(list_concat(records.sdgs, added.sdgs))) AS sdgs
FROM records LEFT JOIN added ON added.structure = records.structure LEFT JOIN colleges ON colleges.structure = records.structure;
