-- Statements of the journal, the case view and the vault. Each is read once, by name.

-- name: append
-- Store a group of commands (see migrations/0001_journal.sql).
select n, outcome, first, last, reply from append($1, $2, $3, $4, $5, $6, $7);

-- name: answer
-- What a client key was answered before.
select digest, reply, first, last from command where actor = $1 and key = $2;

-- name: tip
-- The last position.
select coalesce(max(position), 0) from journal;

-- name: stream
-- All entries of one stream.
select position, id, stream, version, type, schema, at, actor, cause, pack, rule, data
from journal where stream = $1 order by version;

-- name: after
-- Entries after a position, in order.
select position, id, stream, version, type, schema, at, actor, cause, pack, rule, data
from journal where position > $1 order by position limit $2;

-- name: by_stream
-- What the fold needs of every case entry, stream by stream: the order in which views are rebuilt.
select position, stream, type, schema, at, actor, pack, data
from journal where stream like 'case:%' order by stream collate "C", version;

-- name: case_docs
-- Several folded cases.
select id, doc from cases where id = any($1::uuid[]);

-- name: external
-- The case a sender's own number already made.
select id from cases where source = $1 and external = $2;

-- name: externals
-- Which of many sender numbers are known already.
select c.source, c.external
from unnest($1::text[], $2::text[]) as asked(source, external)
join cases c on c.source = asked.source and c.external = asked.external;

-- name: due
-- Cases the timer must look at, longest waiting first.
select doc from cases where wake_at <= $1 order by wake_at limit $2;

-- name: subject_keys
-- The wrapped keys of some subjects.
select subject::text, wrapped from subject_key where subject = any($1::uuid[]);

-- name: serial_block
-- A block of 1,000 case numbers for this process.
select nextval('serial_block');

-- name: progress
-- Where the import of a file stands.
select place, rows, rejected, done from import_progress where file = $1 and digest = $2;

-- name: save_progress
-- Move an import on; runs in the transaction of its batch.
insert into import_progress (file, digest, place, rows, rejected, done) values ($1, $2, $3, $4, $5, $6)
on conflict (file) do update set digest = $2, place = $3, rows = $4, rejected = $5, done = $6;

-- name: version
select coalesce(max(version), 0) from journal where stream = $1;
