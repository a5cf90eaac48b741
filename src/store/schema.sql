-- The whole memory of a camera. A new database is made from this file; older ones are brought here by the
-- numbered steps in migrations/. Times are milliseconds since 1970-01-01 UTC.

-- One row for each value that differs from nothing: settings by section ("Enc/0" is Enc of channel 0), and
-- what the camera found out about itself once ("device.serial").
create table setting (
  key   text primary key,
  -- JSON.
  value text not null check (json_valid(value))
) strict, without rowid;

-- Who may log in.
create table user (
  name          text primary key,
  level         text not null check (level in ('guest', 'admin')),
  -- scrypt hash with its parameters; empty for the factory account until it has a password.
  password_hash text not null,
  -- 1 for the account the camera came with, which cannot be deleted.
  built_in      integer not null check (built_in in (0, 1))
) strict, without rowid;

-- Who guessed too often, so that a restart does not let them go on.
create table lockout (
  -- What is locked: an address, an address with a user name, or a user name from unknown addresses ("* name").
  key        text primary key,
  until_ms   integer not null,
  -- Length of the lock; the next one is twice as long.
  lasted_ms  integer not null
) strict, without rowid;

-- From where users logged in during the last 30 days: they go on while somebody guesses from everywhere.
create table known_login (
  -- An address with a user name.
  key      text primary key,
  seen_ms  integer not null
) strict, without rowid;

-- What happened, for the owner: a bounded list, the oldest entries go first.
create table event_log (
  -- Grows with every entry and never begins anew, so it tells the order even when the clock was set.
  id         integer primary key autoincrement,
  time_ms    integer not null,
  -- A kind of the guide: system, login, config, alarm, record, disk, network, upgrade.
  type       text not null,
  -- Who did it and from where; empty for what the camera did by itself.
  user_name  text not null,
  address    text not null,
  detail     text not null,
  -- How often it happened within a second.
  count      integer not null check (count > 0)
) strict;

-- Filters by kind and time without looking at the entries.
create index event_log_by_type on event_log (type, time_ms);

-- What the camera noticed by itself (docs/design/alarms.md): a bounded list, the oldest events go first.
create table alarm_event (
  id          integer primary key autoincrement,
  channel     integer not null,
  kind        text not null,
  start_ms    integer not null,
  -- Null while it goes on.
  end_ms      integer,
  -- Greatest share of armed cells that moved, 0 to 1.
  peak_score  real not null,
  -- The cells that moved, a bit for each of 80 x 45.
  cells       blob not null
) strict;

create index alarm_event_by_time on alarm_event (channel, start_ms);

-- Messages that are to be delivered (docs/design/alarms.md).
create table delivery (
  id          integer primary key autoincrement,
  notifier    text not null,
  -- JSON; only the notifier knows what it means.
  content     text not null check (json_valid(content)),
  created_ms  integer not null,
  expires_ms  integer not null,
  attempts    integer not null,
  -- Not to be tried before.
  next_ms     integer not null
) strict;

-- Files that go with a delivery.
create table delivery_file (
  delivery  integer not null references delivery on delete cascade,
  place     integer not null,
  -- As the receiver sees it.
  name      text not null,
  type      text not null,
  -- In the outbox folder.
  file      text not null,
  primary key (delivery, place)
) strict, without rowid;

-- Browsers that want messages (RFC 8030).
create table push_subscription (
  endpoint   text primary key,
  -- Keys of the browser as in RFC 8291, base64url.
  p256dh     text not null,
  auth       text not null,
  user_name  text not null,
  created_ms integer not null
) strict, without rowid;

-- Recordings that are in the cloud, or on their way there (docs/design/cloud.md).
create table cloud_upload (
  -- Of the recording.
  name       text primary key,
  state      text not null check (state in ('open', 'done')),
  -- Of a multipart upload.
  upload_id  text,
  -- JSON: the ETags of its parts that have arrived, in order.
  parts      text not null check (json_valid(parts))
) strict, without rowid;

-- What notifiers are still to be told of events (docs/design/alarms.md).
create table event_notice (
  event     integer not null,
  notifier  text not null,
  -- From here on: that it began, or only that it ended.
  state     text not null check (state in ('began', 'ended')),
  primary key (event, notifier)
) strict, without rowid;
