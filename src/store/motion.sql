-- How much moved, by second (docs/design/recordings.md): 0 is unknown, 1 to 255 is nothing to everything.
create table motion (
  channel  integer not null,
  -- Minutes since 1970-01-01 UTC on the camera's clock.
  minute   integer not null,
  -- 60 bytes.
  levels   blob not null,
  primary key (channel, minute)
) strict, without rowid;
