//! What the codes of the wire mean, in English.

use std::collections::BTreeMap;

use hongyan_api::{ErrorCode, ErrorView};

use crate::screen::line;

/// Why something was refused, and what to do.
pub fn error(view: &ErrorView) -> String {
    let value = |key: &str| view.params.get(key).map(|value| line(value)).unwrap_or_default();
    let field = view.field.clone().unwrap_or_else(|| value("field"));
    match view.code {
        ErrorCode::BadRequest => "This could not be understood.".to_owned(),
        ErrorCode::UnknownCommand => "This is a command of another version.".to_owned(),
        ErrorCode::NotFound => not_found(&value("what"), &value("name")),
        ErrorCode::NameTaken => format!("There is already one called “{}”. Choose another name.", value("name")),
        ErrorCode::NameEmpty => "A name is needed.".to_owned(),
        ErrorCode::TooLarge => format!("This is too large: at most {} MB are taken at once.", value("limit")),
        ErrorCode::TooLong => format!("{field} is too long: at most {} characters.", value("limit")),
        ErrorCode::AddressInvalid => {
            let reason = value("reason");
            format!("This is no complete mail address: {}.", import_fault(&reason).unwrap_or(&reason))
        }
        ErrorCode::AddressTaken => "Another contact has this address.".to_owned(),
        ErrorCode::FieldNameInvalid => {
            "A field name begins with a letter and has letters, digits and underscores only.".to_owned()
        }
        ErrorCode::ValueInvalid => format!("The value of {field} is not allowed."),
        ErrorCode::PasswordAgain => {
            "The kept password is for another server or login name. Give it again with --password-stdin or --token-stdin."
                .to_owned()
        }
        ErrorCode::PasswordMissing => {
            "The account logs in, but its password is not kept here. Give it with --password-stdin or --token-stdin."
                .to_owned()
        }
        ErrorCode::FileUnreadable => with_file("The file cannot be opened.", &value("file")),
        ErrorCode::FileUnwritable => with_file("The file cannot be written.", &value("file")),
        ErrorCode::FileEmpty => "The file is empty.".to_owned(),
        ErrorCode::FileNotText => "This is no text file. Save a spreadsheet as CSV, and a text as UTF-8.".to_owned(),
        ErrorCode::EncodingUnknown => "This encoding is not known.".to_owned(),
        ErrorCode::MappingWithoutEmail => {
            "No column holds the mail addresses. Say which with --map COLUMN=email.".to_owned()
        }
        ErrorCode::MappingTwice => format!("Two columns go into the same field “{field}”."),
        ErrorCode::TemplateInvalid => {
            let kind = value("kind");
            let kind = template_fault(&kind).unwrap_or(&kind);
            format!("The template has an error ({}, line {}): {kind}.", value("part"), value("line"))
        }
        ErrorCode::TemplateInUse => format!("The campaign “{}” still uses this template.", value("name")),
        ErrorCode::AccountInUse => format!("The campaign “{}” still uses this account.", value("name")),
        ErrorCode::SandboxFixed => "The sandbox is part of Hongyan and stays as it is.".to_owned(),
        ErrorCode::ListInUse => format!("The campaign “{}” is going to use this list.", value("name")),
        ErrorCode::CampaignState => {
            let state = value("state");
            format!("The campaign is {}, so this is not possible.", self::state(&state).unwrap_or(&state))
        }
        ErrorCode::CampaignNotReady => "The campaign is not ready:".to_owned(),
        ErrorCode::TimeInPast => "This time has passed. Choose a later one.".to_owned(),
        ErrorCode::SendingElsewhere => sending_elsewhere(&value("program"), &value("pid")),
        ErrorCode::SecretsLocked => {
            "The passwords are locked. Put the passphrase into HONGYAN_VAULT_PASSPHRASE, or run this on a terminal."
                .to_owned()
        }
        ErrorCode::SecretsMissing => {
            "There is no keyring here. Put a passphrase for a vault into HONGYAN_VAULT_PASSPHRASE, or run this on a terminal."
                .to_owned()
        }
        ErrorCode::PassphraseWrong => "This passphrase is not right.".to_owned(),
        ErrorCode::PassphraseTooShort => {
            format!("The passphrase is too short: at least {} characters.", value("minimum"))
        }
        ErrorCode::SecretsDamaged => "The file with the passwords is damaged.".to_owned(),
        ErrorCode::SecretsFailed => "The keyring of this computer does not answer.".to_owned(),
        ErrorCode::SmtpFailed if !value("fingerprint").is_empty() => {
            certificate(&value("fault"), &value("fingerprint"))
        }
        ErrorCode::SmtpFailed => smtp_failed(&value("verdict"), &value("cause"), &value("hint")),
        ErrorCode::NotBuildable => "The mail cannot be made for this person.".to_owned(),
        ErrorCode::DkimKeyInvalid => dkim_key(&value("reason")).to_owned(),
        ErrorCode::DkimKeyMissing => {
            "The key that signs this account's mails is no longer in the keyring. Make a new one (account set NAME --dkim-generate rsa) and change the DNS record, or end signing (--no-dkim).".to_owned()
        }
        ErrorCode::DiskFull => "The disk is full.".to_owned(),
        ErrorCode::ReadOnly => "The data folder cannot be written. Check its permissions.".to_owned(),
        ErrorCode::DatabaseFailed => "The database does not answer.".to_owned(),
        ErrorCode::DatabaseNewer => "These data were made by a newer Hongyan. Update first.".to_owned(),
        ErrorCode::UndoExpired => "It is too late to take this back.".to_owned(),
        ErrorCode::Internal => "Something in Hongyan went wrong. The log in the data folder says more.".to_owned(),
    }
}

