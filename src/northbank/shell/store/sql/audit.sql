-- Statements of the audit: the record of readings (see migrations/0004_audit.sql).

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
