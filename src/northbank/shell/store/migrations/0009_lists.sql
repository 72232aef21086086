-- A page of a list at a million cases: each way into a scope and each order has an index, so that a page is read and not
-- searched for. What many cases have in common (state, type) is a short index that the server lays over another one, and
-- the few that are open, late or urgent have one of their own.
-- What each of them costs on writing: docs/performance.md.

create index cases_grid on cases (grid, reported_at desc, id desc);
create index cases_reporter on cases (reporter, reported_at desc, id desc);
create index cases_changed on cases (changed_at desc, id desc);
create index cases_stage_due on cases (coalesce(stage_due_at, 'infinity'), id);
create index cases_state on cases (state);
create index cases_type on cases (type);
create index cases_source on cases (source);
create index cases_desk on cases (desk) where desk is not null;

-- The desk asks for open cases most of all: few, and whatever they are asked by is looked at in the index itself.
create index cases_open on cases (reported_at desc, id desc, town, owner, grid, reporter, type, board, state) where open;
create index cases_open_changed on cases (changed_at desc, id desc, town, owner, grid, reporter, type, board, state) where open;
create index cases_open_due on cases (coalesce(stage_due_at, 'infinity'), id, town, owner, grid, reporter, type, board, state)
  where open;

create index cases_late on cases (reported_at desc, id desc) where late;
create index cases_missed on cases (reported_at desc, id desc) where not on_time;
create index cases_urgent on cases (reported_at desc, id desc) where urgent;

-- Parts of a number are found by their trigrams where the server has them; else by reading all numbers.
do $$ begin
  create extension if not exists pg_trgm;
  create index cases_number_part on cases using gin (number gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported then
  raise notice 'parts of case numbers are searched for without an index';
end $$;

-- A unit has its own types and boards. Without this the planner takes "of this unit and of that type" for a matter of chance
-- and walks through a million rows for the hundred that it believes to lie near the top.
create statistics cases_types_of_owner (mcv) on owner, type from cases;
create statistics cases_boards_of_owner (mcv) on owner, board from cases;
