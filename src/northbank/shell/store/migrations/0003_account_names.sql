-- People are named in both languages of the screens; either name may stand in for the other.

alter table accounts rename column name to name_zh;
alter table accounts add column name_en text not null default '';

-- A name without a Chinese character is a Latin one.
update accounts set name_en = name_zh, name_zh = '' where name_zh !~ '[一-鿿]';

alter table accounts add constraint accounts_named check (name_zh <> '' or name_en <> '');
