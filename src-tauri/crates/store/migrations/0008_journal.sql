-- What has become of deliveries since `deliveries` was last brought up to date: one row each, the newest state.
--
-- Every mail waits for a commit here, so it is as small as can be: one table, one page, no index. Every transaction that
-- writes begins by carrying these rows over, and so does opening the database.
create table journal (
    delivery_id   integer primary key references deliveries (id) on delete cascade,
    state         text not null,
    -- Attempts to add.
    attempts      integer not null,
    -- The account it belongs to then; null while nobody has tried it.
    account_id    integer,
    updated_at_ms integer not null,
    -- Whether there was an outcome: only then the columns below say something.
    has_outcome   integer not null,
    -- The local day it counts for.
    day           integer,
    verdict       text,
    stage         text,
    reply_code    integer,
    reply_text    text not null,
    queue_id      text,
    skip_reason   text,
    due_at_ms     integer
) strict;
