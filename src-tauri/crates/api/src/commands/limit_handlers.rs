//! Handlers of the commands about an account's limits and how it keeps to them.

use hongyan_domain::{AccountId, DomainLimit, SendingLimits};
use hongyan_engine::{AccountCondition, AccountLimits, Engine, Use};

use super::account::{AccountState, DomainLimitView, Limits, LimitsView, SetLimits, UseView};
use super::shapes::ById;
use crate::error::Result;

impl From<SendingLimits> for Limits {
    fn from(limits: SendingLimits) -> Self {
        Self {
            per_second: limits.per_second,
            per_minute: limits.per_minute,
            per_hour: limits.per_hour,
            per_day: limits.per_day,
            day_starts_at: limits.day_starts_at,
            per_session: limits.per_session,
            session_pause_ms: limits.session_pause_ms,
            gap_ms: limits.gap_ms,
            gap_max_ms: limits.gap_max_ms,
            domains: limits.domains.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Limits> for SendingLimits {
    fn from(limits: Limits) -> Self {
        Self {
            per_second: limits.per_second,
            per_minute: limits.per_minute,
            per_hour: limits.per_hour,
            per_day: limits.per_day,
            day_starts_at: limits.day_starts_at,
            per_session: limits.per_session,
            session_pause_ms: limits.session_pause_ms,
            gap_ms: limits.gap_ms,
            gap_max_ms: limits.gap_max_ms,
            domains: limits.domains.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<DomainLimit> for DomainLimitView {
    fn from(limit: DomainLimit) -> Self {
        Self { domain: limit.domain, per_minute: limit.per_minute, per_hour: limit.per_hour }
    }
}

impl From<DomainLimitView> for DomainLimit {
    fn from(limit: DomainLimitView) -> Self {
        Self { domain: limit.domain, per_minute: limit.per_minute, per_hour: limit.per_hour }
    }
}

impl From<AccountLimits> for LimitsView {
    fn from(limits: AccountLimits) -> Self {
        Self {
            limits: limits.limits.into(),
            own: limits.is_own,
            provider: limits.provider.as_ref().map(|provider| provider.provider.to_owned()),
            provider_limits: limits.provider.map(|provider| provider.limits.into()),
            slowed_per_minute: limits.slowdown.per_minute,
            slowed_connections: limits.slowdown.connections,
        }
    }
}

impl From<hongyan_engine::AccountState> for AccountState {
    fn from(state: hongyan_engine::AccountState) -> Self {
        let Use { minute, hour, day, .. } = state.used;
        let (word, until_ms) = match state.condition {
            AccountCondition::Ready => ("ready", None),
            AccountCondition::Slowed => ("slowed", None),
            AccountCondition::Waits { until_ms } => ("waits", Some(until_ms)),
            AccountCondition::Held => {
                ("held", state.account.record.hold.as_ref().and_then(|hold| hold.until_ms))
            }
        };
        Self {
            state: word.to_owned(),
            until_ms,
            account: state.account.into(),
            limits: state.limits.into(),
            used: UseView { minute, hour, day },
            connections: state.connections,
            most_connections: state.most_connections,
        }
    }
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<LimitsView> {
    Ok(engine.load_limits(AccountId(request.id)).await?.into())
}

pub(crate) async fn set(engine: Engine, request: SetLimits) -> Result<LimitsView> {
    let id = AccountId(request.id);
    match request.limits {
        Some(limits) => engine.update_limits(id, limits.into()).await?,
        None => engine.forget_limits(id).await?,
    }
    get(engine, ById { id: request.id }).await
}

pub(crate) async fn state(engine: Engine, request: ById) -> Result<AccountState> {
    Ok(engine.account_state(AccountId(request.id)).await?.into())
}
