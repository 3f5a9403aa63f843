import { m } from '$lib/paraglide/messages';
import type { AccountDraft, AccountSuggestion, AccountView } from '$lib/rpc/schema';
import { providerName } from './provider-name';

export type LoginKind = 'password' | 'token';
/** How a password is told to the server; the words are the mechanisms' own names. */
export type Mechanism = 'automatic' | 'scram_sha_256' | 'plain' | 'login' | 'cram_md5';
export type TlsMode = 'implicit' | 'starttls' | 'none';

/** Connections a provider takes from one login without asking to slow down. */
const USUAL_CONNECTIONS = 2;

/** The port that servers of this mode usually listen on (RFC 8314, RFC 6409). */
export const usualPorts: Record<TlsMode, number> = { implicit: 465, starttls: 587, none: 25 };

/** The form's values: as the wire's, but never null, as boxes hold text. */
export interface AccountFields {
  name: string;
  host: string;
  port: number | null;
  tls: TlsMode;
  user: string;
  loginKind: LoginKind;
  mechanism: Mechanism;
  password: string;
  /** The way to the server, empty for the direct one. */
  proxy: string;
  /** Fingerprint of the certificate that is trusted besides, for the host and port beside it only. */
  trusted: { fingerprint: string; host: string; port: number } | null;
  fromName: string;
  fromAddress: string;
  replyTo: string;
  maxConnections: number | null;
  /** Mails at once on a connection; 1 for one after the other. */
  burst: number | null;
}

export function fieldsFromSuggestion(address: string, found: AccountSuggestion): AccountFields {
  return {
    name: found.provider === null ? (address.split('@')[1] ?? address) : providerName(found.provider),
    host: found.host,
    port: found.port,
    tls: found.tls as TlsMode,
    user: found.user,
    loginKind: 'password',
    mechanism: 'automatic',
    password: '',
    proxy: '',
    trusted: null,
    fromName: '',
    fromAddress: address,
    replyTo: '',
    maxConnections: USUAL_CONNECTIONS,
    burst: 1,
  };
}

export function fieldsFromAccount(account: AccountView): AccountFields {
  return {
    name: account.name,
    host: account.host,
    port: account.port,
    tls: account.tls as TlsMode,
    user: account.user ?? '',
    loginKind: account.loginKind as LoginKind,
    mechanism: account.mechanism as Mechanism,
    password: '',
    proxy: account.proxy ?? '',
    trusted: account.trustedCertificate
      ? { fingerprint: account.trustedCertificate, host: account.host, port: account.port }
      : null,
    fromName: account.from.name,
    fromAddress: account.from.address,
    replyTo: account.replyTo ?? '',
    maxConnections: account.maxConnections,
    burst: account.burst,
  };
}

/** What goes over the wire, or null while a number is missing or wrong. An empty password keeps the one that is kept. */
export function toDraft(fields: AccountFields): AccountDraft | null {
  if (fields.port === null || fields.maxConnections === null || fields.burst === null) return null;
  if ([fields.port, fields.maxConnections, fields.burst].some(Number.isNaN)) return null;
  return {
    name: fields.name.trim(),
    host: fields.host.trim(),
    port: fields.port,
    tls: fields.tls,
    user: fields.user.trim() || null,
    loginKind: fields.loginKind,
    mechanism: fields.mechanism,
    password: fields.password || null,
    proxy: fields.proxy.trim() || null,
    trustedCertificate: trustedHere(fields)?.fingerprint ?? null,
    from: { name: fields.fromName.trim(), address: fields.fromAddress.trim() },
    replyTo: fields.replyTo.trim() || null,
    maxConnections: fields.maxConnections,
    burst: fields.burst,
  };
}

/** The trusted certificate, as long as the server is the one it was trusted at. */
export function trustedHere(fields: AccountFields): AccountFields['trusted'] {
  const { trusted } = fields;
  return trusted?.host === fields.host.trim() && trusted.port === fields.port ? trusted : null;
}

/** Whether a password of the account or of its proxy, or its signing key, is kept in the keyring or vault. */
export function keepsSecrets(account: AccountView): boolean {
  return account.hasPassword || account.dkim !== null || (account.proxy?.includes('@') ?? false);
}

/** The encryption in a word. */
export function tlsText(tls: string): string {
  if (tls === 'implicit') return 'TLS';
  return tls === 'starttls' ? 'STARTTLS' : m.accounts_tls_none_short();
}
