-- Statements of the Merkle tree, the checkpoints and the record of readings (see migrations/0004_audit.sql).

-- name: hold_head
-- How far the tree goes; held so that one process at a time lets it grow.
select size, pending from tree_head for update;

-- name: digests
-- Digests of the entries after a position, one after the other, and how many they are.
select count(*) as number, max(position) as last, string_agg(digest, ''::bytea order by position) as digests
from (select position, digest from journal where position > $1 order by position limit $2) as next;

-- name: move_head
update tree_head set size = $1, pending = $2;

-- name: nodes
-- Nodes by height and number.
select t.height, t.n, t.hash from unnest($1::smallint[], $2::bigint[]) as asked(height, n)
join tree_node t on t.height = asked.height and t.n = asked.n;

-- name: parts
-- Everything proofs are made of, of one moment: nodes, leaf blocks (height 0) and the block that is not full (height -1).
select t.height, t.n, t.hash from unnest($1::smallint[], $2::bigint[]) as asked(height, n)
join tree_node t on t.height = asked.height and t.n = asked.n
union all
select 0, block, hashes from tree_leaves where block = any($3::bigint[])
union all
select -1, size, pending from tree_head;

-- name: drop_leaves
truncate tree_leaves, tree_node;

-- name: head
select size from tree_head;

-- name: latest
-- The newest checkpoint.
select size, at, note from checkpoint order by size desc limit 1;

-- name: covering
-- The first checkpoint over a position.
select size, at, note from checkpoint where size >= $1 order by size limit 1;

-- name: checkpoints
-- Checkpoints below a size, newest first.
select size, at, note from checkpoint where size < $1 order by size desc limit $2;

-- name: all_checkpoints
select size, at, note from checkpoint order by size;

-- name: keep_checkpoint
insert into checkpoint (size, at, note) values ($1, $2, $3) on conflict (size) do nothing;

-- name: keys
-- Public keys in the order in which they signed.
select verifier, since, at from audit_key order by n;

-- name: add_key
insert into audit_key (n, verifier, since, at)
select coalesce((select max(n) from audit_key), 0) + 1, $1, coalesce((select max(size) from checkpoint), 0), $2
on conflict do nothing;

-- name: entries
-- Entries as stored, from a position on.
select position, id, stream, version, type, schema, at, actor, cause, pack, rule, data, digest
from journal where position >= $1 order by position limit $2;

-- name: first_of
-- Position of the first entry of a stream.
select position from journal where stream = $1 order by version limit 1;

-- name: open
-- What was sealed of one subject, and the record that somebody read it: no piece without the record, nor the other way.
with found as (
  select id, sealed from secret where subject = $1 and id = any($2::uuid[])
), lock as (
  select wrapped from subject_key where subject = $1
), noted as (
  insert into reading (at, actor, purpose, kind, "case", subject, pieces, digest)
  select $3, $4, $5, $6, $7, $1, $2, $8 from lock where exists (select from found)
)
select lock.wrapped, found.id, found.sealed from lock left join found on true;

-- name: note_readings
-- Records that personal cells of the lake are read: each of one record there, which is subject and piece at once.
insert into reading (at, actor, purpose, kind, "case", subject, pieces, digest)
select $3, $4, $5, $6, $7, subject, array[subject], digest from unnest($1::uuid[], $2::bytea[]) as one (subject, digest);

-- name: readings
-- Records of readings, newest first, with the number of the case and the name of the reader.
select r.id, r.at, r.actor, r.purpose, r.kind, r."case", r.subject, cardinality(r.pieces) as pieces,
       (select c.number from cases c where c.id = r."case") as number, a.name_zh, a.name_en
  from reading r left join accounts a on a.login = r.actor
 where ($1::uuid is null or r.subject = $1) and ($2::uuid is null or r."case" = $2) and ($3::text is null or r.actor = $3)
   and ($4::text is null or r.purpose = $4) and ($5::timestamptz is null or r.at >= $5)
   and ($6::timestamptz is null or r.at < $6) and ($7::bigint is null or r.id < $7)
 order by r.id desc limit $8;

-- name: await_readings
-- Wait for every record that has its number but is not there yet, and hold new ones back for this moment.
lock table reading in share mode;

-- name: unsealed
-- Records after one, in order.
select id, at, actor, purpose, kind, "case", subject, pieces, digest from reading where id > $1 order by id limit $2;

-- name: sealed_readings
-- What the journal says of the records: the entries that fixed them.
select position, data from journal where stream = $1 order by version;

-- name: last_sealed_reading
select version, data from journal where stream = $1 order by version desc limit 1;
