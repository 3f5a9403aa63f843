// Generated from the Rust crate hongyan-api by `npm run schema`. Do not edit.

/** What the user enters for an account. */
export type AccountDraft = {
  /** The user's name for it. */
  name: string;
  /** Host name. */
  host: string;
  /** TCP port. */
  port: number;
  /** `none`, `starttls` or `implicit`. */
  tls: string;
  /** Login name; null or empty where no login is needed. */
  user: string | null;
  /** What the password is: `password` or `token` (OAuth 2.0). */
  loginKind: string;
  /** How a password is told to the server: `automatic`, `scram_sha_256`, `plain`, `login` or `cram_md5`. */
  mechanism: string;
  /** Password (or token); null keeps the one that is kept. */
  password: string | null;
  /**
   * `socks5://user:password@host:port` or `http://…`; null or empty goes there directly. Without a password the one
   * kept for this proxy stays.
   */
  proxy: string | null;
  /**
   * SHA-256 of a certificate that is trusted besides what the system trusts; null for none. Falls away where host or
   * port change.
   */
  trustedCertificate: string | null;
  /** From. */
  from: SenderView;
  /** Reply-To; null or empty for none. */
  replyTo: string | null;
  /** Most connections at a time, 1 to 50. */
  maxConnections: number;
  /**
   * Mails in flight on a connection at a time, up to 32, where the server takes that; 0 or 1: one after the other.
   * After a crash or a cut so many a connection may be in doubt.
   */
  burst: number;
};

/** Part of the recipients for one account. */
export type AccountShare = {
  /** Which account. */
  accountId: number;
  /** How much it gets next to the others, 1 to 100. */
  weight: number;
};

/** How an account is. */
export type AccountState = {
  /** `ready`, `slowed` (its server asked for it), `waits` (a limit is reached) or `held` (see `held`). */
  state: string;
  /** Until when it waits or is held, unix milliseconds; null where nothing or only the user ends it. */
  untilMs: number | null;
  /** What it may send, and how its server slowed it down. */
  limits: LimitsView;
  /** What it sent of late. */
  used: UseView;
  /** Its connections now; null where another process sends. */
  connections: number | null;
  /** The most it may have now: fewer than `maxConnections` while it is slowed down. */
  mostConnections: number;
  /** Row id. */
  id: number;
  /** The user's name for it. */
  name: string;
  /** `smtp` or `sandbox`. */
  kind: string;
  /** Host name. */
  host: string;
  /** TCP port. */
  port: number;
  /** `none`, `starttls` or `implicit`. */
  tls: string;
  /** Login name, or null where no login is needed. */
  user: string | null;
  /** What the password is: `password` or `token` (OAuth 2.0). */
  loginKind: string;
  /** How a password is told to the server: `automatic`, `scram_sha_256`, `plain`, `login` or `cram_md5`. */
  mechanism: string;
  /** Whether a password (or token) is kept. */
  hasPassword: boolean;
  /** The proxy on the way to the server, without its password, for example `socks5://user@host:1080`; or null. */
  proxy: string | null;
  /** SHA-256 of the certificate that is trusted besides what the system trusts, as `AB:CD:…`; or null. */
  trustedCertificate: string | null;
  /** From. */
  from: SenderView;
  /** Reply-To, or null. */
  replyTo: string | null;
  /** How its mails are signed, or null where they are not. */
  dkim: DkimView | null;
  /** Most connections at a time. */
  maxConnections: number;
  /** Mails in flight on a connection at a time, where the server takes that; 1: one after the other. */
  burst: number;
  /** Whether the server announced that it takes many mails at once when it was last asked; null: never asked. */
  takesBursts: boolean | null;
  /** Since when its server gets one command at a time, because it broke on several, unix milliseconds; or null. */
  lockstepSinceMs: number | null;
  /** Why it is held, or null when it is ready. */
  held: HeldView | null;
  /** Mails taken since local midnight. */
  sentToday: number;
  /** When it was added, unix milliseconds. */
  createdAtMs: number;
};

/** Settings that fit an address's provider. */
export type AccountSuggestion = {
  /** The provider's name for people, for example `QQ Mail`; null where it is not known and the rest is a guess. */
  provider: string | null;
  /** Host name. */
  host: string;
  /** TCP port. */
  port: number;
  /** `none`, `starttls` or `implicit`. */
  tls: string;
  /** Login name. */
  user: string;
  /** What to enter as password: see [`ProblemView::hint`]. */
  hint: string | null;
};

/** How the test went. */
export type AccountTest = {
  /** Connected, secured and logged in. */
  ok: boolean;
  /** What went wrong, else null. */
  problem: ProblemView | null;
  /** For example `TLS 1.3`, or null for plain text. */
  tlsVersion: string | null;
  /** The server's greeting line. */
  server: string;
  /** Whether the server announces that it takes many mails at once. */
  takesBursts: boolean;
};

/** An account as shown. */
export type AccountView = {
  /** Row id. */
  id: number;
  /** The user's name for it. */
  name: string;
  /** `smtp` or `sandbox`. */
  kind: string;
  /** Host name. */
  host: string;
  /** TCP port. */
  port: number;
  /** `none`, `starttls` or `implicit`. */
  tls: string;
  /** Login name, or null where no login is needed. */
  user: string | null;
  /** What the password is: `password` or `token` (OAuth 2.0). */
  loginKind: string;
  /** How a password is told to the server: `automatic`, `scram_sha_256`, `plain`, `login` or `cram_md5`. */
  mechanism: string;
  /** Whether a password (or token) is kept. */
  hasPassword: boolean;
  /** The proxy on the way to the server, without its password, for example `socks5://user@host:1080`; or null. */
  proxy: string | null;
  /** SHA-256 of the certificate that is trusted besides what the system trusts, as `AB:CD:…`; or null. */
  trustedCertificate: string | null;
  /** From. */
  from: SenderView;
  /** Reply-To, or null. */
  replyTo: string | null;
  /** How its mails are signed, or null where they are not. */
  dkim: DkimView | null;
  /** Most connections at a time. */
  maxConnections: number;
  /** Mails in flight on a connection at a time, where the server takes that; 1: one after the other. */
  burst: number;
  /** Whether the server announced that it takes many mails at once when it was last asked; null: never asked. */
  takesBursts: boolean | null;
  /** Since when its server gets one command at a time, because it broke on several, unix milliseconds; or null. */
  lockstepSinceMs: number | null;
  /** Why it is held, or null when it is ready. */
  held: HeldView | null;
  /** Mails taken since local midnight. */
  sentToday: number;
  /** When it was added, unix milliseconds. */
  createdAtMs: number;
};

