-- Case lists. The scope ($1..$5) is part of every query: nothing outside it is read, counted or sorted.
-- {filters}, {order}, {after} and {columns} are filled from a closed set in cases.py; values are always parameters.

-- name: scope
($1 or town = $2 or owner = $3 or grid = $4 or reporter = $5)

-- name: page
select {columns} from cases where {scope}{filters}{after} order by {order} limit {limit};

-- name: count
select count(*) from cases where {scope}{filters};

-- name: live
-- Everything a screen holds: open cases, and those reported or closed since $6.
select {columns} from cases where {scope} and (open or reported_at >= $6 or closed_at >= $6);

-- name: changed
-- Cards that changed after a position, and what happened to them.
select {columns} from cases where id in (
  select substring(stream from 6)::uuid from journal where position > $1 and position <= $2 and stream like 'case:%'
);

-- name: headers
-- What happened after a position, without content.
select position, stream, type, at from journal where position > $1 and position <= $2 order by position;

-- name: per_hour
-- Reports of each hour since a moment: the raw material of the usual band.
select date_trunc('hour', reported_at) as hour, count(*) as reports from cases where reported_at >= $1 group by 1;

-- name: first_report
-- How far back the history goes.
select min(reported_at) from cases;

-- name: last_change
-- When the newest thing happened.
select max(changed_at) from cases;

-- name: open_docs
-- Every open case, folded.
select doc from cases where open;
