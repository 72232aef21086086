-- Figures of cases. The scope ($1..$5) is part of every read. {braces} are filled from closed sets in metrics.py: the words
-- of metric_words.sql and metric_periods.sql, and the numbers of parameters; values are always parameters.

-- name: marks
-- What a case has on it for figures, as core/metrics.py reads it off the folded case. A clock that stands still has no due.
select c.id, c.town, c.grid, c.owner, c.type, c.board, c.state, c.reported_at, c.closed_at,
  case c.state when 'archived' then coalesce(d.before, c.state) else c.state end as standing,
  coalesce(d.returns, 0) as returns, coalesce(d.reworks, 0) as reworks, coalesce(d.reopenings, 0) as reopenings,
  coalesce(d.extensions, 0) as extensions, d.rating, coalesce(d.evidence, false) as evidence, x.*
from ({source}) c
cross join lateral json_to_record(c.doc) as d(
  before text, returns integer, reworks integer, reopenings integer, extensions integer, rating integer, evidence boolean,
  deadlines json
)
cross join lateral (
  select
    max(l.due) filter (where l.stage = 'accept') as accept_due, max(l.met_at) filter (where l.stage = 'accept') as accept_met,
    bool_or(l.in_time) filter (where l.stage = 'accept') as accept_in_time,
    max(l.due) filter (where l.stage = 'dispatch') as dispatch_due,
    max(l.met_at) filter (where l.stage = 'dispatch') as dispatch_met,
    bool_or(l.in_time) filter (where l.stage = 'dispatch') as dispatch_in_time,
    max(l.due) filter (where l.stage = 'solve') as solve_due, max(l.met_at) filter (where l.stage = 'solve') as solve_met,
    bool_or(l.in_time) filter (where l.stage = 'solve') as solve_in_time,
    max(l.due) filter (where l.stage = 'check') as check_due, max(l.met_at) filter (where l.stage = 'check') as check_met,
    bool_or(l.in_time) filter (where l.stage = 'check') as check_in_time
  from (
    select stage, met_at, case when met_at is not null or paused_at is null or paused_at > due_at then due_at end as due,
      met_at is not null and coalesce(paused_at, met_at) <= due_at as in_time
    from json_to_recordset(d.deadlines) as r(
      stage text, due_at timestamptz, met_at timestamptz, paused_at timestamptz
    )
  ) l
) x

-- name: counted
-- Each figure of each group: how many count below the line, and how many of those above it.
select * from (
  with m as materialized ({marks})
  select {key} as key, {columns} from m{held} group by 1
) counted

-- name: those
-- All cases that may count: $6, $7: the period.
select * from cases where {scope} and reported_at < $7{window}

-- name: this
-- The case of the row at hand.
select cases.*

-- name: one_of
-- Whether a row of the case list is one of the rows behind one side of a figure.
exists (select from ({marks}) m{held} where {condition})

-- name: held
-- The role of whoever did last what the period is about; "" where that was no account.
 left join lateral (
  select (select a.role from accounts a where a.login = e.actor) as role
  from journal e where e.stream = 'case:' || m.id and e.type = any({deeds}::text[]){upto} order by e.version desc limit 1
) h on true

-- name: traces
-- What each case leaves behind (core/traces.py, fields in order), of those that were touched since $6 and reported before $7.
select c.id::text, coalesce(c.owner, '') as unit, d.solver, c.reporter, c.type, c.lon, c.lat, c.reported_at, c.closed_at,
  (case c.state when 'archived' then coalesce(d.before, c.state) else c.state end) in ('closed', 'rated') as done,
  s.started_at, s.due_at, s.met_at, s.unit as clock, coalesce(s.office, '') as office,
  coalesce(d.returns, 0) + coalesce(d.reworks, 0) + coalesce((
    select count(*)::integer from json_array_elements(s.amended) a where a ->> 'why' = 'suspended'
  ), 0) as turns,
  coalesce(d.evidence, false) as proven, c.changed_at
from (select * from cases where {scope} and changed_at >= $6 and reported_at < $7) c
cross join lateral json_to_record(c.doc) as d(
  before text, returns integer, reworks integer, solver text, evidence boolean, deadlines json
)
left join lateral (
  select * from json_to_recordset(d.deadlines) as r(
    stage text, started_at timestamptz, due_at timestamptz, met_at timestamptz, unit text, office text, amended json
  ) where stage = 'solve' limit 1
) s on true
order by c.id;

-- name: retyped
-- The whole histories of cases whose type was changed since $6.
select j.position, j.id, j.stream, j.version, j.type, j.schema, j.at, j.actor, j.cause, j.pack, j.rule, j.data
from journal j
where j.stream in (
  select 'case:' || id from cases where {scope} and 'case:' || id in (
    select r.stream from journal r where r.type = 'case.retyped' and r.at >= $6
  )
)
order by j.stream, j.version;
