-- The past: the journal up to a position. Cases that nothing befell since are read from the view, the others folded again.

-- name: tip
select coalesce(max(position), 0) from journal;

-- name: every_case
-- The whole view in the order of ids as text, which is that of the journal's streams.
select position, doc from cases order by id;

-- name: by_stream_until
-- What the fold needs of case entries up to a position, stream by stream.
select position, stream, type, schema, at, actor, pack, data
from journal where stream like 'case:%' and position <= $1 order by stream collate "C", version;

-- name: recorded
select at from journal where position = $1;

-- name: heads
-- The last entries of cases at a position.
select position, stream, type, at from journal where position <= $1 and stream like 'case:%' order by position desc limit $2;

-- name: touched
-- Cases that something befell between two positions.
select distinct stream from journal where position > $1 and position <= $2 and stream like 'case:%';

-- name: streams_until
-- What the fold needs of the entries of some cases up to a position.
select position, stream, type, schema, at, actor, pack, data
from journal where stream = any($1::text[]) and position <= $2 order by stream collate "C", version;

-- name: as_it_was
-- Goes before a statement over `cases`, or over marks (metrics.sql): rows that nothing befell since, and the others as they were.
with outdated as materialized (
  select distinct substring(stream from 6)::uuid as id from journal where position > {marked_to} and stream like 'case:%'
), fresh as materialized (
  select id from outdated union select substring(stream from 6)::uuid from unnest({streams}::text[]) as later(stream)
), loose as not materialized (
  select * from cases where position <= {position} and id in (select id from outdated) union all select * from unnest({rows}::cases[])
), cases as not materialized (
  select * from cases where position <= {position} union all select * from unnest({rows}::cases[])
), marked as not materialized (
  select * from marked where position <= {position}
)

-- name: live_then
-- Open cases, and those reported or closed since $1.
select {columns} from cases where ({where}) and (open or reported_at >= $1 or closed_at >= $1)
