-- Case lists. The scope is part of every query: nothing outside it is read, counted or sorted.
-- What stands in braces is filled from a closed set in cases.py and listing.py; values are always parameters.

-- name: part
-- Open cases with a part of a unit that is not done.
(open and support @> array[{unit}::text] and support <> '{{}}' and exists (
  select from json_array_elements(doc -> 'tasks') t where t ->> 'unit' = {unit} and t ->> 'state' in ('asked', 'taken')))

-- name: answer
-- Open cases with an order that a unit has to answer.
(open and exists (
  select from json_array_elements(doc -> 'orders') o
  where o ->> 'unit' = {unit} and o ->> 'due_at' is not null and o ->> 'answered_at' is null))

-- name: begin_list
-- One snapshot for a list. Plans are made for the values at hand: a town of ten cases wants another one than the center.
begin isolation level repeatable read read only; set local plan_cache_mode = force_custom_plan;

-- name: way_found
-- What one way into a scope finds, in whatever order comes cheapest, so far as rows are counted.
{name} as materialized (select id, {column} as key from cases where {where} limit {most})

-- name: few
-- Whether that is all it holds; asked for no column, so that the shortest index tells it.
(select count(*) from (select from cases where {where} limit {most}) some_of) < {most}

-- name: few_found
-- The same, told by what was found.
(select count(*) from {name}) < {most}

-- name: of_way
select id, key from {name}

-- name: all_found
-- The position; whether all ways hold few: where one holds more, the others are not looked at; how many there are; and where
-- they are few, the first rows after the cursor.
select (select coalesce(max(position), 0) from journal) as position, told.* from (
  with {ways}, all_of as materialized (select {few} as few)
  select (select few from all_of) as few,
    case when (select few from all_of) then (select count(*) from ({every}) every) else {most} end as total,
    array(
      select id from ({every}) found where (select few from all_of) and {after} order by {order} limit {limit}
    ) as ids
) told;

-- name: walk
-- The first rows of an order; where an index holds all that is asked, no row is opened for it.
select id from cases where {where} order by {order} limit {limit}

-- name: shown
-- The rows of a page, opened once it is known which they are.
select {columns}, {column} as sort_key from cases where id = any({ids}::uuid[]) order by {order};

-- name: live
-- Everything a screen holds: open cases, and those reported or closed since $6.
select {columns} from cases where {scope} and (open or reported_at >= $6 or closed_at >= $6);

-- name: news
-- One row: the tip; what happened after a position (no more than the last $2 entries), without content; the cards it
-- changed. As JSON text, because that is read into values several times faster than row by row.
with tip as (select coalesce(max(position), 0) as position from journal),
fresh as (
  select position, stream, type, at from journal
   where position > greatest($1::bigint, (select position from tip) - $2::bigint)
     and position <= (select position from tip)
)
select tip.position,
  (select json_agg(json_build_array(f.position, f.stream, f.type, f.at) order by f.position)::text from fresh f) as heads,
  (select json_agg(c)::text from (
    select {columns} from cases
     where id = any(array(select distinct substring(stream from 6)::uuid from fresh where stream like 'case:%'))
  ) c) as cards
from tip;

-- name: per_hour
-- Reports of each hour since a moment: the raw material of the usual band.
select date_trunc('hour', reported_at) as hour, count(*) as reports from cases where reported_at >= $1 group by 1;

-- name: first_report
-- How far back the history goes.
select min(reported_at) from cases;

-- name: last_change
-- When the newest thing happened.
select max(changed_at) from cases;

-- name: undated
-- Cases with a due time that no calendar told (see card.py), by id, those after $1. Asked once when a center starts.
select doc from cases where desk = 'no_calendar' and ($1::uuid is null or id > $1::uuid) order by id limit $2;

-- name: open_docs
-- Every open case, folded.
select doc from cases where open;

-- name: ended
-- Cases that ended with work done in a span.
select id from cases where closed_at >= $1 and closed_at < $2 and on_time is not null order by id;

-- name: again
-- Cases reported since $1 that are the trouble of an earlier one again: of the same type, within $2 degrees of latitude,
-- ended at most $3 days before. Of several the one that ended last. Squares as in the index cases_cell.
select a.id, b.id as earlier, b.days, b.degrees
from cases a
cross join lateral (
  select c.id, extract(day from a.reported_at - c.closed_at)::integer as days,
    sqrt(power((c.lon - a.lon) * cos(radians(a.lat)), 2) + power(c.lat - a.lat, 2)) as degrees
  from cases c
  where (floor(c.lon * 500)::bigint * 1000000 + floor(c.lat * 500)::bigint) = any(array(
      select x * 1000000 + y
      from generate_series(
          floor((a.lon - $2 / cos(radians(a.lat))) * 500)::bigint, floor((a.lon + $2 / cos(radians(a.lat))) * 500)::bigint
        ) x,
        generate_series(floor((a.lat - $2) * 500)::bigint, floor((a.lat + $2) * 500)::bigint) y
    ))
    and c.type = a.type and c.id <> a.id and c.on_time is not null
    and c.closed_at <= a.reported_at and c.closed_at >= a.reported_at - make_interval(days => $3)
    and power((c.lon - a.lon) * cos(radians(a.lat)), 2) + power(c.lat - a.lat, 2) <= power($2, 2)
  order by c.closed_at desc, c.id
  limit 1
) b
where a.reported_at >= $1 and a.lon is not null and a.type is not null and a.doc ->> 'recurs' is null
order by a.reported_at, a.id;
