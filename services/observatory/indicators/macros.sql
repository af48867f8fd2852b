-- The table of the log, and the words that indicators are written in. `as_of` is a day of the world, `upto` a sequence
-- of the log: what had happened by the end of that day, as far as it was known at that sequence.

CREATE OR REPLACE MACRO amended(upto) AS TABLE
-- What was said of an event, up to a sequence: whether it stands, and on which day it was. Of each the last word counts.
SELECT
    about,
    coalesce(arg_max(kind, since) FILTER (kind <> 'redated'), 'lifted') = 'struck' AS struck,
    arg_max(moved, since) FILTER (kind = 'redated') AS moved
FROM corrections WHERE since <= upto GROUP BY about;

CREATE OR REPLACE MACRO dated(as_of, upto) AS TABLE
-- The facts that stand, each on the day that it counts for (the loader has joined the words to them); `turn`: its place in
-- the line of its entity, the latest having the greatest. All else reads this or `standing`, and orders by `turn`: nothing
-- sorts by the hour (shared/kernel/line.py, `upto`).
SELECT * EXCLUDE (since, until, again) FROM told
WHERE readable AND since <= upto AND until > upto AND day <= as_of;

CREATE OR REPLACE MACRO standing(as_of, upto) AS TABLE
-- The same for whoever asks for timeless beginnings too (of contacts, gatherings, projects), whose turn is below that of
-- any day: they are there from the first day of any fact of their entity on (`shown`), and not from their own.
WITH begun AS (
    SELECT entity_id AS thing, min(day) AS first_day FROM dated(DATE '9999-12-31', upto)
    WHERE entity_id IN (SELECT entity_id FROM told WHERE turn < 1099511627776)
    GROUP BY entity_id)
SELECT facts.*, coalesce(first_day, day) AS shown
FROM dated(DATE '9999-12-31', upto) AS facts LEFT JOIN begun ON turn < 1099511627776 AND thing = entity_id
WHERE coalesce(first_day, day) <= as_of;

CREATE OR REPLACE MACRO told_by(upto) AS TABLE
-- The table `told` as one sequence has it, from the words themselves: for whoever supposes other words.
SELECT events.* REPLACE (
    coalesce(moved, day) AS day,
    CASE WHEN moved IS NULL OR turn < 1099511627776 THEN turn ELSE (moved - DATE '1900-01-01')::BIGINT * 1099511627776 + seq END AS turn),
    seq AS since, 9223372036854775807 AS until, false AS again
FROM events LEFT JOIN amended(upto) ON about = seq WHERE seq <= upto AND NOT coalesce(struck, false);

CREATE OR REPLACE MACRO region_at(as_of, upto) AS TABLE
-- The departments of the network's region, as it was said of that day; where nothing was, as the settings say (`region`).
WITH said AS (
    SELECT arg_max(departments, turn) AS departments FROM dated(as_of, upto) WHERE type = 'RegionDrawn'
    HAVING count(*) > 0)
SELECT unnest(departments) AS department FROM said
UNION ALL SELECT department FROM region WHERE NOT EXISTS (FROM said);

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
FROM dated(as_of, upto) WHERE entity = 'structure'
GROUP BY entity_id
HAVING registered IS NOT NULL
   AND NOT coalesce(arg_max(type = 'StructureClosed', turn) FILTER (type IN ('StructureClosed', 'StructureReopened')), false);

CREATE OR REPLACE MACRO folded_theme(word) AS
-- A theme as it is compared: as texts are searched (event_table/plain_text.py; a test compares), and with single spaces.
trim(regexp_replace(regexp_replace(
    replace(replace(strip_accents(lower(word)), 'œ', 'oe'), 'æ', 'ae'),
    '[\x{00AD}\x{034F}\x{061C}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}]', '', 'g'),
    '[\s\p{Z}]+', ' ', 'g'));

CREATE OR REPLACE MACRO theme_read(names, word) AS
-- The term of the thesaurus that a said theme means (its code), by the `names` of `themes_named`; a word of none is itself.
CASE WHEN cardinality(names::MAP(VARCHAR, VARCHAR)) = 0 THEN word ELSE coalesce((names::MAP(VARCHAR, VARCHAR))[folded_theme(word)], word) END;

