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
select id, at, version, result -> 'summary' as summary from simulation order by at desc, id desc limit $1;

-- name: simulated
select version from simulation where id = $1;
