-- Whoever serves hears at once when an account changes or a session ends: what is remembered of it is forgotten, and its
-- open streams are asked again whether they may stay.

create function tell_account() returns trigger language plpgsql as $$
begin
    perform pg_notify('account', old.login);
    return null;
end
$$;

create trigger accounts_told after update or delete on accounts for each row execute function tell_account();
create trigger sessions_told after delete on sessions for each row execute function tell_account();
