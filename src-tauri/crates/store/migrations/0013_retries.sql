-- For how many hours a mail that is put off is tried again, counted from the campaign's start. Fixed with the start, like
-- all that the user chose.
alter table campaigns add column retry_hours integer not null default 72;
