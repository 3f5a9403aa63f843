-- How much an account may send, and how far it was slowed down by its server. Accounts without a row have no limits.
create table account_limits (
    account_id integer primary key references accounts (id) on delete cascade,
    -- JSON of the limits.
    limits     text not null default '{}',
    -- JSON of the slowdown.
    slowdown   text not null default '{}'
) strict;