/** Puts addresses on the suppression list. */
export type AddSuppressions = {
  /** The addresses. */
  addresses: Array<string>;
};

/** What every screen needs to know. */
export type AppStatus = {
  /** Version of the program. */
  version: string;
  /** Where the data is kept. */
  dataFolder: string;
  /** The user's settings. */
  settings: Settings;
  /** The system's language, `zh-CN` or `en`. */
  systemLanguage: string;
  /** Which first steps are done. */
  firstSteps: FirstSteps;
  /** Who sends on this data folder. */
  sending: SendingStatus;
  /** Where passwords are kept. */
  secrets: SecretsStatus;
  /** Campaigns being sent or paused in mid-run. */
  running: Array<CampaignProgress>;
  /** What waits for the user. */
  needsYou: NeedsYou;
};

/** Who gets it and who is left out. */
export type AudienceView = {
  /** Different people in the lists. */
  total: number;
  /** Those who get it. */
  sendable: number;
  /** Those who do not, by reason. */
  leftOut: Array<LeftOut>;
};

/** A certificate that cannot be trusted. */
export type BadCertificateView = {
  /** `self_signed`, `unknown_issuer`, `other_name`, `expired`, `not_yet_valid`, `revoked` or `malformed`. */
  fault: string;
  /** SHA-256 as `AB:CD:…`. */
  fingerprint: string;
};

/** Names one thing. */
export type ById = {
  /** Row id. */
  id: number;
};

/** An account of a campaign. */
export type CampaignAccount = {
  /** Which. */
  accountId: number;
  /** Its name. */
  name: string;
  /** From: fixed since the start of the campaign, before that as the account has it. */
  from: SenderView;
  /** Reply-To, likewise, or null. */
  replyTo: string | null;
  /** How much it gets next to the others; 0 when it was taken out of the campaign. */
  weight: number;
  /** Recipients that belong to it since they were first tried, by state. */
  counts: Counts;
  /** `ready`, `slowed` (its server asked for it), `waits` (a limit is reached) or `held`. */
  state: string;
  /** Until when it waits or is held, unix milliseconds; null where nothing or only the user ends it. */
  untilMs: number | null;
  /** Why it is held (a verdict), or null. */
  verdict: string | null;
  /** The server's words about it, or empty. */
  serverSays: string;
};

/** What the user chooses for a campaign. */
export type CampaignPlan = {
  /** Name. */
  name: string;
  /** Lists whose members get it. */
  listIds: Array<number>;
  /** What they get. */
  templateId: number | null;
  /** Through which accounts, each once; each sends with its own From. */
  accounts: Array<AccountShare>;
  /** For how many hours from its start mails that are put off are tried again; 1 to 336. */
  retryHours: number;
};

/** How a campaign is getting on. */
export type CampaignProgress = {
  /** Which. */
  id: number;
  /** Name. */
  name: string;
  /** State of the campaign. */
  state: string;
  /**
   * Why it is paused, or null. Also set while `running` when it waits by itself: `network` (the server cannot be reached),
   * `journal` (the disk is full or read-only), or `database` or `program` (an error there that nobody foresaw; it is
   * tried again by itself).
   */
  pauseReason: string | null;
  /** Recipients by state. */
  counts: Counts;
  /** Recipients in all. */
  total: number;
  /** Mails a minute, over the last minute; null when nothing is known yet. */
  perMinute: number | null;
  /**
   * All its accounts are at a limit or rest, or it waits after an error: it goes on at this time, unix milliseconds;
   * null while it goes on.
   */
  waitsUntilMs: number | null;
  /**
   * While it is being started: recipients put into the queue so far; else null. `campaign.stop_start` stops that and
   * leaves it as it was, or paused where it has begun to send.
   */
  preparing: number | null;
  /** Seconds left at that speed; null when nothing is known yet. */
  secondsLeft: number | null;
  /** Its accounts in the user's order, then those that were taken out after they had sent something. */
  accounts: Array<CampaignAccount>;
};

/** A campaign in a list. */
export type CampaignRow = {
  /** Row id. */
  id: number;
  /** Name. */
  name: string;
  /** `draft`, `scheduled`, `running`, `paused`, `finished` or `cancelled`. */
  state: string;
  /**
   * Why it is paused: `user`, `account`, `network`, `journal` or `failures`; else null. While it is `running`:
   * `database` or `program`, see `CampaignProgress`.
   */
  pauseReason: string | null;
  /** Recipients by state. */
  counts: Counts;
  /** Scheduled for, unix milliseconds. */
  atMs: number | null;
  /** When it was made, unix milliseconds. */
  createdAtMs: number;
  /** When sending began, unix milliseconds. */
  startedAtMs: number | null;
  /** When it ended, unix milliseconds. */
  finishedAtMs: number | null;
};

/** A campaign. */
export type CampaignView = {
  /** What the list shows. */
  campaign: CampaignRow;
  /** What the user chose. */
  plan: CampaignPlan;
  /** The server's words when an account problem paused it; `not_ready` on a draft that could not start at its time; else empty. */
  pauseDetail: string;
  /** Subject of the content that is fixed since the start, or of the template. */
  subject: string | null;
  /** Name of the template. */
  templateName: string | null;
  /** Its accounts in the user's order, then those that were taken out after they had sent something. */
  accounts: Array<CampaignAccount>;
  /** Names of the lists. */
  listNames: Array<string>;
};

