-- Versions of the pack with their files, and the results of simulations.

-- name: keep_pack
insert into pack_version (version, city, kept_at, files) values ($1, $2, $3, $4) on conflict (version) do nothing;

-- name: pack_files
select files from pack_version where version = $1;

-- name: keep_simulation
insert into simulation (id, city, at, version, result) values ($1, $2, $3, $4, $5);

-- name: simulation
select result from simulation where id = $1;

-- name: simulations
-- The newest ones, as far as lists need them.
select id, at, version, (result ->> 'since')::timestamptz as since, (result ->> 'until')::timestamptz as until,
  (result -> 'summary' ->> 'cases')::integer as cases, (result -> 'summary' ->> 'moved')::integer as moved,
  (result -> 'summary' ->> 'late_before')::integer as late_before,
  (result -> 'summary' ->> 'late_after')::integer as late_after
from simulation order by at desc, id desc limit $1;

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
