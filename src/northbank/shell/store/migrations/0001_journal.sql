-- The journal (the truth), the commands it has answered, the case view, and the vault.

create table journal (
  position bigint primary key,
  id uuid not null unique,
  stream text not null,
  version integer not null,
  type text not null,
  schema smallint not null,
  at timestamptz not null,
  actor text not null,
  cause uuid,
  pack text not null,
  rule text,
  data json not null,
  digest bytea not null,
  unique (stream, version)
);

-- A command with a client key and the answer it was given: a retry gets the same one. Only digests of the key and
-- of the request are kept (journal.py, kept_key).
create table command (
  actor text not null,
  key text not null,
  digest bytea not null,
  reply json not null,
  first bigint not null,
  last bigint not null,
  primary key (actor, key)
);

-- View: one row a case. Columns are the fields of core/card.py in order, then the folded case itself.
create table cases (
  id uuid primary key,
  number text not null unique,
  position bigint not null,
  version integer not null,
  state text not null,
  type text,
  board text,
  town_board text,
  town text,
  community text,
  grid text,
  urgent boolean not null,
  owner text,
  source text not null,
  level text not null,
  reporter text not null,
  external text,
  reported_at timestamptz not null,
  changed_at timestamptz not null,
  due_at timestamptz,
  stage_due_at timestamptz,
  closed_at timestamptz,
  wake_at timestamptz,
  open boolean not null,
  late boolean not null,
  soon boolean not null,
  needs boolean not null,
  on_time boolean,
  desk text,
  lon double precision,
  lat double precision,
  outcome text,
  subject uuid not null,
  doc json not null
);
create index cases_reported on cases (reported_at desc, id desc);
create index cases_town on cases (town, reported_at desc, id desc);
create index cases_owner on cases (owner, reported_at desc, id desc);
create index cases_wake on cases (wake_at) where wake_at is not null;
create index cases_closed on cases (closed_at desc) where closed_at is not null;
create unique index cases_external on cases (source, external) where external is not null;

-- Vault: one wrapped key a subject; destroying the key destroys every word under it.
create table subject_key (
  subject uuid primary key,
  wrapped bytea not null
);
create table secret (
  id uuid primary key,
  subject uuid not null,
  kind text not null,
  sealed bytea not null
);
create index secret_subject on secret (subject);

-- Case numbers and the like: each process takes a block at a time.
create sequence serial_block;

-- Where an import stands; written in the transaction of its batch.
create table import_progress (
  file text primary key,
  digest bytea not null,
  place bigint not null,
  rows bigint not null,
  rejected bigint not null,
  done boolean not null
);

create type new_command as (n integer, actor text, key text, digest bytea, reply text);
create type expected as (n integer, stream text, version integer);
create type new_entry as (
  n integer, id uuid, stream text, version integer, type text, schema smallint, at timestamptz, actor text,
  cause uuid, pack text, rule text, data text, digest bytea
);
create type new_subject as (n integer, subject uuid, wrapped bytea);
create type new_secret as (n integer, id uuid, subject uuid, kind text, sealed bytea);
create type erased as (n integer, subject uuid);

-- What is written stays: not even the service's own role changes the journal by mistake.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is only ever appended to';
end $$;
create trigger journal_stays before update or delete or truncate on journal
  for each statement execute function refuse_change();

-- Append a group of commands. Each is stored whole or not at all; one refusal never fails its neighbours.
-- In every argument `n` is the command's place in the group; in `views` it stands in the column `position`.
-- outcome: 'stored', 'stale' (somebody else wrote a stream first, or made or destroyed a subject's key while words
-- were sealed), 'repeat' (the key was used for the same request: first, last and reply are those of the first time),
-- 'reused' (the key was used for another request).
-- The lock is held from here to the end of the transaction, which the caller ends at once.
create function append(
  commands new_command[], versions expected[], entries new_entry[], views cases[], subjects new_subject[],
  secrets new_secret[], erasures erased[]
) returns table (n integer, outcome text, first bigint, last bigint, reply json)
language plpgsql as $$
#variable_conflict use_column
declare
  head bigint;
  answered integer[];
  outdated integer[];
  dropped integer[];
  tip bigint;