/**
 * Gives a campaign other accounts, also while it is being sent.
 *
 * Who was tried through an account that stays, stays with it; who waits for one that goes is sent to through another.
 */
export type ChangeAccounts = {
  /** Which campaign. */
  id: number;
  /** Through which accounts from now on, each once. */
  accounts: Array<AccountShare>;
};

/** Puts contacts into a list or takes them out. */
export type ChangeListMembers = {
  /** Which contacts. */
  selection: ContactSelection;
  /** Which list. */
  listId: number;
};

/** What kind of thing changed. */
export type Changed =
  | "accounts"
  | "contacts"
  | "lists"
  | "suppressions"
  | "templates"
  | "campaigns"
  | "sandbox"
  | "app";

/** What would go wrong, found before sending. */
export type CheckView = {
  /** Who gets it. */
  audience: AudienceView;
  /** Errors first. */
  findings: Array<Finding>;
  /** Seconds that sending takes at least, by the accounts' limits; null where one has none. */
  estimatedSeconds: number | null;
};

/** Where a column goes. */
export type ColumnTarget =
  | { "kind": "skip" }
  | { "kind": "email" }
  | { "kind": "name" }
  | {
      "kind": "field";
      /** The field's name. */
      field: string;
    };

/** A column of the file. */
export type ColumnView = {
  /** Its head, or `Column 3` where there is none. */
  head: string;
  /** Where it probably goes. */
  suggestion: ColumnTarget;
};

/** Computes an audience. */
export type ComputeAudience = {
  /** Lists whose members get it. */
  listIds: Array<number>;
};

/** One contact with its story. */
export type ContactDetail = {
  /** The contact. */
  contact: ContactRow;
  /** What happened, the newest first, 100 at most. */
  timeline: Array<TimelineEntry>;
};

/** What the user enters for a contact. */
export type ContactDraft = {
  /** Address. */
  address: string;
  /** Full name, may be empty. */
  name: string;
  /** Custom fields; an empty value removes it. */
  fields: { [key in string]: string };
  /** All lists it is to be in. */
  listIds: Array<number>;
};

/** Which contacts are meant. */
export type ContactFilter = {
  /** Only those in this list. */
  listId: number | null;
  /** Only those whose address, name or field contains this text. */
  search: string | null;
  /** Only those on (true) or not on (false) the suppression list. */
  suppressed: boolean | null;
};

/** What the table is sorted by. */
export type ContactOrder =
  | "address"
  | "name"
  | "created";

/** A page of contacts. */
export type ContactPage = {
  /** The rows. */
  rows: Array<ContactRow>;
  /** Where the next page goes on, or null at the end. */
  next: string | null;
  /** How many match; only on the first page. */
  total: number | null;
  /** Counting stopped at `total`: there are more. Show it as "5,000+". */
  totalIsAtLeast: boolean;
};

/** A contact in the table. */
export type ContactRow = {
  /** Row id. */
  id: number;
  /** Address as typed. */
  address: string;
  /** Full name as kept, may be empty. */
  name: string;
  /** Name to show: the full name, else first and last name. */
  displayName: string;
  /** Custom fields that have a value. */
  fields: { [key in string]: string };
  /** Lists it is in. */
  lists: Array<ListName>;
  /** Why it gets nothing (`manual`, `unsubscribed`, `bounced`, `complained`), or null. */
  suppressed: string | null;
  /** When the last mail to it was taken, unix milliseconds. */
  lastMailMs: number | null;
  /** When it was added, unix milliseconds. */
  createdAtMs: number;
  /** When it was last changed, unix milliseconds. */
  updatedAtMs: number;
};

/** Contacts chosen by hand, or all that match a filter. */
export type ContactSelection =
  | {
      "kind": "ids";
      /** Row ids. */
      ids: Array<number>;
    }
  | {
      "kind": "filter";
      /** Which. */
      filter: ContactFilter;
    };

/** How many rows a command touched. */
export type Count = {
  /** Number of rows. */
  count: number;
};

/** Counts contacts. */
export type CountContacts = {
  /** Which. */
  filter: ContactFilter;
};

/** How many deliveries are in each state. */
export type Counts = {
  /** Wait for their first attempt. */
  queued: number;
  /** The body may be leaving now. */
  armed: number;
  /** Taken by the server. */
  sent: number;
  /** Refused for now, tried again. */
  deferred: number;
  /** Refused for good. */
  failed: number;
  /** May have been taken; no answer was seen. */
  in_doubt: number;
  /** Not attempted. */
  skipped: number;
};

/** Adds an account. */
export type CreateAccount = {
  /** Its values. */
  account: AccountDraft;
};

/** Makes a campaign. */
export type CreateCampaign = {
  /** What the user chose so far. */
  plan: CampaignPlan;
};

/** Adds a contact. */
export type CreateContact = {
  /** Its values. */
  contact: ContactDraft;
};

/** Makes a list. */
export type CreateList = {
  /** Name. */
  name: string;
};

/** Makes a template. */
export type CreateTemplate = {
  /** What it says. */
  template: TemplateDraft;
};

/** Deletes contacts; can be taken back by `contact.restore`. */
export type DeleteContacts = {
  /** Which. */
  selection: ContactSelection;
};

/** What was deleted. */
export type Deleted = {
  /** How many. */
  count: number;
  /** Give this to the matching `restore` command to take it back. */
  undoId: number;
};

/** How an account's mails are signed, and what must stand in the DNS so that receivers can check it. */
export type DkimView = {
  /** `rsa` or `ed25519`. */
  algorithm: string;
  /** Who signs: a domain. */
  domain: string;
  /** Which of the domain's keys it is. */
  selector: string;
  /** The name of the TXT record. */
  recordName: string;
  /** Its value in one piece. */
  recordValue: string;
  /** Its value in quoted strings of at most 255 characters, as zone files have it. */
  recordStrings: string;
  /** Whether receivers count the signature for the account's From address (DMARC). */
  aligned: boolean;
};

