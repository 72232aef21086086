-- The past: the journal up to a position. Cases that nothing befell since are read from the view, the others folded again.

-- name: tip
select coalesce(max(position), 0) from journal;

-- name: every_case
-- The whole view in the order of ids as text, which is that of the journal's streams.
select position, doc from cases order by id;

-- name: by_stream_until
-- Case entries up to a position, stream by stream.
select position, id, stream, version, type, schema, at, actor, cause, pack, rule, data
from journal where stream like 'case:%' and position <= $1 order by stream collate "C", version;
