-- Known addresses outlive a restart.
create table known_login (
  key      text primary key,
  seen_ms  integer not null
) strict, without rowid;
