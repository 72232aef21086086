-- Figures of cases. The scope ($1..$5) is part of every read. {braces} are filled from closed sets in metrics.py and marks.py:
-- the words of metric_words.sql and metric_periods.sql, and the numbers of parameters; values are always parameters.

-- name: marks
-- What a case has on it for figures, as core/metrics.py reads it off the folded case, and for patterns (core/traces.py).
-- A clock that stands still has no due. Columns as in the table `marked`, in order.
select c.id, c.position, c.town, c.grid, c.owner, c.support, c.reporter, c.type, c.board, c.state,
  case c.state when 'archived' then coalesce(d.before, c.state) else c.state end as standing,
  c.reported_at, c.closed_at, c.changed_at,
  coalesce(d.returns, 0) as returns, coalesce(d.reworks, 0) as reworks, coalesce(d.reopenings, 0) as reopenings,
  coalesce(d.extensions, 0) as extensions, d.rating, coalesce(d.evidence, false) as evidence,
  x.accept_due, x.accept_met, x.accept_in_time, x.dispatch_due, x.dispatch_met, x.dispatch_in_time,
  x.solve_due, x.solve_met, x.solve_in_time, x.check_due, x.check_met, x.check_in_time,
  d.solver, coalesce(d.origin ->> 'by', c.reporter) as made_by, coalesce((d.origin ->> 'at')::timestamptz, c.reported_at) as made_at,
  c.lon, c.lat, x.started_at, x.due_at, x.clock, coalesce(x.office, '') as office,
  coalesce(d.returns, 0) + coalesce(d.reworks, 0) + coalesce(x.pauses, 0) as turns,
  tstzrange(
    least(c.reported_at, x.accept_due, x.accept_met, x.dispatch_due, x.dispatch_met, x.solve_due, x.solve_met, x.check_due, x.check_met),
    greatest(
      c.changed_at, c.closed_at, x.accept_due, x.accept_met, x.dispatch_due, x.dispatch_met, x.solve_due, x.solve_met, x.check_due,
      x.check_met
    ), '[]'
  ) as during
from ({source}) c
cross join lateral json_to_record(c.doc) as d(
  before text, returns integer, reworks integer, reopenings integer, extensions integer, rating integer, evidence boolean,
  solver text, deadlines json, origin json
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
    bool_or(l.in_time) filter (where l.stage = 'check') as check_in_time,
    max(l.started_at) filter (where l.stage = 'solve') as started_at, max(l.due_at) filter (where l.stage = 'solve') as due_at,
    max(l.unit) filter (where l.stage = 'solve') as clock, max(l.office) filter (where l.stage = 'solve') as office,
    max(l.pauses) filter (where l.stage = 'solve') as pauses
  from (
    select stage, started_at, due_at, met_at, unit, office,
      case when met_at is not null or paused_at is null or paused_at > due_at then due_at end as due,
      met_at is not null and coalesce(paused_at, met_at) <= due_at as in_time,
      (select count(*)::integer from json_array_elements(amended) a where a ->> 'why' = 'suspended') as pauses
    from json_to_recordset(d.deadlines) as r(
      stage text, started_at timestamptz, due_at timestamptz, met_at timestamptz, paused_at timestamptz, unit text, office text,
      amended json
    )
  ) l
) x

-- name: marked_to
-- Up to where the view of marks goes; 0 where it was made otherwise than this program makes it.
select case made_by when $1 then position else 0 end from marked_to;

-- name: take_marks
-- Whether nobody else is at it; given back at the end of the transaction.
select pg_try_advisory_xact_lock(7236003);

-- name: unmark_all
delete from marked;

-- name: every_case
select * from cases

-- name: step_ends
-- Where a step ends that begins at $1 and is $2 entries long.
select least($1::bigint + $2::bigint, (select coalesce(max(position), 0) from journal));

-- name: moved
-- Cases whose last entry lies in a step: whoever has a later one is marked when the step comes there.
select c.* from journal j join cases c on c.id = substring(j.stream from 6)::uuid and c.position = j.position
where j.position > $1 and j.position <= $2 and j.stream like 'case:%'

-- name: unmark
delete from marked where id in (
  select substring(stream from 6)::uuid from journal where position > $1 and position <= $2 and stream like 'case:%'
);

-- name: mark
insert into marked {marks};

-- name: note_marks
update marked_to set position = $1, made_by = $2;

-- name: as_it_is
-- Goes before a statement that reads marks: `fresh` are the cases that are not as they were marked, `loose` the rows to open instead.
-- The same for a position of the past stands in past.sql.
with fresh as materialized (
  select distinct substring(stream from 6)::uuid as id from journal where position > {marked_to} and stream like 'case:%'
), loose as not materialized (
  select * from cases where id in (select id from fresh)
)

-- name: counted
-- Each figure of each group: how many count below the line, and how many of those above it.
select {key} as key, count(*) as cases, count(f.id) as opened, {columns} from ({touched}) m left join fresh f on f.id = m.id{held} group by 1

-- name: touched
-- The marks of all cases that a period may be about: those at hand, and those of the cases that are opened.
select * from marked where during && tstzrange({since}, {until}) and not exists (select from fresh f where f.id = marked.id){inside}
union all
select m.* from ({marks}) m where m.during && tstzrange({since}, {until})

-- name: opened
select * from loose where reported_at < {until}{inside}

-- name: one_of
-- Whether a row of the case list is one of the rows behind one side of a figure.
id in (select m.id from ({touched}) m{held} where {condition})

-- name: held
-- The role of whoever did last what the period is about; "" where that was no account.
 left join lateral (
  select (select a.role from accounts a where a.login = e.actor) as role
  from journal e where e.stream = 'case:' || m.id and e.type = any({deeds}::text[]){upto} order by e.version desc limit 1
) h on true

-- name: traces
-- What each case leaves behind (core/traces.py, fields in order), of those solved, ended or last touched inside the period.
select m.id::text, coalesce(m.owner, '') as unit, m.solver, m.made_by, m.type, m.lon, m.lat, m.made_at, m.closed_at,
  m.standing in ('closed', 'rated') as done, m.started_at, m.due_at, m.solve_met, m.clock, m.office, m.turns, m.evidence as proven,
  m.changed_at
from ({touched}) m
where m.changed_at >= $6 and m.reported_at < $7
order by m.id

-- name: corrected
-- The histories up to position $7 of cases whose type or attributes were corrected since $6.
select j.position, j.id, j.stream, j.version, j.type, j.schema, j.at, j.actor, j.cause, j.pack, j.rule, j.data
from journal j
where j.stream in (
  select 'case:' || id from cases where {scope} and 'case:' || id in (
    select r.stream from journal r where r.type in ('case.retyped', 'case.described') and r.at >= $6 and r.position <= $7
  )
) and j.position <= $7
order by j.stream, j.version
