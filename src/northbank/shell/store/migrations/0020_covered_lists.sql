-- Every order and place of a list holds what is filtered by: counting and walking open no row of two kilobytes (docs/performance.md).

drop index cases_reported, cases_changed, cases_open, cases_grid, cases_reporter;

create index cases_reported on cases (reported_at desc, id desc)
  include (town, owner, grid, reporter, type, board, state, source, late, on_time, stage_due_at, support);
create index cases_changed on cases (changed_at desc, id desc)
  include (town, owner, grid, reporter, type, board, state, source, late, on_time, support);
create index cases_open on cases (reported_at desc, id desc)
  include (town, owner, grid, reporter, type, board, state, source, late, soon, needs, urgent, desk, changed_at, stage_due_at, support)
  where open;
create index cases_grid on cases (grid, reported_at desc, id desc)
  include (town, owner, type, board, state, source, late, on_time);
create index cases_reporter on cases (reporter, reported_at desc, id desc)
  include (town, owner, type, board, state, source, late, on_time);
