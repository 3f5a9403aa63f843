-- What the server inside the app caught. A file of its own: it can be large, and losing it costs nothing.
-- Times are unix milliseconds in UTC.

create table mails (
    id             integer primary key autoincrement,
    envelope_from  text not null,
    -- Recipients, joined by comma and space.
    envelope_to    text not null,
    subject        text not null,
    -- Recipients and subject, lower-case: what a search looks through.
    search_text    text not null,
    size_bytes     integer not null,
    received_at_ms integer not null
) strict;

-- Apart from the mails, so that a list of them reads no contents.
create table sources (
    mail_id integer primary key not null,
    source  blob not null
) strict;

-- One row. Changed in the same transaction as the mails.
create table totals (
    mails integer not null,
    bytes integer not null
) strict;

insert into totals (mails, bytes) values (0, 0);