CREATE OR REPLACE MACRO themes_read(names, words) AS
-- The same for several, each term once.
CASE WHEN cardinality(names::MAP(VARCHAR, VARCHAR)) = 0 THEN words
     ELSE list_distinct(list_transform(words, lambda word: coalesce((names::MAP(VARCHAR, VARCHAR))[folded_theme(word)], word))) END;

CREATE OR REPLACE MACRO themes_called(upto) AS TABLE
-- What the terms of the thesaurus were ever called, on which day: one row a name in a language.
SELECT code, unnest(json_extract_string(data, '$.titles.*')) AS title, day, turn
FROM dated(DATE '9999-12-31', upto) WHERE type IN ('TermDefined', 'TermRevised') AND vocabulary = 'theme';

CREATE OR REPLACE MACRO themes_named(as_of, upto) AS TABLE
-- One row: what the terms of the thesaurus were ever called (in any language, and by their codes) → their codes, as far as
-- it was known; of one name that several had, the one counts that had it last by that day, else first thereafter
-- (shared/notions/vocabularies/themes.py; a test compares).
WITH called AS (
    SELECT folded_theme(title) AS name, arg_max(code, place) AS code FROM (
        SELECT title, code, CASE WHEN day <= as_of THEN turn ELSE -turn END AS place FROM themes_called(upto)
        UNION ALL SELECT code, code, 9223372036854775807 FROM themes_called(upto))
    GROUP BY ALL)
SELECT map(coalesce(list(name), []::VARCHAR[]), coalesce(list(code), []::VARCHAR[])) AS names FROM called;

CREATE OR REPLACE MACRO profile_at(as_of, upto) AS TABLE
-- One row a structure that was ever spoken of, closed or not: what it was then, by which figures are narrowed.
WITH profiles AS (
    SELECT
        entity_id AS structure,
        arg_max(kind, turn) AS kind,
        nullif(arg_max(CASE WHEN list_contains(cleared, 'department') THEN '' ELSE department END, turn), '') AS department,
        arg_max(CASE WHEN list_contains(cleared, 'themes') THEN []::VARCHAR[] ELSE themes END, turn) AS themes
    FROM dated(as_of, upto) WHERE entity = 'structure' GROUP BY entity_id)
SELECT profiles.* REPLACE (themes_read(names, themes) AS themes) FROM profiles, themes_named(as_of, upto);

CREATE OR REPLACE MACRO running(as_of, upto, begun, ended) AS TABLE
-- One row an entity that `begun` on a day, and was not `ended` since: a seat, a place, a group. `event` began it.
SELECT entity_id AS thing, arg_max(seq, turn) FILTER (type = begun) AS event, arg_max(role, turn) AS role
FROM dated(as_of, upto) WHERE type IN (begun, ended)
GROUP BY entity_id
HAVING arg_max(type = begun, turn);

CREATE OR REPLACE MACRO contact_at(as_of, upto) AS TABLE
-- One row a contact that was not removed. It begins without a day: a contact is there from the first that is said of it.
SELECT entity_id AS thing, arg_max(seq, turn) FILTER (type = 'ContactAdded') AS event
FROM standing(as_of, upto) WHERE type IN ('ContactAdded', 'ContactRemoved')
GROUP BY entity_id
HAVING arg_max(type = 'ContactAdded', turn);

CREATE OR REPLACE MACRO merges(as_of, upto) AS TABLE
-- Each record that was merged, with the one that is kept, and those that had been merged into it before.
SELECT
    unnest(list_prepend(entity_id, coalesce(from_json(json_extract(data, '$.followers'), '["VARCHAR"]'), []))) AS structure,
    json_extract_string(data, '$.kept') AS kept, turn, day
FROM dated(as_of, upto) WHERE type = 'StructureAbsorbed';

