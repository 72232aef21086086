-- Batches of data sets, as the journal tells of them.

-- name: batches_after
-- Every batch, or version of a base database, that was told of after a position, in short. The words of the `where` are those of its index.
select position, substr(stream, 9) as dataset, type, at, coalesce((data ->> 'happened_at')::timestamptz, at) as made,
       (data ->> 'n')::integer as n, (data ->> 'rows')::bigint as rows, (data ->> 'good')::bigint as good,
       (data ->> 'bad')::bigint as bad, (data ->> 'repeated')::bigint as repeated, (data ->> 'score')::float8 as score
  from journal
 where stream like 'dataset:%' and position > $1 and type in ('dataset.collected', 'dataset.turned_away', 'dataset.built')
 order by position;
