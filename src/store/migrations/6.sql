-- What notifiers are still to be told of events.
create table event_notice (
  event     integer not null,
  notifier  text not null,
  state     text not null check (state in ('began', 'ended')),
  primary key (event, notifier)
) strict, without rowid;
