-- How an account logs in, and how it reaches its server. Passwords and tokens are kept elsewhere.
alter table accounts add column login_kind text not null default 'password';
-- Address of the proxy, without its password.
alter table accounts add column proxy text;
-- SHA-256 of the certificate that the user trusts at this host and port.
alter table accounts add column trusted_certificate text;
