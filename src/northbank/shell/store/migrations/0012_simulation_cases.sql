-- The cases that change in a simulation, one row each: lists of simulations stay small and these are read by the page.

create table simulation_case (
  simulation uuid not null references simulation (id) on delete cascade,
  n integer not null,
  changed json not null,
  primary key (simulation, n)
);

insert into simulation_case (simulation, n, changed)
select s.id, one.n, one.value
from simulation s, json_array_elements(s.result -> 'changed') with ordinality as one (value, n);

update simulation set result = (result::jsonb || '{"changed": []}')::json;
