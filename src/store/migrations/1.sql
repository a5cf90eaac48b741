-- The first schema.
create table setting (
  key   text primary key,
  value text not null check (json_valid(value))
) strict, without rowid;

create table user (
  name          text primary key,
  level         text not null check (level in ('guest', 'admin')),
  password_hash text not null,
  built_in      integer not null check (built_in in (0, 1))
) strict, without rowid;

create table lockout (
  key        text primary key,
  until_ms   integer not null,
  lasted_ms  integer not null
) strict, without rowid;
