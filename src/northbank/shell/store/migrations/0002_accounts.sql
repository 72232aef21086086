-- Accounts and their sessions. Passwords are argon2id hashes; of a token only its SHA-256 is kept.

create table accounts (
    login       text primary key check (login ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    name        text not null,
    role        text not null,
    unit        text,
    town        text,
    grid        text,
    password    text not null,
    created_at  timestamptz not null,
    password_at timestamptz not null,
    disabled_at timestamptz
);

create table sessions (
    token      bytea primary key check (length(token) = 32),
    login      text not null references accounts on delete cascade,
    opened_at  timestamptz not null,
    expires_at timestamptz not null
);

create index sessions_login on sessions (login);
create index sessions_expires on sessions (expires_at);