CREATE OR REPLACE MACRO member_on(taken, as_of, upto) AS TABLE
-- One row a member and day (`on_day`, of the days `taken`, none after `as_of`); `event` put it in its college. Of several
-- memberships of one structure, by records that were merged, one counts (shared/notions/one_membership.py).
WITH ends AS (SELECT unnest(taken) AS on_day),
running AS (SELECT
    on_day,
    entity_id AS member,
    arg_max(name, turn) AS name,
    arg_max(college, turn) AS college,
    arg_max(structure, turn) AS structure,
    arg_max(seq, turn) FILTER (college IS NOT NULL) AS event
FROM dated(as_of, upto) JOIN ends ON day <= on_day WHERE entity = 'member'
GROUP BY on_day, entity_id
HAVING NOT arg_max(type = 'MemberLeft', turn) FILTER (type IN ('MemberJoined', 'MemberLeft'))
   AND bool_or(type = 'MemberJoined')),
merged AS (
    SELECT on_day, structure, arg_max(kept, turn) AS kept FROM merges(as_of, upto) JOIN ends ON day <= on_day
    GROUP BY on_day, structure)
SELECT running.* FROM running LEFT JOIN merged USING (on_day, structure)
QUALIFY structure IS NULL
     OR row_number() OVER (PARTITION BY on_day, coalesce(kept, structure) ORDER BY kept IS NOT NULL, member) = 1;

CREATE OR REPLACE MACRO member_at(as_of, upto) AS TABLE
-- The same of one day.
SELECT * EXCLUDE on_day FROM member_on([as_of::DATE], as_of, upto);

CREATE OR REPLACE MACRO post_at(as_of, upto) AS TABLE
-- One row a post of the team; `event` gave it its share of full time.
SELECT entity_id AS post, arg_max(fte, turn) AS fte, arg_max(seq, turn) FILTER (fte IS NOT NULL) AS event
FROM dated(as_of, upto) WHERE entity = 'post'
GROUP BY entity_id
HAVING bool_or(type = 'StaffPostCreated')
   AND arg_max(type, turn) FILTER (type IN ('StaffPostCreated', 'StaffPostClosed')) <> 'StaffPostClosed';

CREATE OR REPLACE MACRO general_marks() AS TABLE
-- What is so of terms that any network has, whatever it says of them (shared/notions/vocabularies/general.yaml; a test
-- compares); a row without a mark where nothing is.
SELECT * FROM (VALUES
    ('gathering', 'agora', 'yearly'), ('gathering', 'aper_oc', 'guests'), ('gathering', 'departmental_tour', 'tour'),
    ('gathering', 'local_authorities', 'authorities'), ('gathering', 'training', 'modules'),
    ('gathering', 'mobility_exchange', NULL), ('gathering', 'other', NULL), ('gathering', 'thematic', NULL),
    ('gathering', 'working_group', NULL), ('structure', 'association', NULL), ('structure', 'other', NULL),
    ('structure', 'student_group', NULL),
    ('structure', 'company', 'enterprise'), ('structure', 'higher_education', 'public'),
    ('structure', 'public_body', 'public'), ('structure', 'school', 'public')) AS terms (vocabulary, code, mark);

CREATE OR REPLACE MACRO marks_of(as_of, upto, wanted) AS TABLE
-- What is so of the codes of a list of the network (`wanted`), closed ones too: a row a code, mark and span of days, from
-- `since` to before `until`. Of a code that is used before anything is said of it, the first word counts; what is so of a
-- term that any network has is so on all days.
WITH own AS (SELECT list(DISTINCT code) AS codes, list(code || '/' || mark) AS marks FROM general_marks() WHERE vocabulary = wanted),
said AS (
    SELECT code, day, arg_max(marks, turn) AS marks FROM dated(as_of, upto)
    WHERE type IN ('TermDefined', 'TermRevised') AND vocabulary = wanted GROUP BY code, day),
spans AS (
    SELECT code, unnest(marks) AS mark, day, lag(day) OVER line AS before, lead(day, 1, DATE '9999-12-31') OVER line AS until
    FROM said WINDOW line AS (PARTITION BY code ORDER BY day))
SELECT code, mark, DATE '0001-01-01' AS since, DATE '9999-12-31' AS until FROM general_marks() WHERE vocabulary = wanted AND mark IS NOT NULL
UNION ALL
SELECT code, mark, CASE WHEN before IS NULL AND NOT list_contains(own.codes, code) THEN DATE '0001-01-01' ELSE day END, until
FROM spans, own WHERE NOT coalesce(list_contains(own.marks, code || '/' || mark), false);

