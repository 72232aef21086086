-- Statements of grants and of the record of uses (see migrations/0018_sharing.sql).

-- name: save
insert into grants (id, dataset, kind, state, applicant, owner, requested_at, wake_at, doc)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do update set state = excluded.state, wake_at = excluded.wake_at, doc = excluded.doc;

-- name: get
select doc from grants where id = $1;

-- name: many
select doc from grants where id = any($1::uuid[]);

-- name: page
-- Newest first. $1: everything may be seen; $2: else the unit that asks or answers; $3: the login that asked.
select id, doc from grants
where ($1 or applicant = $2 or owner = $2 or doc ->> 'asked_by' = $3)
  and ($4::text is null or dataset = $4) and ($5::text[] is null or state = any($5)) and ($6::text is null or applicant = $6)
  and ($7::text is null or owner = $7) and ($8::text is null or kind = $8)
  and ($9::timestamptz is null or (requested_at, id) < ($9, $10::uuid))
order by requested_at desc, id desc limit $11;

-- name: due
select doc from grants where wake_at <= $1 order by wake_at limit $2;

-- name: drop_all
delete from grants;

-- name: entries
-- What the journal says of every grant.
select position, stream, type, schema, at, actor, pack, data from journal
where stream >= 'grant:' and stream < 'grant;' order by stream, version;

-- name: note_use
insert into data_use (at, actor, unit, "grant", dataset, what, purpose, case_number, asked, rows, outcome, digest)
select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::bytea[], $10::bigint[], $11::text[], $12::bytea[]);

-- name: uses
-- Newest first. $1: everything may be seen; $2: else the unit that reads or owns.
select u.id, u.at, u.actor, u.unit, u."grant", u.dataset, u.what, u.purpose, u.case_number, u.rows, u.outcome
from data_use u
where ($1 or u.unit = $2 or exists (select from grants g where g.id = u."grant" and g.owner = $2))
  and ($3::uuid is null or u."grant" = $3) and ($4::text is null or u.dataset = $4) and ($5::text is null or u.actor = $5)
  and ($6::bigint is null or u.id < $6)
order by u.id desc limit $7;

-- name: await_uses
-- Wait for every record that has its number but is not there yet, and hold new ones back for this moment.
lock table data_use in share mode;

-- name: unsealed_uses
select id, dataset, digest from data_use where id > $1 order by id limit $2;

-- name: last_sealed_use
select version, data from journal where stream = $1 order by version desc limit 1;
