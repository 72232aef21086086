-- The files of every pack version that was put in force, by the digest that entries name. When and why is in the journal.

create table pack_version (
  version text primary key,
  city text not null,
  kept_at timestamptz not null,
  files bytea not null
);
alter table pack_version alter column files set storage external;  -- a zip archive already

-- Results of policy simulations, so that publishing can name one.
create table simulation (
  id uuid primary key,
  city text not null,
  at timestamptz not null,
  version text not null,
  result json not null
);
create index simulation_at on simulation (at desc);
