-- Fewer indexes for the lists, chosen by what a million cases and the questions of sixteen people used (docs/performance.md).

drop index cases_state, cases_type, cases_source, cases_late, cases_missed, cases_urgent, cases_stage_due, cases_open, cases_open_changed,
  cases_open_due, cases_changed;

-- What many cases have in common, in any mixture: few distinct rows, so that a million of them take seven megabytes.
create index cases_facets on cases (owner, board, type, town, state, source, late, on_time);

-- The desk asks for open cases most of all: few, read in the index itself whatever they are asked by, and sorted then.
create index cases_open on cases (reported_at desc, id desc)
  include (town, owner, grid, reporter, type, board, state, source, late, soon, needs, urgent, desk, changed_at, stage_due_at) where open;

-- A walk by the last change looks at the scope and the filters without reading rows.
create index cases_changed on cases (changed_at desc, id desc)
  include (town, owner, grid, reporter, type, board, state, source, late, on_time);

-- What goes together is no matter of chance: a unit has its own types, boards and towns.
drop statistics cases_types_of_owner, cases_boards_of_owner;
create statistics cases_facets_together (mcv) on owner, board, type, town, state from cases;
alter statistics cases_facets_together set statistics 500;

-- Reading in an index alone needs to know which pages nobody writes just now.
alter table cases set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
