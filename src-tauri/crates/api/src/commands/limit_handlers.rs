//! Handlers of the commands about an account's limits.

use hongyan_domain::{AccountId, SendingLimits};
use hongyan_engine::Engine;

use super::account::{Limits, LimitsView, SetLimits};
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
            gap_ms: limits.gap_ms,
            gap_max_ms: limits.gap_max_ms,
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
            gap_ms: limits.gap_ms,
            gap_max_ms: limits.gap_max_ms,
        }
    }
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<LimitsView> {
    let (limits, slowdown) = engine.load_limits(AccountId(request.id)).await?;
    Ok(LimitsView {
        limits: limits.into(),
        slowed_per_minute: slowdown.per_minute,
        slowed_connections: slowdown.connections,
    })
}

pub(crate) async fn set(engine: Engine, request: SetLimits) -> Result<LimitsView> {
    engine.update_limits(AccountId(request.id), request.limits.into()).await?;
    get(engine, ById { id: request.id }).await
}
