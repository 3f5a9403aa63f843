-- What the world must know of the key that signs an account's mails; the key itself is where the passwords are.
-- All null where nothing is signed.
alter table accounts add column dkim_algorithm text;
alter table accounts add column dkim_domain text;
alter table accounts add column dkim_selector text;
alter table accounts add column dkim_public_key text;
