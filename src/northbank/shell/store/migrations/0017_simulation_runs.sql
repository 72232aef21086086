-- That a simulation began, and how it ended: none is lost with the center that ran it, or seems to run for ever.

create table simulation_run (
  id uuid primary key,
  at timestamptz not null,
  state text not null,
  run json not null
);
create index simulation_run_at on simulation_run (at desc, id desc);