/** Mails to the recipients of one domain, at most. */
export type DomainLimitView = {
  /** For example `qq.com`. */
  domain: string;
  /** In any minute. */
  perMinute: number | null;
  /** In any hour. */
  perHour: number | null;
};

/** The answer of a command that has nothing to tell. */
export type Done = Record<symbol, never>;

/** Something happened. */
export type EngineEvent =
  | {
      "kind": "campaignProgress";
      /** Where it is. */
      progress: CampaignProgress;
    }
  | {
      "kind": "campaignFinished";
      /** How it went. */
      progress: CampaignProgress;
    }
  | {
      "kind": "campaignHeld";
      /** Where it is. */
      progress: CampaignProgress;
    }
  | {
      "kind": "importProgress";
      /** Where it is. */
      import: ImportView;
    }
  | {
      "kind": "changed";
      /** What. */
      what: Changed;
    };

/** What went wrong. Each has a sentence in every language (`error_<code>`). */
export type ErrorCode =
  | "bad_request"
  | "unknown_command"
  | "not_found"
  | "name_taken"
  | "name_empty"
  | "too_large"
  | "too_long"
  | "address_invalid"
  | "address_taken"
  | "field_name_invalid"
  | "value_invalid"
  | "password_again"
  | "password_missing"
  | "file_unreadable"
  | "file_unwritable"
  | "file_empty"
  | "file_not_text"
  | "encoding_unknown"
  | "mapping_without_email"
  | "mapping_twice"
  | "template_invalid"
  | "template_in_use"
  | "account_in_use"
  | "sandbox_fixed"
  | "list_in_use"
  | "campaign_state"
  | "campaign_not_ready"
  | "time_in_past"
  | "sending_elsewhere"
  | "secrets_locked"
  | "secrets_missing"
  | "passphrase_wrong"
  | "passphrase_too_short"
  | "secrets_damaged"
  | "secrets_failed"
  | "smtp_failed"
  | "not_buildable"
  | "dkim_key_invalid"
  | "dkim_key_missing"
  | "disk_full"
  | "read_only"
  | "database_failed"
  | "database_newer"
  | "undo_expired"
  | "internal";

/** An error on the wire. */
export type ErrorView = {
  /** What went wrong. */
  code: ErrorCode;
  /** Values for the sentence. */
  params: { [key in string]: string };
  /** The request's field that is wrong, where it is one. */
  field?: string;
  /** Foreign words, for the details. */
  detail?: string;
};

/** Writes contacts to a CSV file. */
export type ExportContacts = {
  /** Which. */
  filter: ContactFilter;
  /** Where to. */
  target: string;
};

/** Writes the recipients to a CSV file. */
export type ExportRecipients = {
  /** Which campaign. */
  id: number;
  /** Only those in this state. */
  state: string | null;
  /** Where to. */
  target: string;
};

/**
 * Writes the rows that could not be taken to a CSV file: as they stand in the imported file, and behind that the row's
 * number, the column and the reason.
 */
export type ExportRejects = {
  /** Which import. */
  id: number;
  /** Where to. */
  target: string;
  /** The added columns in the user's language. */
  words: RejectWords;
};

/** A field contacts have. */
export type FieldView = {
  /** Its name, as in `{{ name }}`. */
  name: string;
};

/** One thing that would go wrong. */
export type Finding = {
  /** `error` (sending is refused) or `warning`. */
  severity: string;
  /**
   * `no_list`, `no_template`, `no_account`, `audience_empty`, `template_invalid`, `unknown_field`, `missing_field`,
   * `sandbox_among_others`, `account_held`, `password_missing`, `secrets_locked`, `plain_text_connection`,
   * `dkim_not_aligned`, `mail_too_large`, `not_buildable`.
   */
  code: string;
  /** Values for the sentence, for example `field`. */
  params: { [key in string]: string };
  /** How many people it hits, 0 when it hits the campaign as a whole. */
  count: number;
  /** Some of those it hits, 5 at most. */
  examples: Array<RenderedFor>;
};

/** The three first steps. */
export type FirstSteps = {
  /** There is an account besides the sandbox. */
  account: boolean;
  /** There are contacts. */
  contacts: boolean;
  /** A campaign was started. */
  campaign: boolean;
};

/** A header field. */
export type HeaderView = {
  /** Name. */
  name: string;
  /** Decoded value. */
  value: string;
};

/** Why an account sends nothing for now. */
export type HeldView = {
  /** A verdict such as `account_login`. */
  verdict: string;
  /** The server's words, or empty. */
  detail: string;
  /** Since when, unix milliseconds. */
  sinceMs: number;
  /** Until when, unix milliseconds; null waits for the user. */
  untilMs: number | null;
};

/** Another process that sends on this data folder. */
export type Holder = {
  /** `Hongyan` or `hongyanctl`. */
  program: string;
  /** Process id. */
  pid: number;
  /** Since when, unix milliseconds. */
  sinceMs: number;
};

/** The start page. */
export type HomeView = {
  /** What waits for the user. */
  needsYou: NeedsYou;
  /** Campaigns with deliveries in doubt or paused by a problem. */
  attention: Array<CampaignRow>;
  /** Campaigns being sent. */
  running: Array<CampaignProgress>;
  /** Scheduled campaigns, the next first. */
  nextUp: Array<CampaignRow>;
  /** The last campaigns that ended. */
  recent: Array<CampaignRow>;
  /** The last 30 days. */
  month: MonthView;
  /** The accounts with their use today. */
  accounts: Array<AccountView>;
};

/** How to read the file; null means: find out. */
export type ImportOptions = {
  /** For example `UTF-8` or `GBK`. */
  encoding: string | null;
  /** One of `,`, `;`, tab, `|`. */
  delimiter: string | null;
  /** Whether the first row holds the column heads. */
  hasHeader: boolean | null;
};

