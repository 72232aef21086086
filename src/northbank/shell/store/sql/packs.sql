-- Versions of the pack with their files, and the results of simulations.

-- name: keep_pack
insert into pack_version (version, city, kept_at, files) values ($1, $2, $3, $4) on conflict (version) do nothing;

-- name: pack_files
select files from pack_version where version = $1;

-- name: kept_packs
-- Versions of a city's pack, the newest first, each with what was tried with it first.
select p.version, p.kept_at as at, coalesce(
  (select s.result -> 'asked' ->> 'note' from simulation s where s.version = p.version order by s.at, s.id limit 1), ''
) as note
from pack_version p where p.city = $1 order by p.kept_at desc, p.version limit $2;

-- name: note_run
insert into simulation_run (id, at, state, run) values ($1, $2, $3, $4)
on conflict (id) do update set state = excluded.state, run = excluded.run where excluded.state <> 'running';

-- name: noted_runs
-- Simulations begun last that have no result, the newest first.
select run from simulation_run r where not exists (select from simulation s where s.id = r.id) order by at desc, id desc limit $1;

-- name: keep_simulation
insert into simulation (id, city, at, version, result) values ($1, $2, $3, $4, $5);

-- name: keep_changed
insert into simulation_case (simulation, n, changed)
select $1, one.n, one.value from json_array_elements($2::json) with ordinality as one (value, n);

-- name: simulation
select result from simulation where id = $1;

-- name: simulation_cases
select coalesce(json_agg(changed order by n), '[]') from simulation_case where simulation = $1;

-- name: changed_page
-- How many cases of a simulation fit, and those of them behind place $4, as one JSON list.
with fitting as (
  select n, changed from simulation_case
  where simulation = $1
    and ($2::text is null or coalesce(changed ->> 'owner_before', '') = $2 or coalesce(changed ->> 'owner_after', '') = $2)
    and ($3::text is null or case $3
      when 'moved' then (changed ->> 'owner_before') is distinct from (changed ->> 'owner_after')
      when 'redated' then (changed ->> 'due_before') is distinct from (changed ->> 'due_after')
      when 'newly_late' then (changed ->> 'late_after')::boolean and not (changed ->> 'late_before')::boolean
      else (changed ->> 'late_before')::boolean and not (changed ->> 'late_after')::boolean
    end)
), shown as (select n, changed from fitting where n > $4 order by n limit $5)
select (select count(*) from fitting) as total,
  coalesce((select json_agg(json_build_object('n', n, 'case', changed) order by n) from shown), '[]') as rows;

-- name: simulations
-- The newest ones, or those before one of them, as far as lists need them.
select id, at, version, result -> 'asked' ->> 'by' as by, coalesce(result -> 'asked' ->> 'note', '') as note,
  (result ->> 'since')::timestamptz as since, (result ->> 'until')::timestamptz as until,
  (result -> 'summary' ->> 'cases')::integer as cases, (result -> 'summary' ->> 'moved')::integer as moved,
  (result -> 'summary' ->> 'late_before')::integer as late_before,
  (result -> 'summary' ->> 'late_after')::integer as late_after
from simulation
where $2::uuid is null or (at, id) < (select one.at, one.id from simulation one where one.id = $2)
order by at desc, id desc limit $1;

-- name: span_size
-- Cases reported in a span and their entries.
select count(*) as cases, coalesce(sum(version), 0) as entries from cases where reported_at >= $1 and reported_at < $2;

-- name: span_entries
-- The entries of the cases reported in a span, case by case.
select j.position, j.id, j.stream, j.version, j.type, j.schema, j.at, j.actor, j.cause, j.pack, j.rule, j.data
from cases c join journal j on j.stream = 'case:' || c.id
where c.reported_at >= $1 and c.reported_at < $2
order by j.stream collate "C", j.version;

-- name: simulated
select version from simulation where id = $1;