fn dkim_key(reason: &str) -> &'static str {
    match reason {
        "not_a_key" => "There is no private key in this file. It begins with “-----BEGIN PRIVATE KEY-----”.",
        "encrypted" => "This private key is locked with a passphrase. Save it without one first.",
        "public" => "This is a public key or a certificate. The private key is needed.",
        "other_kind" => "This is a key of another kind. RSA and Ed25519 keys can sign mails.",
        "too_short" => "This RSA key is too short: receivers ask for 2048 bits at least.",
        "too_long" => "This RSA key is too long: receivers check 4096 bits at most.",
        "no_randomness" => "This computer gives no random numbers for a new key.",
        _ => "This key is damaged, perhaps cut short.",
    }
}

fn with_file(what: &str, file: &str) -> String {
    if file.is_empty() { what.to_owned() } else { format!("{what} {file}") }
}

fn not_found(what: &str, name: &str) -> String {
    match (what, name) {
        ("", _) => "This is no longer there.".to_owned(),
        (what, "") => format!("There is no such {what}."),
        (what, name) => format!("There is no {what} called “{name}”."),
    }
}

fn sending_elsewhere(program: &str, pid: &str) -> String {
    let who =
        if program.is_empty() { "Another program".to_owned() } else { format!("{program} (process {pid})") };
    format!("{who} is sending on this data folder. Do this there, or end it first.")
}

fn smtp_failed(verdict: &str, cause: &str, hint: &str) -> String {
    let what = self::verdict(verdict).unwrap_or(verdict);
    let how = self::cause(cause).map(|how| format!(" ({how})")).unwrap_or_default();
    let hint = match hint {
        "authorisation_code" => {
            " This provider wants an authorisation code, not your password; make one in its webmail."
        }
        "app_password" => {
            " This provider wants an app password; make one in your account's security settings."
        }
        "oauth_only" => " This provider no longer lets programs in with a password.",
        "client_password" => " This provider wants the password for mail clients; make one in its webmail.",
        "smtp_credentials" => " This provider wants the SMTP credentials from its console.",
        _ => "",
    };
    if cause.starts_with("proxy_") {
        return format!("The proxy failed, the mail server was not reached{how}.");
    }
    format!("The mail server did not go along: {what}{how}.{hint}")
}