CREATE OR REPLACE MACRO marked(as_of, upto, wanted, so) AS TABLE
-- The codes of a list of the network (`wanted`) of which something is so (`so`), closed ones too, with the days: what
-- happened keeps what was so on its own day.
SELECT code, since, until FROM marks_of(as_of, upto, wanted) WHERE mark = so;

CREATE OR REPLACE MACRO planned_days(upto) AS TABLE
-- The first day of each gathering that was planned, in Paris, as it is known: a figure is of the day it happened on, not
-- of the one, some days later perhaps, of which it was noted.
SELECT entity_id, (timezone('Europe/Paris', arg_max(json_extract_string(data, '$.starts'), turn)::TIMESTAMPTZ))::DATE AS first_day
FROM dated(DATE '9999-12-31', upto) WHERE type IN ('GatheringPlanned', 'GatheringMoved') AND contains(data, '"starts"')
GROUP BY entity_id;

CREATE OR REPLACE MACRO gathering_at(as_of, upto) AS TABLE
-- One row a gathering that was held and is not cancelled, on its first day; `event` says that it was held.
SELECT
    gathering, held.*, coalesce(first_day, held_on) AS day, year(coalesce(first_day, held_on)) AS year, event
FROM (
    SELECT
        entity_id AS gathering,
        arg_max({'kind': kind, 'title': title, 'town': town, 'module': module, 'topics': topics, 'guests': guests, 'days': days}, turn)
            FILTER (type = 'GatheringHeld') AS held,
        arg_max(day, turn) FILTER (type = 'GatheringHeld') AS held_on,
        arg_max(seq, turn) FILTER (type = 'GatheringHeld') AS event
    FROM dated(as_of, upto) WHERE type IN ('GatheringHeld', 'GatheringCancelled', 'GatheringReinstated')
    GROUP BY entity_id
    HAVING bool_or(type = 'GatheringHeld') AND NOT coalesce(
        arg_max(type = 'GatheringCancelled', turn) FILTER (type IN ('GatheringCancelled', 'GatheringReinstated')), false))
LEFT JOIN planned_days(upto) ON entity_id = gathering;

CREATE OR REPLACE MACRO held_by_kind(as_of, upto) AS TABLE
-- The same, each by its kind: `sort` says by what.
SELECT *, kind AS sort FROM gathering_at(as_of, upto);

CREATE OR REPLACE MACRO held_by_mark(as_of, upto) AS TABLE
-- The same, each by all that was so of its kind on its day.
SELECT held.*, so.mark AS sort FROM gathering_at(as_of, upto) AS held
JOIN marks_of(as_of, upto, 'gathering') AS so ON so.code = held.kind AND held.day >= since AND held.day < until;

CREATE OR REPLACE MACRO attendance_at(as_of, upto) AS TABLE
-- Who came to a gathering that was held: rows of people, by public. The last count of the heads of each public, that is
-- of who was not checked in by name, and one row for each who was.
WITH counted AS (
    SELECT entity_id AS gathering, coalesce(audience, '') AS audience, arg_max(people, turn) AS people, arg_max(seq, turn) AS event
    FROM dated(as_of, upto) WHERE type = 'HeadsCounted' GROUP BY ALL),
named AS (
    SELECT entity_id AS gathering, arg_max(audience, turn) AS audience, 1 AS people, arg_max(seq, turn) AS event
    FROM dated(as_of, upto) WHERE type IN ('AgoraAttended', 'GatheringAttended')
    GROUP BY entity_id, registration)
SELECT held.*, came.audience, came.people, came.event AS counting, came.counted
FROM (
    SELECT *, true AS counted FROM counted
    UNION ALL SELECT *, false FROM named) AS came
JOIN gathering_at(as_of, upto) AS held USING (gathering);

CREATE OR REPLACE MACRO held_as(as_of, upto, so) AS TABLE
-- The gatherings that were held, of whose kind something was so (`so`) on their day.
SELECT held.* FROM gathering_at(as_of, upto) AS held
SEMI JOIN marked(as_of, upto, 'gathering', so) AS terms ON code = kind AND held.day >= since AND held.day < until;

CREATE OR REPLACE MACRO attendance_as(as_of, upto, so) AS TABLE
-- Who came to these.
SELECT came.* FROM attendance_at(as_of, upto) AS came
SEMI JOIN marked(as_of, upto, 'gathering', so) AS terms ON code = kind AND came.day >= since AND came.day < until;

