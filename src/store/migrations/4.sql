-- Events, what is to be sent of them, and to which browsers.
create table alarm_event (
  id          integer primary key autoincrement,
  channel     integer not null,
  kind        text not null,
  start_ms    integer not null,
  end_ms      integer,
  peak_score  real not null,
  cells       blob not null
) strict;

create index alarm_event_by_time on alarm_event (channel, start_ms);

create table delivery (
  id          integer primary key autoincrement,
  notifier    text not null,
  content     text not null check (json_valid(content)),
  created_ms  integer not null,
  expires_ms  integer not null,
  attempts    integer not null,
  next_ms     integer not null
) strict;

create table delivery_file (
  delivery  integer not null references delivery on delete cascade,
  place     integer not null,
  name      text not null,
  type      text not null,
  file      text not null,
  primary key (delivery, place)
) strict, without rowid;

create table push_subscription (
  endpoint   text primary key,
  p256dh     text not null,
  auth       text not null,
  user_name  text not null,
  created_ms integer not null
) strict, without rowid;