/** What a file seems to hold. */
export type ImportPreview = {
  /** The file's name, without its folder. */
  fileName: string;
  /** The encoding in use. */
  encoding: string;
  /** The delimiter in use. */
  delimiter: string;
  /** Whether the first row is taken for column heads. */
  hasHeader: boolean;
  /** The columns. */
  columns: Array<ColumnView>;
  /** The first rows, without the heads. */
  rows: Array<Array<string>>;
  /** The file's size. */
  totalBytes: number;
};

/** A row that could not be taken. */
export type ImportProblem = {
  /** The row's number as a spreadsheet shows it; 1 is the first line. */
  row: number;
  /** The column's head, or null. */
  column: string | null;
  /** Why, for example `address_no_at`: see `import_problem_*` in the messages. */
  code: string;
  /** Values for the sentence. */
  params: { [key in string]: string };
  /** The beginning of the cell. */
  excerpt: string;
};

/** An import and its report. */
export type ImportView = {
  /** Row id. */
  id: number;
  /** `running`, `finished`, `cancelled` or `failed`. */
  state: string;
  /** The file's name, without its folder. */
  fileName: string;
  /** The list, or null. */
  listId: number | null;
  /** Bytes read. */
  bytesDone: number;
  /** Bytes in all. */
  bytesTotal: number;
  /** Rows read, blank ones not counted. */
  rows: number;
  /** Contacts that were not there before. */
  new: number;
  /** Contacts that got new values. */
  updated: number;
  /** Contacts that had all of it already. */
  unchanged: number;
  /** Rows whose address stood in the file before. */
  duplicates: number;
  /** Rows that could not be taken. */
  invalid: number;
  /** The first 100 rows that could not be taken. */
  problems: Array<ImportProblem>;
  /** Why it failed, or null. */
  error: ErrorView | null;
  /** When it began, unix milliseconds. */
  startedAtMs: number;
  /** When it ended, unix milliseconds. */
  endedAtMs: number | null;
};

/** People left out for one reason. */
export type LeftOut = {
  /** `manual`, `unsubscribed`, `bounced` or `complained`. */
  reason: string;
  /** How many. */
  count: number;
};

/** How much and how fast an account may send. Null and 0 mean: no such limit. */
export type Limits = {
  /** Mails in any second. */
  perSecond: number | null;
  /** Mails in any minute. */
  perMinute: number | null;
  /** Mails in any hour. */
  perHour: number | null;
  /** Mails a day: in any 24 hours, or since `dayStartsAt`. */
  perDay: number | null;
  /** The local hour (0 to 23) at which the provider counts a new day; null counts any 24 hours. */
  dayStartsAt: number | null;
  /** Mails a connection carries before it is closed. */
  perSession: number | null;
  /** Milliseconds from the end of a connection that carried `perSession` to the next one of the account. */
  sessionPauseMs: number;
  /** Milliseconds between two mails, at least. */
  gapMs: number;
  /** Above `gapMs`: the gap is drawn anew for each mail, up to this. */
  gapMaxMs: number;
  /** Fewer mails to the recipients of some domains, each domain once. */
  domains: Array<DomainLimitView>;
};

/** An account's limits, and how its server slowed it down. */
export type LimitsView = {
  /** What counts: the user's limits, else the provider's. */
  limits: Limits;
  /** Whether the user gave them. */
  own: boolean;
  /** The provider whose limits are known, or null. */
  provider: string | null;
  /** What it publishes, or null. */
  providerLimits: Limits | null;
  /** Mails a minute it keeps to since its server asked it to slow down; null at full rate. */
  slowedPerMinute: number | null;
  /** Connections it keeps to for the same reason; null for all it may have. */
  slowedConnections: number | null;
};

/** Asks for a page of contacts. */
export type ListContacts = {
  /** Which. */
  filter: ContactFilter;
  /** Sorted by. */
  order: ContactOrder;
  /** The largest first. */
  descending: boolean;
  /** `next` of the page before, or null for the first. */
  after: string | null;
  /** Rows a page, 1 to 500. */
  limit: number;
};

/** A list by name. */
export type ListName = {
  /** Row id. */
  id: number;
  /** Name. */
  name: string;
};

/** Asks for a page of recipients, in the order of sending. */
export type ListRecipients = {
  /** Which campaign. */
  id: number;
  /** Only those in this state. */
  state: string | null;
  /** Only those whose address or name contains this text. */
  search: string | null;
  /** `next` of the page before, or null for the first. */
  after: string | null;
  /** Rows a page, 1 to 500. */
  limit: number;
};

/** Asks for a page of caught mails, the newest first. */
export type ListSandbox = {
  /** Only those whose recipient or subject contains this text. */
  search: string | null;
  /** `next` of the page before, or null for the first. */
  after: string | null;
  /** Rows a page, 1 to 500. */
  limit: number;
};

/** Asks for a page of the suppression list, the newest first. */
export type ListSuppressions = {
  /** Only those whose address contains this text. */
  search: string | null;
  /** `next` of the page before, or null for the first. */
  after: string | null;
  /** Rows a page, 1 to 500. */
  limit: number;
};

/** A list as shown. */
export type ListView = {
  /** Row id. */
  id: number;
  /** Name. */
  name: string;
  /** How many contacts are in it. */
  contacts: number;
  /** When it was made, unix milliseconds. */
  createdAtMs: number;
};

/** The last 30 days in numbers; the sandbox is not counted. */
export type MonthView = {
  /** Mails taken by a server. */
  sent: number;
  /** Mails refused for good. */
  failed: number;
  /** Mails in doubt. */
  inDoubt: number;
  /** New contacts. */
  newContacts: number;
  /** Mails sent a day, the oldest first, always 30 values. */
  sentByDay: Array<number>;
};