CREATE OR REPLACE MACRO years(as_of, upto) AS TABLE
-- The years from the first event of an existing thing to `as_of`, each with the day its state is taken: its last, or
-- `as_of` for the year that is not over.
SELECT in_year, least(make_date(in_year, 12, 31), as_of) AS taken
FROM (SELECT unnest(range(year(min(day)), year(as_of) + 1))::INTEGER AS in_year FROM dated(as_of, upto));

CREATE OR REPLACE MACRO actor_at(as_of, upto) AS TABLE
-- One row a structure on record, or `closed` and a member still, with all that an identification finds it by: its own
-- record, what its published cooperation projects add (as in the directory), the college it is a member of. What speaks
-- of a record that was merged speaks of the one that is kept, however often that went on.
WITH RECURSIVE records AS (
    SELECT
        entity_id AS structure,
        arg_max(name, turn) AS name,
        arg_max(kind, turn) AS kind,
        nullif(arg_max(CASE WHEN list_contains(cleared, 'department') THEN '' ELSE department END, turn), '') AS department,
        arg_max(CASE WHEN list_contains(cleared, 'themes') THEN []::VARCHAR[] ELSE themes END, turn) AS themes,
        arg_max(CASE WHEN list_contains(cleared, 'countries') THEN []::VARCHAR[] ELSE countries END, turn) AS countries,
        arg_max(CASE WHEN list_contains(cleared, 'sdgs') THEN []::BIGINT[] ELSE sdgs END, turn) AS sdgs,
        coalesce(arg_max(type, turn) FILTER (type IN ('StructureClosed', 'StructureReopened')) = 'StructureClosed', false) AS closed
    FROM dated(as_of, upto) WHERE entity = 'structure'
    GROUP BY entity_id HAVING bool_or(type = 'StructureRegistered')),
merged AS MATERIALIZED (
    SELECT entity_id AS structure, arg_max(json_extract_string(data, '$.kept'), turn) AS kept
    FROM dated(as_of, upto) WHERE entity = 'structure' AND type = 'StructureAbsorbed' GROUP BY entity_id),
passed_on AS (
    SELECT structure, kept FROM merged
    UNION SELECT passed_on.structure, merged.kept FROM passed_on JOIN merged ON merged.structure = passed_on.kept),
stands AS (SELECT structure, any_value(kept) AS kept FROM passed_on WHERE kept NOT IN (SELECT structure FROM merged) GROUP BY structure),
projects AS (
    SELECT
        arg_max(json_extract_string(data, '$.leader'), turn) AS leader,
        arg_max(CASE WHEN list_contains(cleared, 'participants') THEN []::VARCHAR[]
                     ELSE from_json(json_extract(data, '$.participants'), '["VARCHAR"]') END, turn) AS participants,
        arg_max(json_extract_string(data, '$.country'), turn) AS country,
        arg_max(CASE WHEN list_contains(cleared, 'themes') THEN []::VARCHAR[] ELSE themes END, turn) AS themes,
        arg_max(CASE WHEN list_contains(cleared, 'sdgs') THEN []::BIGINT[] ELSE sdgs END, turn) AS sdgs
    FROM standing(as_of, upto) WHERE entity = 'project' AND starts_with(type, 'CooperationProject')
    GROUP BY entity_id
    HAVING bool_or(type = 'CooperationProjectDrafted')
       AND arg_max(type, turn) FILTER (type IN ('CooperationProjectPublished', 'CooperationProjectWithdrawn')) = 'CooperationProjectPublished'),
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
    records.structure, name, kind, department, college, closed,
    list_sort(list_distinct(themes_read(names, list_concat(records.themes, added.themes)))) AS themes,
    list_sort(list_distinct(list_concat(records.countries, added.countries))) AS countries,
    list_sort(list_distinct(list_concat(records.sdgs, added.sdgs))) AS sdgs
FROM records LEFT JOIN added ON added.structure = records.structure LEFT JOIN colleges ON colleges.structure = records.structure,
     themes_named(as_of, upto)
WHERE NOT closed OR college IS NOT NULL;
