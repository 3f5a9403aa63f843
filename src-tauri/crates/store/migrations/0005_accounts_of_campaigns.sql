-- The accounts that a campaign goes through, in the user's order (`place`, from 0), and their shares (`weight`).
create table campaign_accounts (
    campaign_id integer not null references campaigns (id) on delete cascade,
    account_id  integer not null references accounts (id),
    place       integer not null,
    weight      integer not null,
    primary key (campaign_id, account_id)
) strict, without rowid;

create index campaign_accounts_by_account on campaign_accounts (account_id);

insert into campaign_accounts (campaign_id, account_id, place, weight)
select id, account_id, 0, 1 from campaigns where account_id is not null;

alter table campaigns drop column account_id;

-- The accounts of a run, each with its sender as it was when the account came into the run.
create table run_accounts (
    run_id       integer not null references runs (id) on delete cascade,
    account_id   integer not null references accounts (id),
    place        integer not null,
    weight       integer not null,
    from_name    text not null,
    from_address text not null,
    reply_to     text,
    primary key (run_id, account_id)
) strict, without rowid;

insert into run_accounts (run_id, account_id, place, weight, from_name, from_address, reply_to)
select id, account_id, 0, 1, from_name, from_address, reply_to from runs;

-- The account that a recipient belongs to: set with the first attempt, null before. No foreign key: it is written with
-- every mail, and accounts stay.
alter table deliveries add column account_id integer;

update deliveries set account_id = (select account_id from runs where runs.id = run_id) where attempts > 0;

drop index deliveries_due;
create index deliveries_due on deliveries (run_id, account_id, due_at_ms) where state = 'deferred';
-- Those that wait once more for the account they belong to. Few, and who waits for the first time is not in it.
create index deliveries_bound on deliveries (run_id, account_id, id) where state = 'queued' and account_id is not null;

alter table runs drop column account_id;
alter table runs drop column from_name;
alter table runs drop column from_address;
alter table runs drop column reply_to;

-- How many deliveries of a run are in each state at each account; 0 is none yet. Changed in the same transaction as the
-- deliveries.
drop table run_counts;
create table run_counts (
    run_id     integer not null references runs (id) on delete cascade,
    state      text not null,
    account_id integer not null default 0,
    n          integer not null,
    primary key (run_id, state, account_id)
) strict, without rowid;

insert into run_counts (run_id, state, account_id, n)
select run_id, state, coalesce(account_id, 0), count(*) from deliveries group by 1, 2, 3;
