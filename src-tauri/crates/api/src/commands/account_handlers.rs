//! Handlers of the account commands.

use std::str::FromStr;

use hongyan_domain::{AccountId, Fingerprint, LoginKind, LoginMechanism, TlsMode};
use hongyan_engine::{Account, Engine, Problem};
use secrecy::SecretString;

use super::account::{
    AccountDraft, AccountSuggestion, AccountTest, AccountView, BadCertificateView, CreateAccount, HeldView,
    ProblemView, SuggestAccount, TestAccount, TrustCertificate, UpdateAccount,
};
use super::dkim::DkimView;
use super::shapes::{ById, Done, Nothing, SenderView};
use crate::error::{ErrorView, Result};

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let Account { record, sent_today } = account;
        let values = record.values;
        let dkim = record.dkim.map(|dkim| DkimView::new(dkim, values.from.address.domain()));
        Self {
            id: record.id.0,
            name: values.name,
            kind: values.kind.as_str().to_owned(),
            host: values.host,
            port: values.port,
            tls: values.tls.as_str().to_owned(),
            user: values.user,
            login_kind: values.login_kind.as_str().to_owned(),
            mechanism: values.mechanism.as_str().to_owned(),
            has_password: values.has_password,
            proxy: values.proxy.map(|proxy| proxy.to_string()),
            trusted_certificate: values.trusted_certificate.map(|certificate| certificate.to_string()),
            from: SenderView { name: values.from.name, address: values.from.address.as_str().to_owned() },
            reply_to: values.reply_to.map(|address| address.as_str().to_owned()),
            dkim,
            max_connections: values.max_connections,
            burst: values.burst,
            takes_bursts: record.takes_bursts,
            lockstep_since_ms: record.lockstep_since_ms,
            held: record.hold.map(|hold| HeldView {
                verdict: hold.verdict,
                detail: hold.detail,
                since_ms: hold.since_ms,
                until_ms: hold.until_ms,
            }),
            sent_today,
            created_at_ms: record.created_at_ms,
        }
    }
}

impl From<Problem> for ProblemView {
    fn from(problem: Problem) -> Self {
        Self {
            verdict: problem.verdict.as_str().to_owned(),
            stage: problem.stage.as_str().to_owned(),
            cause: problem.cause.to_owned(),
            hint: problem.hint.map(|hint| hint.as_str().to_owned()),
            server_says: problem.server_says,
            certificate: problem.certificate.map(|certificate| BadCertificateView {
                fault: certificate.fault.to_owned(),
                fingerprint: certificate.fingerprint.to_string(),
            }),
        }
    }
}

fn draft(draft: AccountDraft) -> Result<hongyan_engine::AccountDraft> {
    Ok(hongyan_engine::AccountDraft {
        name: draft.name,
        host: draft.host,
        port: draft.port,
        tls: TlsMode::from_str(&draft.tls).map_err(|_| ErrorView::value_invalid("tls"))?,
        user: draft.user,
        login_kind: LoginKind::from_str(&draft.login_kind)
            .map_err(|_| ErrorView::value_invalid("loginKind"))?,
        mechanism: LoginMechanism::from_str(&draft.mechanism)
            .map_err(|_| ErrorView::value_invalid("mechanism"))?,
        password: draft.password.filter(|password| !password.is_empty()).map(SecretString::from),
        proxy: draft.proxy.filter(|proxy| !proxy.trim().is_empty()).map(SecretString::from),
        trusted_certificate: draft.trusted_certificate.filter(|text| !text.is_empty()),
        from_name: draft.from.name,
        from_address: draft.from.address,
        reply_to: draft.reply_to,
        max_connections: draft.max_connections,
        burst: draft.burst,
    })
}

pub(crate) async fn list(engine: Engine, _: Nothing) -> Result<Vec<AccountView>> {
    Ok(engine.list_accounts().await?.into_iter().map(Into::into).collect())
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<AccountView> {
    Ok(engine.load_account(AccountId(request.id)).await?.into())
}

pub(crate) async fn create(engine: Engine, request: CreateAccount) -> Result<AccountView> {
    Ok(engine.create_account(draft(request.account)?).await?.into())
}

pub(crate) async fn update(engine: Engine, request: UpdateAccount) -> Result<AccountView> {
    Ok(engine.update_account(AccountId(request.id), draft(request.account)?).await?.into())
}

pub(crate) async fn delete(engine: Engine, request: ById) -> Result<Done> {
    engine.delete_account(AccountId(request.id)).await?;
    Ok(Done {})
}

pub(crate) async fn test(engine: Engine, request: TestAccount) -> Result<AccountTest> {
    let test = match (request.account, request.id) {
        (Some(values), id) => engine.test_account_draft(draft(values)?, id.map(AccountId)).await?,
        (None, Some(id)) => engine.test_account(AccountId(id)).await?,
        (None, None) => return Err(ErrorView::value_invalid("account")),
    };
    Ok(AccountTest {
        ok: test.problem.is_none(),
        problem: test.problem.map(Into::into),
        tls_version: test.tls_version,
        server: test.server,
        takes_bursts: test.takes_bursts,
    })
}

pub(crate) async fn suggest(engine: Engine, request: SuggestAccount) -> Result<AccountSuggestion> {
    let suggestion = engine.suggest_account(&request.address)?;
    Ok(AccountSuggestion {
        provider: suggestion.provider.map(str::to_owned),
        host: suggestion.host,
        port: suggestion.port,
        tls: suggestion.tls.as_str().to_owned(),
        user: suggestion.user,
        hint: suggestion.hint.map(|hint| hint.as_str().to_owned()),
    })
}

pub(crate) async fn release(engine: Engine, request: ById) -> Result<AccountView> {
    Ok(engine.release_account(AccountId(request.id)).await?.into())
}

pub(crate) async fn try_fast(engine: Engine, request: ById) -> Result<AccountView> {
    Ok(engine.try_fast_way(AccountId(request.id)).await?.into())
}

pub(crate) async fn trust(engine: Engine, request: TrustCertificate) -> Result<AccountView> {
    let fingerprint = request.fingerprint.map(|text| Fingerprint::from_str(&text)).transpose();
    let fingerprint = fingerprint.map_err(|_| ErrorView::value_invalid("fingerprint"))?;
    Ok(engine.trust_certificate(AccountId(request.id), fingerprint).await?.into())
}
