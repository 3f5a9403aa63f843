-- Mails in flight on a connection at a time; 1: one after the other.
alter table accounts add column burst integer not null default 1;
-- Whether the server announced that it takes many mails at once when it was last asked; null: never asked.
alter table accounts add column takes_bursts integer;
-- Since when its server is spoken to one command at a time, because it broke on several; null: it is not.
alter table accounts add column lockstep_since_ms integer;
