-- Files can be deleted: the row stays, since messages name it.
alter table media drop constraint media_state_check;
alter table media add constraint media_state_check
  check (state in ('waiting', 'stored', 'failed', 'refused', 'deleted'));
