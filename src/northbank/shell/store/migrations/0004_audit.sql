-- The Merkle tree over the journal, its signed checkpoints and their keys; the record of who read personal data.

-- Leaf hashes of every full block of 256 entries, one after the other, and the full subtrees of 256 leaves and more.
create table tree_leaves (
  block bigint primary key,
  hashes bytea not null check (length(hashes) = 8192)
);
alter table tree_leaves alter column hashes set storage external; -- hashes do not compress
create table tree_node (
  height smallint not null,
  n bigint not null,
  hash bytea not null check (length(hash) = 32),
  primary key (height, n)
);
-- How far the tree goes, and the leaf hashes of the block that is not full yet. One row.
create table tree_head (
  one boolean primary key default true check (one),
  size bigint not null,
  pending bytea not null
);
insert into tree_head (size, pending) values (0, '');

-- Public keys in the order in which they signed: the last one signs today. since: size of the journal when it began.
create table audit_key (
  n integer primary key,
  verifier text not null unique,
  since bigint not null,
  at timestamptz not null
);
create table checkpoint (
  size bigint primary key,
  at timestamptz not null,
  note text not null
);

-- Each opening of the vault by somebody. Written by the statement that gives out what was sealed (audit.sql).
create table reading (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  purpose text not null,
  kind text not null,
  "case" uuid,
  subject uuid not null,
  pieces uuid[] not null,
  digest bytea not null
);
create index reading_subject on reading (subject, id);
create index reading_case on reading ("case", id);
create index reading_actor on reading (actor, id);

create trigger audit_key_stays before update or delete or truncate on audit_key
  for each statement execute function refuse_change();
create trigger checkpoint_stays before update or delete or truncate on checkpoint
  for each statement execute function refuse_change();
create trigger reading_stays before update or delete or truncate on reading
  for each statement execute function refuse_change();
