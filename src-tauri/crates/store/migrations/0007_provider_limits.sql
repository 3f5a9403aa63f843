-- Null limits: the user gave none, so the provider's own count. The old '{}' stood there where only a slowdown was noted.
create table account_limits_new (
    account_id integer primary key references accounts (id) on delete cascade,
    -- JSON of the limits that the user gave.
    limits     text,
    -- JSON of the slowdown.
    slowdown   text not null default '{}'
) strict;
insert into account_limits_new (account_id, limits, slowdown)
select account_id, nullif(limits, '{}'), slowdown from account_limits;
drop table account_limits;
alter table account_limits_new rename to account_limits;

-- By which mechanism an account logs in; 'automatic' takes the best that the server announces.
alter table accounts add column mechanism text not null default 'automatic';
