-- The device log.
create table event_log (
  id         integer primary key autoincrement,
  time_ms    integer not null,
  type       text not null,
  user_name  text not null,
  address    text not null,
  detail     text not null,
  count      integer not null check (count > 0)
) strict;

create index event_log_by_type on event_log (type, time_ms);