begin
  perform pg_advisory_xact_lock(7236001);
  select coalesce(max(j.position), 0) into head from journal j;

  return query
    select c.n, case when k.digest = c.digest then 'repeat' else 'reused' end, k.first, k.last, k.reply
    from unnest(commands) c join command k on k.actor = c.actor and k.key = c.key
    where c.key is not null;
  select coalesce(array_agg(c.n), '{}') into answered
    from unnest(commands) c join command k on k.actor = c.actor and k.key = c.key where c.key is not null;
  select coalesce(array_agg(distinct d.n), '{}') into outdated from (
    select x.n from unnest(versions) x
    left join lateral (
      select j.version from journal j where j.stream = x.stream order by j.version desc limit 1
    ) head_of on true
    where x.version <> coalesce(head_of.version, 0)
    union all
    -- sealed under a key that is gone: nobody could ever open it
    select s.n from unnest(secrets) s
    where not exists (select from unnest(subjects) k where k.n = s.n and k.subject = s.subject)
      and not exists (select from subject_key k where k.subject = s.subject)
    union all
    -- sealed under a second key where there is one already
    select s.n from unnest(subjects) s join subject_key k on k.subject = s.subject
  ) d;
  return query
    select o.n, 'stale', null::bigint, null::bigint, null::json from unnest(outdated) o(n) where o.n <> all (answered);
  dropped := answered || outdated;

  return query
    with numbered as (
      select e.*, head + row_number() over (order by e.place) as position
      from unnest(entries) with ordinality as e(
        n, id, stream, version, type, schema, at, actor, cause, pack, rule, data, digest, place
      )
      where e.n <> all (dropped)
    ),
    span as (
      select e.n, min(e.position) as first, max(e.position) as last from numbered e group by e.n
    ),
    spoken as (
      select e.n, e.stream, max(e.position) as last from numbered e group by e.n, e.stream
    ),
    journaled as (
      insert into journal
      select e.position, e.id, e.stream, e.version, e.type, e.schema, e.at, e.actor, e.cause, e.pack, e.rule,
        e.data::json, e.digest
      from numbered e order by e.position
    ),
    viewed as (
      insert into cases
      select v.id, v.number, s.last, v.version, v.state, v.type, v.board, v.town_board, v.town, v.community, v.grid,
        v.urgent, v.owner, v.source, v.level, v.reporter, v.external, v.reported_at, v.changed_at, v.due_at,
        v.stage_due_at, v.closed_at, v.wake_at, v.open, v.late, v.soon, v.needs, v.on_time, v.desk, v.lon, v.lat,
        v.outcome, v.subject, v.doc
      from unnest(views) v join spoken s on s.n = v.position and s.stream = 'case:' || v.id
      on conflict (id) do update set
        position = excluded.position, version = excluded.version, state = excluded.state, type = excluded.type,
        board = excluded.board, town_board = excluded.town_board, town = excluded.town,
        community = excluded.community, grid = excluded.grid, urgent = excluded.urgent, owner = excluded.owner,
        changed_at = excluded.changed_at, due_at = excluded.due_at, stage_due_at = excluded.stage_due_at,
        closed_at = excluded.closed_at, wake_at = excluded.wake_at, open = excluded.open, late = excluded.late,
        soon = excluded.soon, needs = excluded.needs, on_time = excluded.on_time, desk = excluded.desk,
        lon = excluded.lon, lat = excluded.lat, outcome = excluded.outcome, doc = excluded.doc
    ),
    keyed as (
      insert into subject_key select k.subject, k.wrapped from unnest(subjects) k where k.n <> all (dropped)
    ),
    sealed as (
      insert into secret select k.id, k.subject, k.kind, k.sealed from unnest(secrets) k where k.n <> all (dropped)
    ),
    unkeyed as (
      delete from subject_key k using unnest(erasures) x where k.subject = x.subject and x.n <> all (dropped)
    ),
    unsealed as (
      delete from secret k using unnest(erasures) x where k.subject = x.subject and x.n <> all (dropped)
    ),
    answered as (
      insert into command
      select c.actor, c.key, c.digest, c.reply::json, s.first, s.last
      from unnest(commands) c join span s on s.n = c.n where c.key is not null
    )
    select s.n, 'stored', s.first, s.last, null::json from span s;

  select max(j.position) into tip from journal j;
  if tip > head then
    perform pg_notify('journal', tip::text);
  end if;
end $$;
