-- Sharing: the view of grants (rebuilt from the journal at any time), and the record of who used data under them.

create table grants (
  id uuid primary key,
  dataset text not null,
  kind text not null,
  state text not null,
  applicant text not null,
  owner text not null,
  requested_at timestamptz not null,
  wake_at timestamptz,
  doc json not null
);
create index grants_requested on grants (requested_at desc, id desc);
create index grants_applicant on grants (applicant, requested_at desc, id desc);
create index grants_owner on grants (owner, requested_at desc, id desc);
create index grants_dataset on grants (dataset, requested_at desc, id desc);
create index grants_wake on grants (wake_at) where wake_at is not null;

-- One row for each question and each grant it was asked under, written before the answer goes out. Never a cell of it:
-- asked is a keyed digest of the question.
create table data_use (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  unit text not null,
  "grant" uuid not null,
  dataset text not null,
  what text not null,
  purpose text not null,
  case_number text not null,
  asked bytea not null,
  rows bigint not null,
  outcome text not null,
  digest bytea not null
);
create index data_use_grant on data_use ("grant", id);
create index data_use_dataset on data_use (dataset, id);
create index data_use_actor on data_use (actor, id);
create trigger data_use_stays before update or delete or truncate on data_use
  for each statement execute function refuse_change();
