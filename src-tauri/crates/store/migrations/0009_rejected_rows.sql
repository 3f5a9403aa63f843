-- Rows that could not be taken, whole, for the file that the user may get of them. JSON arrays of texts.
alter table imports add column heads text not null default '[]';
alter table import_problems add column cells text not null default '[]';
