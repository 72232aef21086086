-- Candidates for duplicates. The scope ($1..$5) is part of every question: nothing outside it is read or counted.
-- {cell} is the expression of the index cases_cell: squares of 1/500 degree.

-- name: cell
(floor(lon * 500)::bigint * 1000000 + floor(lat * 500)::bigint)

-- name: near
-- Cases in some squares and inside a circle, reported in a span, open or ended not long before: the nearest first.
select id::text, number, type, state, open, lon, lat, reported_at, closed_at, subject::text,
  doc ->> 'parent' as parent
from cases
where {scope} and {cell} = any($6::bigint[]) and reported_at between $7 and $8 and (closed_at is null or closed_at >= $9)
  and id is distinct from $10::uuid and power((lon - $12) * cos(radians($13)), 2) + power(lat - $13, 2) <= $14
order by power((lon - $12) * cos(radians($13)), 2) + power(lat - $13, 2), reported_at desc, id
limit $11;

-- name: placeless
-- Cases without a point in a span: the newest first.
select id::text, number, type, state, open, lon, lat, reported_at, closed_at, subject::text,
  doc ->> 'parent' as parent
from cases
where {scope} and {cell} is null and reported_at between $6 and $7 and (closed_at is null or closed_at >= $8)
  and id is distinct from $9::uuid
order by reported_at desc, id
limit $10;

-- name: told_apart
-- Which of some pairs were last said not to be the same matter.
select stream from (
  select distinct on (stream) stream, data from journal where stream = any($1::text[]) order by stream, version desc
) last
where (data ->> 'apart')::boolean;

-- name: reported
-- Cases with a point of a span in the order in which they came, after the last one read: what weights are learned from.
select id::text, number, type, state, open, lon, lat, reported_at, closed_at, subject::text, doc ->> 'parent' as parent
from cases
where reported_at >= $1 and reported_at < $2 and (reported_at, id) > ($3, $4::uuid) and lon is not null
order by reported_at, id
limit $5;

-- name: before
-- For each of some cases, the cases near it that came before it and had not ended long before: all in one statement.
-- $2: radius in degrees of latitude; $3: days before it; $4: days after an end. Of two at once the lower id came first.
select a.id::text as later, b.id::text, b.number, b.type, b.state, b.open, b.lon, b.lat, b.reported_at, b.closed_at,
  b.subject::text, b.doc ->> 'parent' as parent
from cases a
cross join lateral (
  select array(
    select x * 1000000 + y
    from generate_series(
        floor((a.lon - $2 / cos(radians(a.lat))) * 500)::bigint, floor((a.lon + $2 / cos(radians(a.lat))) * 500)::bigint
      ) x,
      generate_series(floor((a.lat - $2) * 500)::bigint, floor((a.lat + $2) * 500)::bigint) y
  ) as cells
) s
cross join lateral (
  select * from cases c
  where (floor(c.lon * 500)::bigint * 1000000 + floor(c.lat * 500)::bigint) = any(s.cells)
    and c.reported_at between a.reported_at - make_interval(days => $3) and a.reported_at
    and (c.reported_at, c.id) < (a.reported_at, a.id)
    and (c.closed_at is null or c.closed_at >= a.reported_at - make_interval(days => $4))
    and power((c.lon - a.lon) * cos(radians(a.lat)), 2) + power(c.lat - a.lat, 2) <= power($2, 2)
  order by power((c.lon - a.lon) * cos(radians(a.lat)), 2) + power(c.lat - a.lat, 2), c.reported_at desc, c.id
  limit 50
) b
where a.id = any($1::uuid[])
order by a.reported_at, a.id, b.reported_at, b.id;

-- name: words
-- The sealed words of some subjects, with their keys.
select s.subject::text, s.id::text, s.sealed, k.wrapped
from secret s join subject_key k on k.subject = s.subject
where s.subject = any($1::uuid[]) and s.kind = 'words';
