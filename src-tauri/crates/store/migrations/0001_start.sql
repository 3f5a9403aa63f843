-- Times are unix milliseconds in UTC. `…_key` columns are what names and addresses are compared by.
-- Ids are never used again (autoincrement): a stale id must not name another person.

create table settings (
    key   text primary key not null,
    value text not null
) strict;

create table accounts (
    id              integer primary key autoincrement,
    name            text not null,
    name_key        text not null,
    kind            text not null,
    host            text not null,
    port            integer not null,
    tls             text not null,
    user            text,
    has_password    integer not null,
    from_name       text not null,
    from_address    text not null,
    reply_to        text,
    max_connections integer not null,
    -- Why it sends nothing; without an end (null) it waits for the user.
    held_verdict    text,
    held_detail     text not null default '',
    held_since_ms   integer,
    held_until_ms   integer,
    created_at_ms   integer not null,
    updated_at_ms   integer not null,
    -- Kept for the reports of the campaigns it sent.
    deleted_at_ms   integer
) strict;

create unique index accounts_by_name on accounts (name_key) where deleted_at_ms is null;

create table contacts (
    id            integer primary key autoincrement,
    address       text not null,
    address_key   text not null unique,
    name          text not null,
    -- The name, else first and last name; sorted without regard to case.
    display_name  text not null collate nocase,
    -- JSON object: field name to value, no empty values.
    fields        text not null,
    created_at_ms integer not null,
    updated_at_ms integer not null
) strict;

create index contacts_by_name on contacts (display_name, id);
-- Ids and times grow together, so its pages are only ever appended to.
create index contacts_by_time on contacts (created_at_ms);

-- Substring search. What is not ASCII is added once more as one- and two-character pieces, since the trigram tokenizer
-- finds nothing shorter than three characters, and most Chinese names are not longer.
create virtual table contact_search using fts5(
    text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none
);

create table contact_fields (
    name          text primary key not null,
    created_at_ms integer not null
) strict;

create table lists (
    id            integer primary key autoincrement,
    name          text not null,
    name_key      text not null unique,
    created_at_ms integer not null
) strict;

create table list_members (
    list_id     integer not null references lists (id) on delete cascade,
    contact_id  integer not null references contacts (id) on delete cascade,
    added_at_ms integer not null,
    primary key (list_id, contact_id)
) strict, without rowid;

create index list_members_by_contact on list_members (contact_id);

-- Deleted contacts, kept for an undo; emptied when the app starts.
create table deleted_contacts (
    undo_id integer not null,
    id      integer not null,
    -- JSON object with all columns of the contact and `lists`, the ids of its lists.
    contact text not null,
    primary key (undo_id, id)
) strict, without rowid;

create table suppressions (
    address_key text primary key not null,
    address     text not null,
    reason      text not null,
    since_ms    integer not null
) strict;

create index suppressions_by_time on suppressions (since_ms, address_key);

create table imports (
    id            integer primary key autoincrement,
    state         text not null,
    file_name     text not null,
    list_id       integer references lists (id) on delete set null,
    bytes_done    integer not null default 0,
    bytes_total   integer not null default 0,
    rows          integer not null default 0,
    new           integer not null default 0,
    updated       integer not null default 0,
    unchanged     integer not null default 0,
    duplicates    integer not null default 0,
    invalid       integer not null default 0,
    -- JSON of the fault that ended it.
    error         text,
    started_at_ms integer not null,
    ended_at_ms   integer
) strict;

create table import_problems (
    import_id integer not null references imports (id) on delete cascade,
    row       integer not null,
    head      text,
    code      text not null,
    -- JSON object.
    params    text not null,
    excerpt   text not null,
    primary key (import_id, row)
) strict, without rowid;

create table templates (
    id            integer primary key autoincrement,
    name          text not null,
    name_key      text not null,
    format        text not null,
    subject       text not null,
    preheader     text not null,
    body          text not null,
    text          text,
    language      text not null,
    created_at_ms integer not null,
    updated_at_ms integer not null,
    deleted_at_ms integer
) strict;

create unique index templates_by_name on templates (name_key) where deleted_at_ms is null;

create table campaigns (
    id             integer primary key autoincrement,
    name           text not null,
    name_key       text not null,
    state          text not null,
    pause_reason   text,
    pause_detail   text not null default '',
    template_id    integer references templates (id),
    account_id     integer references accounts (id),
    at_ms          integer,
    created_at_ms  integer not null,
    updated_at_ms  integer not null,
    started_at_ms  integer,
    finished_at_ms integer,
    deleted_at_ms  integer
) strict;

create unique index campaigns_by_name on campaigns (name_key) where deleted_at_ms is null;

create table campaign_lists (
    campaign_id integer not null references campaigns (id) on delete cascade,
    list_id     integer not null references lists (id) on delete cascade,
    primary key (campaign_id, list_id)
) strict, without rowid;

-- One execution of a campaign, with content and sender as they were when it began.
create table runs (
    id             integer primary key autoincrement,
    campaign_id    integer not null references campaigns (id),
    number         integer not null,
    account_id     integer not null references accounts (id),
    -- JSON: the template as it was.
    content        text not null,
    from_name      text not null,
    from_address   text not null,
    reply_to       text,
    -- Random key of this run's reference tokens.
    token_key      blob not null,
    total          integer not null,
    started_at_ms  integer not null,
    finished_at_ms integer,
    unique (campaign_id, number)
) strict;

-- How many deliveries of a run are in each state. Changed in the same transaction as the deliveries.
create table run_counts (
    run_id integer not null references runs (id) on delete cascade,
    state  text not null,
    n      integer not null,
    primary key (run_id, state)
) strict, without rowid;

-- One mail to one address. `armed` is committed before the body leaves.
create table deliveries (
    id            integer primary key autoincrement,
    run_id        integer not null references runs (id) on delete cascade,
    -- No foreign key: a delivery outlives its contact.
    contact_id    integer not null,
    address       text not null,
    address_key   text not null,
    name          text not null,
    state         text not null,
    skip_reason   text,
    verdict       text,
    stage         text,
    reply_code    integer,
    reply_text    text not null default '',
    queue_id      text,
    attempts      integer not null default 0,
    due_at_ms     integer,
    updated_at_ms integer not null,
    unique (run_id, address_key)
) strict;

create index deliveries_by_state on deliveries (run_id, state, id);
create index deliveries_due on deliveries (run_id, due_at_ms) where state = 'deferred';
create index deliveries_by_contact on deliveries (contact_id, run_id);

-- Mails taken a day (local date of the account's owner) and account: limits and the start page.
create table account_days (
    account_id integer not null references accounts (id) on delete cascade,
    -- Days since 1970-01-01 in local time.
    day        integer not null,
    sent       integer not null,
    failed     integer not null,
    primary key (account_id, day)
) strict, without rowid;
