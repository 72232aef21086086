-- name: find_account
select login, name_zh, name_en, role, unit, town, grid, password, disabled_at is null as enabled
  from accounts where login = $1;

-- name: list_accounts
select login, name_zh, name_en, role, unit, town, grid, password, disabled_at is null as enabled
  from accounts order by login;

-- name: names
select login, name_zh, name_en from accounts where login = any($1::text[]);

-- name: add_account
insert into accounts
       (login, name_zh, name_en, role, unit, town, grid, password, created_at, password_at, disabled_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, case when $10::boolean then null else $9::timestamptz end)
on conflict (login) do nothing
returning login;

-- name: set_password
with changed as (
    update accounts set password = $2, password_at = $3 where login = $1 returning login
), dropped as (
    delete from sessions where login in (select login from changed)
)
select login from changed;

-- name: set_enabled
with changed as (
    update accounts set disabled_at = case when $2::boolean then null else $3::timestamptz end
     where login = $1 returning login
), dropped as (
    delete from sessions where not $2::boolean and login in (select login from changed)
)
select login from changed;

-- name: set_post
update accounts set role = $2, unit = $3, town = $4, grid = $5 where login = $1 returning login;

-- name: open_session
with swept as (
    delete from sessions where expires_at < $3
)
insert into sessions (token, login, opened_at, expires_at) values ($1, $2, $3, $4);

-- name: session
select a.login, a.name_zh, a.name_en, a.role, a.unit, a.town, a.grid, s.expires_at
  from sessions s join accounts a using (login)
 where s.token = $1 and s.expires_at > $2 and a.disabled_at is null;

-- name: prolong_session
update sessions set expires_at = $2 where token = $1;

-- name: close_session
delete from sessions where token = $1;
