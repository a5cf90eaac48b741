-- Recorded files, in the order in which they were made, whatever the clock did meanwhile (docs/design/recordings.md).
-- A database of its own without a copy: it can be made anew from the files. Another form gets another file name.
create table recording (
  id          integer primary key,
  -- Of the file; where it lies follows from it.
  name        text not null unique,
  channel     integer not null,
  stream      text not null check (stream in ('main', 'sub')),
  -- First picture and end of the last one, on the camera's clock, milliseconds since 1970-01-01 UTC.
  start_ms    integer not null,
  end_ms      integer not null,
  size_bytes  integer not null,
  width       integer not null,
  height      integer not null,
  frame_rate  integer not null,
  -- How long before its event it begins.
  run_up_ms   integer not null,
  -- Being written; complete; being deleted.
  state       text not null check (state in ('open', 'closed', 'garbage'))
) strict;
create index recording_by_time on recording (channel, stream, start_ms);
create index recording_by_state on recording (state) where state <> 'closed';

-- A small picture of a file's beginning.
create table thumbnail (
  recording  integer primary key references recording on delete cascade,
  jpeg       blob not null
) strict;
