-- Reads across many cases: for training suggestions and for the search for hot issues.

-- name: closed_words
-- Closed cases with a type whose words can still be opened, a block at a time by report time and id.
select c.id, c.type, c.reported_at, c.subject, c.doc -> 'words' ->> 'id' as words
  from cases c
 where c.state = 'closed' and c.type is not null and c.doc -> 'words' ->> 'id' is not null
   and exists (select from subject_key k where k.subject = c.subject)
   and (c.reported_at, c.id) > ($1::timestamptz, $2::uuid)
 order by c.reported_at, c.id limit $3;

-- name: placed
-- Cases on the map since a moment.
select c.id, c.grid, c.type, c.reported_at, c.subject,
       case when exists (select from subject_key k where k.subject = c.subject) then c.doc -> 'words' ->> 'id' end as words
  from cases c where c.reported_at >= $1 and c.grid is not null order by c.reported_at, c.id;

-- name: these
-- Some cases by id, as far as the scope ($1 to $5) reaches.
select {columns} from cases where {scope} and id = any($6::uuid[]) order by reported_at desc, id desc;

-- name: newest
-- The last entry of a stream, up to a position where one is given.
select position, id, stream, version, type, schema, at, actor, cause, pack, rule, data
  from journal where stream = $1 and ($2::bigint is null or position <= $2) order by version desc limit 1;