/** What waits for the user. */
export type NeedsYou = {
  /** Deliveries nobody can know the fate of. */
  inDoubt: number;
  /** Accounts that are held until the user acts. */
  heldAccounts: number;
  /** Campaigns paused by a problem. */
  pausedCampaigns: number;
};

/** A request without contents. */
export type Nothing = Record<symbol, never>;

/** A passphrase for the vault, at least 8 characters. */
export type Passphrase = {
  /** The passphrase. */
  passphrase: string;
};

/** Shows the mail of one person of the audience. */
export type PreviewCampaign = {
  /** Which campaign. */
  id: number;
  /** Which person, from 0, in the order of sending. */
  position: number;
};

/** Looks into a file. */
export type PreviewImport = {
  /** The file. */
  file: string;
  /** How to read it. */
  options: ImportOptions;
};

/** What a server refused or how a connection broke. */
export type ProblemView = {
  /** A verdict such as `account_login` or `network_down`. */
  verdict: string;
  /** How far it came, for example `auth`. */
  stage: string;
  /**
   * What broke: `reply`, `timeout`, `closed`, `refused`, `not_found`, `certificate`, `no_tls`, `no_auth`, `protocol`, `io`,
   * `too_large`, `needs_utf8`, `proxy_unreachable`, `proxy_login`, `proxy_forbidden`, `proxy_no_way`, `proxy_wrong`.
   */
  cause: string;
  /** A provider's hint: `authorisation_code`, `app_password`, `oauth_only`, `client_password`, `smtp_credentials`, or null. */
  hint: string | null;
  /** The server's own words, or empty. */
  serverSays: string;
  /** The certificate that cannot be trusted, where it is that; else null. */
  certificate: BadCertificateView | null;
};

/** Recipients that share a reason. */
export type ReasonRow = {
  /** State of the deliveries. */
  state: string;
  /** What it meant (a verdict or a skip reason). */
  verdict: string;
  /** The server's words, or empty. */
  serverSays: string;
  /** How many. */
  count: number;
};

/** A page of recipients. */
export type RecipientPage = {
  /** The rows. */
  rows: Array<RecipientRow>;
  /** Where the next page goes on, or null at the end. */
  next: string | null;
  /** How many match; only on the first page. */
  total: number | null;
};

/** One recipient. */
export type RecipientRow = {
  /** The delivery's row id. */
  id: number;
  /** The contact, or null when it was deleted since. */
  contactId: number | null;
  /** Address. */
  address: string;
  /** Name to show. */
  name: string;
  /** State of the delivery. */
  state: string;
  /** Why it was skipped, or null. */
  skipReason: string | null;
  /** Name of the account it belongs to since it was first tried, or null. */
  account: string | null;
  /** What the last attempt meant, or null. */
  verdict: string | null;
  /** How far the last attempt came, or null. */
  stage: string | null;
  /** The server's reply code, or null. */
  replyCode: number | null;
  /** The server's words, or empty. */
  serverSays: string;
  /** Attempts so far. */
  attempts: number;
  /** When it is tried again, unix milliseconds. */
  dueAtMs: number | null;
  /** When its state last changed, unix milliseconds. */
  updatedAtMs: number;
};

/** What the columns that are added to rejected rows are called, and the sentences of the reasons. */
export type RejectWords = {
  /** Head of the row's number. */
  row: string;
  /** Head of the column at fault. */
  column: string;
  /** Head of the reason. */
  reason: string;
  /** Sentences by [`ImportProblem::code`]; a reason without one is told by its code. */
  reasons: { [key in string]: string };
};

/** Takes one address off the suppression list, by the user's own decision. */
export type RemoveSuppression = {
  /** The address. */
  address: string;
};

/** Renames a list. */
export type RenameList = {
  /** Which. */
  id: number;
  /** Its new name. */
  name: string;
};

/** What is wrong in a template. */
export type RenderProblem = {
  /** `subject`, `preheader`, `body` or `text`. */
  part: string;
  /** Line in that part, from 1, or null. */
  line: number | null;
  /** `syntax`, `unknown_filter`, `unknown_function`, `missing_field`, `too_large`, `not_buildable`. */
  code: string;
  /** Values for the sentence, for example `field`. */
  params: { [key in string]: string };
};

/** Renders what is being written, saved or not. */
export type RenderTemplate = {
  /** What it says now. */
  template: TemplateDraft;
  /** For this contact; null for a made-up person. */
  contactId: number | null;
};

/** One person's mail as it would look. */
export type RenderView = {
  /** Subject. */
  subject: string;
  /** Preheader. */
  preheader: string;
  /** HTML part. Foreign: show it in a sandboxed frame only. Empty when the template has an error. */
  html: string;
  /** Text part. */
  text: string;
  /** The whole mail's size, 0 when it cannot be built. */
  sizeBytes: number;
  /** Errors in the template, and fields this contact has no value for (shown as `[field]` in the parts). */
  problems: Array<RenderProblem>;
  /** Who it is for, or null for the made-up person. */
  contact: RenderedFor | null;
};

/** Who a preview is for. */
export type RenderedFor = {
  /** Row id. */
  id: number;
  /** Name to show. */
  name: string;
  /** Address. */
  address: string;
};

/** Takes a deletion back. */
export type Restore = {
  /** From [`Deleted`]. */
  undoId: number;
};

/** A caught mail. */
export type SandboxMail = {
  /** What the list shows. */
  mail: SandboxRow;
  /** Header fields, decoded, in their order. */
  headers: Array<HeaderView>;
  /** HTML part, or null. Foreign: show it in a sandboxed frame only. */
  html: string | null;
  /** Text part, or null. */
  text: string | null;
  /** The mail as it came, up to 512 kB. */
  source: string;
};

/** A page of caught mails. */
export type SandboxPage = {
  /** The rows. */
  rows: Array<SandboxRow>;
  /** Where the next page goes on, or null at the end. */
  next: string | null;
  /** How many match; only on the first page. */
  total: number | null;
};