/// What is wrong with a certificate, and what can be done.
fn certificate(fault: &str, fingerprint: &str) -> String {
    let what = match fault {
        "self_signed" => "The server vouches for itself: its certificate is self-signed.",
        "unknown_issuer" => "Nobody this computer trusts vouches for the server's certificate.",
        "other_name" => "The certificate is for another name than the host of this account.",
        "expired" => "The certificate has expired.",
        "not_yet_valid" => "The certificate is not valid yet; perhaps this computer's clock is wrong.",
        "revoked" => "The certificate was revoked.",
        _ => "The certificate is malformed.",
    };
    format!(
        "{what} Its SHA-256 fingerprint:\n  {fingerprint}\n\
         Somebody may be pretending to be your server. Only if its administrator tells you this very fingerprint:\n  \
         hongyanctl account trust NAME --fingerprint {fingerprint}"
    )
}

/// How a connection broke; a server's reply speaks for itself.
fn cause(word: &str) -> Option<&'static str> {
    Some(match word {
        "timeout" => "it does not answer",
        "closed" => "it closed the connection",
        "refused" => "nothing listens on this port",
        "not_found" => "there is no server of this name",
        "certificate" => "its certificate cannot be trusted",
        "no_tls" => "it offers no TLS",
        "no_auth" => "it offers no login that we know",
        "protocol" => "it does not speak SMTP",
        "io" => "the network failed",
        "too_large" => "the mail is larger than it takes",
        "needs_utf8" => "it knows only addresses with English letters",
        "proxy_unreachable" => "the proxy cannot be reached",
        "proxy_login" => "the proxy refuses user and password",
        "proxy_forbidden" => "the proxy does not allow this server or port",
        "proxy_no_way" => "the proxy cannot reach the server",
        "proxy_wrong" => "what answers at the proxy's address is no such proxy",
        _ => return None,
    })
}

/// What an attempt meant.
pub fn verdict(word: &str) -> Option<&'static str> {
    Some(match word {
        "accepted" => "taken",
        "try_later" => "to be tried later",
        "recipient_unknown" => "no such mailbox",
        "recipient_refused" => "the mailbox takes no mail",
        "content_refused" => "the content is refused",
        "account_quota" => "the account's allowance is used up",
        "account_slow_down" => "the server asks for fewer mails",
        "account_login" => "user or password are refused",
        "account_tls" => "the connection cannot be made safe",
        "account_reputation" => "the server refuses this sender's reputation",
        "account_sender" => "the login may not use this From address",
        "account_proxy" => "the account's proxy does not let it through",
        "account_signing_key" => "the key that signs its mails is missing",
        "network_down" => "the server cannot be reached",
        "in_doubt" => "no answer was seen",
        _ => return None,
    })
}

/// Why somebody gets nothing.
pub fn reason(word: &str) -> Option<&'static str> {
    Some(match word {
        "manual" => "suppressed by you",
        "unsubscribed" => "unsubscribed",
        "bounced" => "bounced",
        "complained" => "complained",
        "suppressed" => "on the suppression list",
        "missing_field" => "a field is missing",
        "not_buildable" => "the mail could not be made",
        "contact_deleted" => "the contact was deleted",
        "cancelled" => "the campaign was cancelled",
        _ => return None,
    })
}

/// The state of a campaign or of a delivery.
pub fn state(word: &str) -> Option<&'static str> {
    Some(match word {
        "draft" => "a draft",
        "scheduled" => "scheduled",
        "running" => "running",
        "paused" => "paused",
        "finished" => "finished",
        "cancelled" => "cancelled",
        "queued" => "waiting",
        "armed" => "under way",
        "sent" => "sent",
        "deferred" => "tried again later",
        "failed" => "failed",
        "in_doubt" => "in doubt",
        "skipped" => "skipped",
        _ => return None,
    })
}

