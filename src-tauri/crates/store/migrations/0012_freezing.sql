-- Whether a run's audience is frozen. Until it is, the run is nobody's business: its campaign still stands where it stood.
alter table runs add column is_frozen integer not null default 1;
