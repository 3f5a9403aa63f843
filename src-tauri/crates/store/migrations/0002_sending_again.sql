-- When recipients were last put back into the queue by the user; the days until they are given up count from here.
alter table runs add column reopened_at_ms integer;
