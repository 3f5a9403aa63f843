//! Handlers of the commands about the app as a whole.

use hongyan_domain::CampaignState;
use hongyan_engine::{Engine, SecretsKind, SecretsState, SettingsChange, has_problem};
use secrecy::SecretString;

use super::app::{
    AppStatus, FirstSteps, Holder, HomeView, MonthView, NeedsYou, Passphrase, SecretsStatus, SendingStatus,
    Settings, UpdateSettings,
};
use super::campaign::{CampaignProgress, CampaignRow};
use super::shapes::Nothing;
use crate::error::Result;

/// Campaigns shown under "recent".
const RECENT: usize = 5;

pub(crate) async fn status(engine: Engine, _: Nothing) -> Result<AppStatus> {
    let first_steps = engine.first_steps().await?;
    Ok(AppStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_folder: engine.folder().to_string_lossy().into_owned(),
        settings: engine.settings().await?.into(),
        system_language: system_language().to_owned(),
        first_steps: FirstSteps {
            account: first_steps.account,
            contacts: first_steps.contacts,
            campaign: first_steps.campaign,
        },
        sending: sending(&engine),
        secrets: secrets(&engine),
        running: running(&engine).await?,
        needs_you: needs_you(&engine).await?,
    })
}

pub(crate) async fn home(engine: Engine, _: Nothing) -> Result<HomeView> {
    let campaigns = engine.list_campaigns().await?;
    let rows = |wanted: &dyn Fn(&hongyan_engine::CampaignRecord) -> bool| -> Vec<CampaignRow> {
        campaigns.iter().filter(|campaign| wanted(campaign)).cloned().map(Into::into).collect()
    };
    let in_doubt = hongyan_domain::DeliveryState::InDoubt;
    let attention = rows(&|campaign| has_problem(campaign) || campaign.counts.get(in_doubt) > 0);
    let mut next_up = rows(&|campaign| campaign.state == CampaignState::Scheduled);
    next_up.sort_by_key(|campaign| campaign.at_ms);
    let mut recent =
        rows(&|campaign| matches!(campaign.state, CampaignState::Finished | CampaignState::Cancelled));
    recent.sort_by_key(|campaign| std::cmp::Reverse(campaign.finished_at_ms));
    recent.truncate(RECENT);
    let month = engine.month().await?;
    Ok(HomeView {
        needs_you: needs_you(&engine).await?,
        attention,
        running: running(&engine).await?,
        next_up,
        recent,
        month: MonthView {
            sent: month.sent,
            failed: month.failed,
            in_doubt: month.in_doubt,
            new_contacts: month.new_contacts,
            sent_by_day: month.sent_by_day,
        },
        accounts: engine.list_accounts().await?.into_iter().map(Into::into).collect(),
    })
}

pub(crate) async fn update_settings(engine: Engine, request: UpdateSettings) -> Result<Settings> {
    let change = SettingsChange {
        language: request.language,
        theme: request.theme,
        welcomed: request.welcomed,
        pause_at_failures: request.pause_at_failures,
    };
    Ok(engine.update_settings(&change).await?.into())
}

pub(crate) async fn create_vault(engine: Engine, request: Passphrase) -> Result<SecretsStatus> {
    engine.create_vault(SecretString::from(request.passphrase)).await?;
    Ok(secrets(&engine))
}

pub(crate) async fn unlock_vault(engine: Engine, request: Passphrase) -> Result<SecretsStatus> {
    engine.unlock_vault(SecretString::from(request.passphrase)).await?;
    Ok(secrets(&engine))
}

impl From<hongyan_engine::Settings> for Settings {
    fn from(settings: hongyan_engine::Settings) -> Self {
        Self {
            language: settings.language,
            theme: settings.theme,
            welcomed: settings.welcomed,
            pause_at_failures: settings.pause_at_failures,
        }
    }
}

fn system_language() -> &'static str {
    let chinese = sys_locale::get_locale().is_some_and(|locale| locale.to_lowercase().starts_with("zh"));
    if chinese { "zh-CN" } else { "en" }
}

fn sending(engine: &Engine) -> SendingStatus {
    let status = engine.sending_status();
    SendingStatus {
        here: status.here,
        holder: status.holder.map(|holder| Holder {
            program: holder.program,
            pid: holder.pid,
            since_ms: holder.since_ms,
        }),
    }
}

fn secrets(engine: &Engine) -> SecretsStatus {
    let status = engine.secrets_status();
    SecretsStatus {
        kind: match status.kind {
            SecretsKind::Keyring => "keyring",
            SecretsKind::Vault => "vault",
            SecretsKind::Memory => "memory",
        }
        .to_owned(),
        state: match status.state {
            SecretsState::Ready => "ready",
            SecretsState::NeedsPassphrase => "needs_passphrase",
            SecretsState::NotCreated => "not_created",
        }
        .to_owned(),
    }
}

async fn running(engine: &Engine) -> Result<Vec<CampaignProgress>> {
    Ok(engine.list_progress().await?.into_iter().map(Into::into).collect())
}

async fn needs_you(engine: &Engine) -> Result<NeedsYou> {
    let needs = engine.needs_you().await?;
    Ok(NeedsYou {
        in_doubt: needs.in_doubt,
        held_accounts: needs.held_accounts,
        paused_campaigns: needs.paused_campaigns,
    })
}
