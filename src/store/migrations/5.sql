-- What is in the cloud, and what is on its way there.
create table cloud_upload (
  name       text primary key,
  state      text not null check (state in ('open', 'done')),
  upload_id  text,
  parts      text not null check (json_valid(parts))
) strict, without rowid;
