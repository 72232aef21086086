-- View: what a case has on it for figures and patterns, one narrow row a case, up to a position of the journal (marks.py).
-- Nothing writes it in the transaction of a move: it follows the case view in steps, and what it does not have yet is opened.
-- The columns are those of the statement `marks` in metrics.sql, in order.

create table marked (
  id uuid primary key,
  position bigint not null,
  town text,
  grid text,
  owner text,
  support text[] not null,
  reporter text not null,
  type text,
  board text,
  state text not null,
  standing text not null,
  reported_at timestamptz not null,
  closed_at timestamptz,
  changed_at timestamptz not null,
  returns integer not null,
  reworks integer not null,
  reopenings integer not null,
  extensions integer not null,
  rating integer,
  evidence boolean not null,
  accept_due timestamptz,
  accept_met timestamptz,
  accept_in_time boolean,
  dispatch_due timestamptz,
  dispatch_met timestamptz,
  dispatch_in_time boolean,
  solve_due timestamptz,
  solve_met timestamptz,
  solve_in_time boolean,
  check_due timestamptz,
  check_met timestamptz,
  check_in_time boolean,
  solver text,
  made_by text not null,
  made_at timestamptz not null,
  lon double precision,
  lat double precision,
  started_at timestamptz,
  due_at timestamptz,
  clock text,
  office text not null,
  turns integer not null,
  during tstzrange not null
);

-- From the first to the last moment of a case that a period is asked about.
create index marked_during on marked using gist (during);

-- Up to where it goes, and what its columns were made by: another statement makes it anew.
create table marked_to (
  one boolean primary key default true check (one),
  position bigint not null,
  made_by text not null
);
insert into marked_to (position, made_by) values (0, '');
