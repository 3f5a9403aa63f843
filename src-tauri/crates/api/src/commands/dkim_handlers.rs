//! Handlers of the commands about the key that signs an account's mails.

use hongyan_domain::{AccountId, Dkim, DkimAlgorithm};
use hongyan_engine::{DkimDraft, DkimKeySource, Engine};
use secrecy::SecretString;

use super::account::AccountView;
use super::dkim::{DkimView, SetDkim};
use super::shapes::ById;
use crate::error::{ErrorView, Result};

impl DkimView {
    /// What is known of a key, for mails that are from an address at this domain.
    pub(super) fn new(dkim: Dkim, from_domain: &str) -> Self {
        Self {
            algorithm: dkim.algorithm.as_str().to_owned(),
            record_name: dkim.record_name(),
            record_value: dkim.record_value(),
            record_strings: dkim.record_strings(),
            aligned: dkim.is_aligned_with(from_domain),
            domain: dkim.domain,
            selector: dkim.selector,
        }
    }
}

pub(crate) async fn set(engine: Engine, request: SetDkim) -> Result<AccountView> {
    let key = match (request.key.as_str(), request.pem) {
        ("kept", None) => DkimKeySource::Kept,
        ("pem", Some(text)) => DkimKeySource::Pem(SecretString::from(text)),
        (word, None) => {
            DkimKeySource::New(word.parse::<DkimAlgorithm>().map_err(|_| ErrorView::value_invalid("key"))?)
        }
        _ => return Err(ErrorView::value_invalid("pem")),
    };
    let unless_empty = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let draft =
        DkimDraft { key, selector: unless_empty(request.selector), domain: unless_empty(request.domain) };
    Ok(engine.set_account_dkim(AccountId(request.id), draft).await?.into())
}

pub(crate) async fn remove(engine: Engine, request: ById) -> Result<AccountView> {
    Ok(engine.remove_account_dkim(AccountId(request.id)).await?.into())
}