/** A caught mail in the list. */
export type SandboxRow = {
  /** Row id. */
  id: number;
  /** Envelope sender. */
  from: string;
  /** Envelope recipient. */
  to: string;
  /** Subject. */
  subject: string;
  /** Size. */
  sizeBytes: number;
  /** When, unix milliseconds. */
  receivedAtMs: number;
};

/** Sets the time. */
export type ScheduleCampaign = {
  /** Which campaign. */
  id: number;
  /** Unix milliseconds. */
  atMs: number;
};

/** Where passwords are kept. */
export type SecretsStatus = {
  /** `keyring`, `vault` or `memory`. */
  kind: string;
  /** `ready`, `needs_passphrase` or `not_created`. */
  state: string;
};

/** Sends a campaign again after its run. */
export type SendAgain = {
  /** Which campaign. */
  id: number;
  /** To whom: `failed`, `in_doubt`, `added` (who came into its lists since) or `these`. */
  who: string;
  /** With `these`: row ids of recipients that failed or are in doubt; else empty. */
  recipientIds: Array<number>;
};

/** Sends one mail of the campaign to any address, as it would reach a person of the audience. */
export type SendTest = {
  /** Which campaign. */
  id: number;
  /** Where to. */
  to: string;
  /** As which person of the audience, from 0. */
  position: number;
  /** Through which of its accounts; null for the first. */
  accountId: number | null;
};

/** From name and address. */
export type SenderView = {
  /** Shown name, or empty. */
  name: string;
  /** Address. */
  address: string;
};

/** Who sends on this data folder. */
export type SendingStatus = {
  /** This process runs the sending loop. */
  here: boolean;
  /** Else, who does. */
  holder: Holder | null;
};

/** Has an account's mails signed, or changes how. */
export type SetDkim = {
  /** Which account. */
  id: number;
  /** `kept` (the key that the account has), `rsa` or `ed25519` (a new one), or `pem` (the user's own). */
  key: string;
  /** The user's own private key, in PEM form; else null. */
  pem: string | null;
  /** The selector; null or empty keeps the one there is, else the usual one. */
  selector: string | null;
  /** Who signs; null or empty keeps the one there is, else the From address's domain. */
  domain: string | null;
};

/** Sets an account's limits. */
export type SetLimits = {
  /** Which account. */
  id: number;
  /** All of its limits; null for those of its provider, or none where they are not known. */
  limits: Limits | null;
};

/** The user's settings. */
export type Settings = {
  /** `zh-CN`, `en`, or null for the system's. */
  language: string | null;
  /** `system`, `light` or `dark`. */
  theme: string;
  /** Whether the welcome page was left. */
  welcomed: boolean;
  /** A campaign pauses when so many of its last 100 mails failed; 0 for never. */
  pauseAtFailures: number;
};

/** Takes mails in doubt for sent. */
export type SettleAsSent = {
  /** Which campaign. */
  id: number;
  /** Row ids of recipients that are in doubt. */
  recipientIds: Array<number>;
};

/** Starts an import; it goes on in the background. */
export type StartImport = {
  /** The file. */
  file: string;
  /** How to read it: as the preview said. */
  options: ImportOptions;
  /** Where each column goes, one entry a column. */
  columns: Array<ColumnTarget>;
  /** The list that takes the contacts; made when there is none of that name. Null for no list. */
  listName: string | null;
};

/** Asks what is known of an address's provider. */
export type SuggestAccount = {
  /** The user's address. */
  address: string;
};

/** A page of the suppression list. */
export type SuppressionPage = {
  /** The rows. */
  rows: Array<SuppressionRow>;
  /** Where the next page goes on, or null at the end. */
  next: string | null;
  /** How many match; only on the first page. */
  total: number | null;
};

/** An address that gets nothing. */
export type SuppressionRow = {
  /** The address as it was typed. */
  address: string;
  /** `manual`, `unsubscribed`, `bounced` or `complained`. */
  reason: string;
  /** Since when, unix milliseconds. */
  sinceMs: number;
};

/** What the user writes. */
export type TemplateDraft = {
  /** Name. */
  name: string;
  /** `markdown` or `html`. */
  format: string;
  /** Subject, with merge fields. */
  subject: string;
  /** The line mail programs show behind the subject, with merge fields. */
  preheader: string;
  /** Markdown or HTML, with merge fields. */
  body: string;
  /** The user's own text part; null to make it from the body. */
  text: string | null;
  /** Language of the foot line and of the mail: `zh-CN` or `en`. */
  language: string;
};

/** A template in the gallery. */
export type TemplateRow = {
  /** Row id. */
  id: number;
  /** Name. */
  name: string;
  /** `markdown` or `html`. */
  format: string;
  /** Subject. */
  subject: string;
  /** When it was last changed, unix milliseconds. */
  updatedAtMs: number;
};

/** A template. */
export type TemplateView = {
  /** Row id. */
  id: number;
  /** What it says. */
  template: TemplateDraft;
  /** When it was made, unix milliseconds. */
  createdAtMs: number;
  /** When it was last changed, unix milliseconds. */
  updatedAtMs: number;
};

/**
 * Tries an account without sending anything. Give `account` for values not saved yet (with `id`, a null password
 * means the kept one), or only `id` for a saved account.
 */
export type TestAccount = {
  /** A saved account. */
  id: number | null;
  /** Values not saved yet. */
  account: AccountDraft | null;
};

/** How the test mail went. */
export type TestSent = {
  /** The server took it. */
  ok: boolean;
  /** The server's words. */
  serverSays: string;
  /** What went wrong, else null. */
  problem: ProblemView | null;
};

/** Something that happened with a contact. */
export type TimelineEntry = {
  /** When, unix milliseconds. */
  atMs: number;
  /** `delivery`, `added` or `suppressed`. */
  kind: string;
  /** The campaign, for a delivery. */
  campaignId: number | null;
  /** The campaign's name, for a delivery. */
  campaignName: string | null;
  /** The delivery's state, or the reason of a suppression. */
  state: string | null;
  /** The server's words, or empty. */
  serverSays: string;
};