/// Why a campaign is paused.
pub fn pause_reason(word: &str) -> Option<&'static str> {
    Some(match word {
        "user" => "by you",
        "account" => "its account needs you",
        "network" => "the server cannot be reached",
        "journal" => "the disk takes nothing",
        "failures" => "too many mails failed",
        "database" => "the database gave an unexpected error; it is tried again by itself",
        "program" => "something unexpected went wrong in Hongyan; it is tried again by itself",
        _ => return None,
    })
}

/// Why a row of a file or an address is not taken.
pub fn import_fault(word: &str) -> Option<&'static str> {
    Some(match word.strip_prefix("address_").unwrap_or(word) {
        "empty" | "empty_address" => "there is no address",
        "no_at" => "the address has no @",
        "many_ats" => "the address has more than one @",
        "bad_character" => "the address has a character that no address may have",
        "bad_local_part" => "the part before the @ is not right",
        "bad_domain" => "the part after the @ is not right",
        "too_long" => "the address is too long",
        "value_too_long" => "a value is too long",
        "bad_encoding" => "a value cannot be read in this encoding",
        "too_many_columns" => "the row has more values than the file has columns",
        "line_too_long" => "the row is too long",
        "unclosed_quote" => "a quotation mark is never closed",
        _ => return None,
    })
}

/// What is wrong in a template.
pub fn template_fault(word: &str) -> Option<&'static str> {
    Some(match word {
        "syntax" => "this cannot be understood",
        "unknown_filter" => "there is no such filter",
        "unknown_test" => "there is no such test",
        "unknown_function" => "there are no functions",
        "not_allowed" => "this is not possible in a merge tag",
        "comparison" => "compare with a text in quotes, or ask whether the field is there",
        "unsafe_place" => "a merge tag cannot stand here",
        "missing_field" => "this contact has no value for the field",
        "too_large" => "this becomes too large",
        "not_buildable" => "the mail cannot be made",
        _ => return None,
    })
}

/// What the check of a campaign found.
pub fn finding(word: &str, params: &BTreeMap<String, String>) -> String {
    let value = |key: &str| params.get(key).map(|value| line(value)).unwrap_or_default();
    match word {
        "no_list" => "No list is chosen.".to_owned(),
        "no_template" => "No template is chosen.".to_owned(),
        "no_account" => "No account is chosen.".to_owned(),
        "audience_empty" => "Nobody would get it.".to_owned(),
        "template_invalid" => {
            let kind = value("kind");
            let kind = template_fault(&kind).unwrap_or(&kind);
            format!(
                "The template has an error ({} {}): {kind}. {}",
                value("part"),
                value("line"),
                value("detail")
            )
        }
        "unknown_field" => format!("No contact has the field “{}”; perhaps a typing error.", value("field")),
        "missing_field" => format!("The field “{}” is missing.", value("field")),
        "account_held" => {
            let why = value("verdict");
            format!("The account “{}” is held: {}.", value("account"), verdict(&why).unwrap_or(&why))
        }
        "sandbox_among_others" => {
            "The sandbox is one of several accounts; its part of the people would get nothing.".to_owned()
        }
        "password_missing" => format!("The password of the account “{}” is missing.", value("account")),
        "secrets_locked" => "The passwords are locked.".to_owned(),
        "plain_text_connection" => format!("The connection to {} is not encrypted.", value("host")),
        "dkim_not_aligned" => format!(
            "The account “{}” signs as {}, but its mails are from {}: receivers do not count that.",
            value("account"),
            value("domain"),
            value("from")
        ),
        "mail_too_large" => format!("The mail has {} kB; mail programs cut it.", value("kilobytes")),
        "not_buildable" => "The mail cannot be made.".to_owned(),
        other => other.to_owned(),
    }
}
