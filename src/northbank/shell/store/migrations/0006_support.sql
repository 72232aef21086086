-- The case view gets the supporting units of each case: they see it too. The view is made anew in the order of its columns
-- (core/card.py), with what it holds; `append` speaks of its rows and is made anew with it.

drop function append;
alter table cases drop constraint cases_pkey, drop constraint cases_number_key;
alter table cases rename to cases_before;

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
  support text[] not null,
  doc json not null
);
insert into cases
  select id, number, position, version, state, type, board, town_board, town, community, grid, urgent, owner, source,
    level, reporter, external, reported_at, changed_at, due_at, stage_due_at, closed_at, wake_at, open, late, soon,
    needs, on_time, desk, lon, lat, outcome, subject, '{}', doc from cases_before;
drop table cases_before;

create index cases_reported on cases (reported_at desc, id desc);
create index cases_town on cases (town, reported_at desc, id desc);
create index cases_owner on cases (owner, reported_at desc, id desc);
create index cases_wake on cases (wake_at) where wake_at is not null;
create index cases_closed on cases (closed_at desc) where closed_at is not null;
create unique index cases_external on cases (source, external) where external is not null;
create index cases_cell on cases ((floor(lon * 500)::bigint * 1000000 + floor(lat * 500)::bigint), reported_at);
create index cases_support on cases using gin (support) where support <> '{}';

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
        v.outcome, v.subject, v.support, v.doc
      from unnest(views) v join spoken s on s.n = v.position and s.stream = 'case:' || v.id
      on conflict (id) do update set
        position = excluded.position, version = excluded.version, state = excluded.state, type = excluded.type,
        board = excluded.board, town_board = excluded.town_board, town = excluded.town,
        community = excluded.community, grid = excluded.grid, urgent = excluded.urgent, owner = excluded.owner,
        level = excluded.level, changed_at = excluded.changed_at, due_at = excluded.due_at,
        stage_due_at = excluded.stage_due_at, closed_at = excluded.closed_at, wake_at = excluded.wake_at, open = excluded.open, late = excluded.late,
        soon = excluded.soon, needs = excluded.needs, on_time = excluded.on_time, desk = excluded.desk,
        lon = excluded.lon, lat = excluded.lat, outcome = excluded.outcome, support = excluded.support, doc = excluded.doc
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