/** Trusts exactly one certificate at an account's server, besides what the system trusts. */
export type TrustCertificate = {
  /** Which account. */
  id: number;
  /** SHA-256 of the certificate; null ends the trust. */
  fingerprint: string | null;
};

/** Changes an account. */
export type UpdateAccount = {
  /** Which. */
  id: number;
  /** All of its values. */
  account: AccountDraft;
};

/** Changes a campaign that was not started. */
export type UpdateCampaign = {
  /** Which. */
  id: number;
  /** All that the user chose. */
  plan: CampaignPlan;
};

/** Changes a contact. */
export type UpdateContact = {
  /** Which. */
  id: number;
  /** All of its values. */
  contact: ContactDraft;
};

/** Changes settings; what is null stays. */
export type UpdateSettings = {
  /** `zh-CN`, `en`, or `system`. */
  language: string | null;
  /** `system`, `light` or `dark`. */
  theme: string | null;
  /** Whether the welcome page was left. */
  welcomed: boolean | null;
  /** 0 to 100; null to leave it. */
  pauseAtFailures: number | null;
};

/** Changes a template. */
export type UpdateTemplate = {
  /** Which. */
  id: number;
  /** What it says now. */
  template: TemplateDraft;
};

/** What an account sent of late, as its limits count it. */
export type UseView = {
  /** In the last minute. */
  minute: number;
  /** In the last hour. */
  hour: number;
  /** In the last 24 hours, or since `dayStartsAt`. */
  day: number;
};

/** Every command: what it takes and what it answers. */
export interface Commands {
  "app.status": [Nothing, AppStatus];
  "app.home": [Nothing, HomeView];
  "settings.update": [UpdateSettings, Settings];
  "vault.create": [Passphrase, SecretsStatus];
  "vault.unlock": [Passphrase, SecretsStatus];
  "account.list": [Nothing, Array<AccountView>];
  "account.get": [ById, AccountView];
  "account.create": [CreateAccount, AccountView];
  "account.update": [UpdateAccount, AccountView];
  "account.delete": [ById, Done];
  "account.test": [TestAccount, AccountTest];
  "account.suggest": [SuggestAccount, AccountSuggestion];
  "account.release": [ById, AccountView];
  "account.try_fast": [ById, AccountView];
  "account.trust": [TrustCertificate, AccountView];
  "account.state": [ById, AccountState];
  "account.limits": [ById, LimitsView];
  "account.set_limits": [SetLimits, LimitsView];
  "account.set_dkim": [SetDkim, AccountView];
  "account.remove_dkim": [ById, AccountView];
  "contact.list": [ListContacts, ContactPage];
  "contact.count": [CountContacts, Count];
  "contact.get": [ById, ContactDetail];
  "contact.create": [CreateContact, ContactRow];
  "contact.update": [UpdateContact, ContactRow];
  "contact.delete": [DeleteContacts, Deleted];
  "contact.restore": [Restore, Count];
  "contact.fields": [Nothing, Array<FieldView>];
  "contact.add_to_list": [ChangeListMembers, Count];
  "contact.remove_from_list": [ChangeListMembers, Count];
  "contact.export": [ExportContacts, Count];
  "list.list": [Nothing, Array<ListView>];
  "list.create": [CreateList, ListView];
  "list.rename": [RenameList, ListView];
  "list.delete": [ById, Done];
  "suppression.list": [ListSuppressions, SuppressionPage];
  "suppression.add": [AddSuppressions, Count];
  "suppression.remove": [RemoveSuppression, Done];
  "import.preview": [PreviewImport, ImportPreview];
  "import.start": [StartImport, ImportView];
  "import.get": [ById, ImportView];
  "import.cancel": [ById, Done];
  "import.export_rejects": [ExportRejects, Count];
  "template.list": [Nothing, Array<TemplateRow>];
  "template.get": [ById, TemplateView];
  "template.create": [CreateTemplate, TemplateView];
  "template.update": [UpdateTemplate, TemplateView];
  "template.duplicate": [ById, TemplateView];
  "template.delete": [ById, Deleted];
  "template.restore": [Restore, Count];
  "template.render": [RenderTemplate, RenderView];
  "campaign.list": [Nothing, Array<CampaignRow>];
  "campaign.get": [ById, CampaignView];
  "campaign.create": [CreateCampaign, CampaignView];
  "campaign.update": [UpdateCampaign, CampaignView];
  "campaign.change_accounts": [ChangeAccounts, CampaignView];
  "campaign.duplicate": [ById, CampaignView];
  "campaign.delete": [ById, Deleted];
  "campaign.restore": [Restore, Count];
  "campaign.audience": [ComputeAudience, AudienceView];
  "campaign.check": [ById, CheckView];
  "campaign.preview": [PreviewCampaign, RenderView];
  "campaign.test": [SendTest, TestSent];
  "campaign.schedule": [ScheduleCampaign, CampaignView];
  "campaign.unschedule": [ById, CampaignView];
  "campaign.start": [ById, CampaignView];
  "campaign.stop_start": [ById, CampaignView];
  "campaign.pause": [ById, CampaignView];
  "campaign.resume": [ById, CampaignView];
  "campaign.cancel": [ById, CampaignView];
  "campaign.send_again": [SendAgain, Count];
  "campaign.settle_as_sent": [SettleAsSent, Count];
  "campaign.added_since": [ById, Count];
  "campaign.progress": [ById, CampaignProgress];
  "campaign.recipients": [ListRecipients, RecipientPage];
  "campaign.reasons": [ById, Array<ReasonRow>];
  "campaign.export": [ExportRecipients, Count];
  "sandbox.list": [ListSandbox, SandboxPage];
  "sandbox.get": [ById, SandboxMail];
  "sandbox.clear": [Nothing, Count];
}
