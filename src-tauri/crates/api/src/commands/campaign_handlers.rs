//! Handlers of the campaign commands.

use std::str::FromStr;

use hongyan_domain::{
    AccountId, AccountShare, CampaignId, DeliveryId, DeliveryState, ListId, PauseReason, TemplateId,
};
use hongyan_engine::{
    AccountCondition, Again, Audience, CampaignRecord, DeliveryFilter, Engine, Progress, StateCounts,
};

use super::campaign::{
    AudienceView, CampaignPlan, CampaignProgress, CampaignRow, CampaignView, CheckView, ComputeAudience,
    Counts, CreateCampaign, ExportRecipients, Finding, LeftOut, ListRecipients, PreviewCampaign, ReasonRow,
    RecipientPage, RecipientRow, ScheduleCampaign, SendAgain, SendTest, SettleAsSent, TestSent,
    UpdateCampaign,
};
use super::campaign_account::{self, CampaignAccount, ChangeAccounts};
use super::contact::{Deleted, Restore};
use super::shapes::{ById, Count, Nothing, SenderView};
use super::template::RenderView;
use crate::error::{ErrorView, Result};

/// Rows of a page.
const PAGE: std::ops::RangeInclusive<u32> = 1..=500;

impl From<CampaignRecord> for CampaignRow {
    fn from(campaign: CampaignRecord) -> Self {
        Self {
            id: campaign.id.0,
            counts: counts(&campaign.counts),
            name: campaign.values.name,
            state: campaign.state.as_str().to_owned(),
            pause_reason: campaign.pause_reason.map(|reason| reason.as_str().to_owned()),
            at_ms: campaign.at_ms,
            created_at_ms: campaign.created_at_ms,
            started_at_ms: campaign.started_at_ms,
            finished_at_ms: campaign.finished_at_ms,
        }
    }
}

impl From<Progress> for CampaignProgress {
    fn from(progress: Progress) -> Self {
        let Progress { campaign, pace, seconds_left, accounts } = progress;
        let waits = match (pace.journal_sick, pace.network_down) {
            (true, _) => Some(PauseReason::Journal),
            (false, true) => Some(PauseReason::Network),
            (false, false) => None,
        };
        let reason = campaign.pause_reason.or(pace.fault).or(waits).map(PauseReason::as_str);
        Self {
            id: campaign.id.0,
            counts: counts(&campaign.counts),
            total: campaign.counts.total(),
            name: campaign.values.name,
            state: campaign.state.as_str().to_owned(),
            pause_reason: reason.map(str::to_owned),
            per_minute: pace.per_minute,
            seconds_left,
            waits_until_ms: pace.waits_until_ms,
            accounts: accounts.into_iter().map(Into::into).collect(),
            preparing: pace.preparing,
        }
    }
}

impl From<hongyan_engine::CampaignAccount> for CampaignAccount {
    fn from(account: hongyan_engine::CampaignAccount) -> Self {
        let (state, waits_until_ms) = match account.condition {
            AccountCondition::Ready => ("ready", None),
            AccountCondition::Slowed => ("slowed", None),
            AccountCondition::Waits { until_ms } => ("waits", Some(until_ms)),
            AccountCondition::Held => ("held", None),
        };
        let from = account.from;
        let (verdict, server_says, held_until_ms) = match account.hold {
            Some(hold) => (Some(hold.verdict), hold.detail, hold.until_ms),
            None => (None, String::new(), None),
        };
        Self {
            account_id: account.id.0,
            name: account.name,
            from: SenderView { name: from.name, address: from.address.as_str().to_owned() },
            reply_to: account.reply_to.map(|address| address.as_str().to_owned()),
            weight: account.weight,
            counts: counts(&account.counts),
            state: state.to_owned(),
            until_ms: waits_until_ms.or(held_until_ms),
            verdict,
            server_says,
        }
    }
}

impl From<campaign_account::AccountShare> for AccountShare {
    fn from(share: campaign_account::AccountShare) -> Self {
        Self { account_id: AccountId(share.account_id), weight: share.weight }
    }
}

impl From<Audience> for AudienceView {
    fn from(audience: Audience) -> Self {
        let left_out = audience.left_out.into_iter();
        Self {
            total: audience.total,
            sendable: audience.sendable,
            left_out: left_out.map(|one| LeftOut { reason: one.reason, count: one.count }).collect(),
        }
    }
}

impl From<CampaignPlan> for hongyan_engine::CampaignPlan {
    fn from(plan: CampaignPlan) -> Self {
        Self {
            name: plan.name,
            list_ids: plan.list_ids.into_iter().map(ListId).collect(),
            template_id: plan.template_id.map(TemplateId),
            accounts: plan.accounts.into_iter().map(Into::into).collect(),
            retry_hours: plan.retry_hours,
        }
    }
}

fn counts(counts: &StateCounts) -> Counts {
    let of = |state| counts.get(state);
    Counts {
        queued: of(DeliveryState::Queued),
        armed: of(DeliveryState::Armed),
        sent: of(DeliveryState::Sent),
        deferred: of(DeliveryState::Deferred),
        failed: of(DeliveryState::Failed),
        in_doubt: of(DeliveryState::InDoubt),
        skipped: of(DeliveryState::Skipped),
    }
}

async fn view(engine: &Engine, campaign: CampaignRecord) -> Result<CampaignView> {
    let names = engine.campaign_names(&campaign).await?;
    let accounts = engine.campaign_accounts(&campaign).await?;
    let shares = campaign.values.accounts.iter();
    let shares = shares.map(|share| (share.account_id.0, share.weight));
    let shares = shares.map(|(account_id, weight)| campaign_account::AccountShare { account_id, weight });
    let plan = CampaignPlan {
        name: campaign.values.name.clone(),
        list_ids: campaign.values.list_ids.iter().map(|id| id.0).collect(),
        template_id: campaign.values.template_id.map(|id| id.0),
        accounts: shares.collect(),
        retry_hours: campaign.values.retry_hours,
    };
    Ok(CampaignView {
        pause_detail: campaign.pause_detail.clone(),
        campaign: campaign.into(),
        plan,
        subject: names.subject,
        template_name: names.template,
        accounts: accounts.into_iter().map(Into::into).collect(),
        list_names: names.lists,
    })
}

pub(crate) async fn list(engine: Engine, _: Nothing) -> Result<Vec<CampaignRow>> {
    Ok(engine.list_campaigns().await?.into_iter().map(Into::into).collect())
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<CampaignView> {
    let campaign = engine.load_campaign(CampaignId(request.id)).await?;
    view(&engine, campaign).await
}

pub(crate) async fn create(engine: Engine, request: CreateCampaign) -> Result<CampaignView> {
    let campaign = engine.create_campaign(request.plan.into()).await?;
    view(&engine, campaign).await
}

pub(crate) async fn update(engine: Engine, request: UpdateCampaign) -> Result<CampaignView> {
    let campaign = engine.update_campaign(CampaignId(request.id), request.plan.into()).await?;
    view(&engine, campaign).await
}

pub(crate) async fn change_accounts(engine: Engine, request: ChangeAccounts) -> Result<CampaignView> {
    let shares = request.accounts.into_iter().map(Into::into).collect();
    let campaign = engine.change_campaign_accounts(CampaignId(request.id), shares).await?;
    view(&engine, campaign).await
}

pub(crate) async fn duplicate(engine: Engine, request: ById) -> Result<CampaignView> {
    let campaign = engine.duplicate_campaign(CampaignId(request.id)).await?;
    view(&engine, campaign).await
}

pub(crate) async fn delete(engine: Engine, request: ById) -> Result<Deleted> {
    engine.delete_campaign(CampaignId(request.id)).await?;
    Ok(Deleted { count: 1, undo_id: request.id })
}

pub(crate) async fn restore(engine: Engine, request: Restore) -> Result<Count> {
    engine.restore_campaign(CampaignId(request.undo_id)).await?;
    Ok(Count { count: 1 })
}

pub(crate) async fn audience(engine: Engine, request: ComputeAudience) -> Result<AudienceView> {
    let lists: Vec<ListId> = request.list_ids.into_iter().map(ListId).collect();
    Ok(engine.compute_audience(&lists).await?.into())
}

pub(crate) async fn check(engine: Engine, request: ById) -> Result<CheckView> {
    let check = engine.check_campaign(CampaignId(request.id)).await?;
    let findings = check.findings.into_iter().map(|finding| Finding {
        severity: finding.severity.as_str().to_owned(),
        code: finding.code.as_str().to_owned(),
        params: finding.params.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        count: finding.count,
        examples: finding.examples.iter().map(Into::into).collect(),
    });
    Ok(CheckView {
        findings: findings.collect(),
        audience: check.audience.into(),
        estimated_seconds: check.estimated_seconds,
    })
}

pub(crate) async fn preview(engine: Engine, request: PreviewCampaign) -> Result<RenderView> {
    let sample = engine.preview_campaign(CampaignId(request.id), request.position).await?;
    let mut view = RenderView::from(sample.rendered);
    view.contact = sample.contact.as_ref().map(Into::into);
    Ok(view)
}

pub(crate) async fn test(engine: Engine, request: SendTest) -> Result<TestSent> {
    let (id, account) = (CampaignId(request.id), request.account_id.map(AccountId));
    let sent = engine.send_test(id, &request.to, request.position, account).await?;
    Ok(TestSent {
        ok: sent.problem.is_none(),
        server_says: sent.server_says,
        problem: sent.problem.map(Into::into),
    })
}

pub(crate) async fn schedule(engine: Engine, request: ScheduleCampaign) -> Result<CampaignView> {
    let campaign = engine.schedule_campaign(CampaignId(request.id), request.at_ms).await?;
    view(&engine, campaign).await
}

pub(crate) async fn unschedule(engine: Engine, request: ById) -> Result<CampaignView> {
    let campaign = engine.unschedule_campaign(CampaignId(request.id)).await?;
    view(&engine, campaign).await
}

pub(crate) async fn start(engine: Engine, request: ById) -> Result<CampaignView> {
    engine.start_campaign(CampaignId(request.id)).await?;
    get(engine, request).await
}

pub(crate) async fn stop_start(engine: Engine, request: ById) -> Result<CampaignView> {
    let campaign = engine.stop_starting_campaign(CampaignId(request.id)).await?;
    view(&engine, campaign).await
}

pub(crate) async fn pause(engine: Engine, request: ById) -> Result<CampaignView> {
    let campaign = engine.pause_campaign(CampaignId(request.id)).await?;
    view(&engine, campaign).await
}

pub(crate) async fn resume(engine: Engine, request: ById) -> Result<CampaignView> {
    let campaign = engine.resume_campaign(CampaignId(request.id)).await?;
    view(&engine, campaign).await
}

pub(crate) async fn cancel(engine: Engine, request: ById) -> Result<CampaignView> {
    let campaign = engine.cancel_campaign(CampaignId(request.id)).await?;
    view(&engine, campaign).await
}

pub(crate) async fn send_again(engine: Engine, request: SendAgain) -> Result<Count> {
    let who = match request.who.as_str() {
        "failed" => Again::Failed,
        "in_doubt" => Again::InDoubt,
        "added" => Again::Added,
        "these" => Again::These(request.recipient_ids.into_iter().map(DeliveryId).collect()),
        _ => return Err(ErrorView::value_invalid("who")),
    };
    Ok(Count { count: engine.send_again(CampaignId(request.id), who).await? })
}

pub(crate) async fn settle_as_sent(engine: Engine, request: SettleAsSent) -> Result<Count> {
    let ids: Vec<DeliveryId> = request.recipient_ids.into_iter().map(DeliveryId).collect();
    Ok(Count { count: engine.settle_as_sent(CampaignId(request.id), &ids).await? })
}

pub(crate) async fn added_since(engine: Engine, request: ById) -> Result<Count> {
    Ok(Count { count: engine.count_added_since(CampaignId(request.id)).await? })
}

pub(crate) async fn progress(engine: Engine, request: ById) -> Result<CampaignProgress> {
    Ok(engine.campaign_progress(CampaignId(request.id)).await?.into())
}

pub(crate) async fn recipients(engine: Engine, request: ListRecipients) -> Result<RecipientPage> {
    if !PAGE.contains(&request.limit) {
        return Err(ErrorView::value_invalid("limit"));
    }
    let id = CampaignId(request.id);
    let filter = filter(request.state.as_deref(), request.search)?;
    let after = request.after.as_deref().map(i64::from_str).transpose();
    let after = after.map_err(|_| ErrorView::value_invalid("after"))?.map(DeliveryId);
    let page = engine.list_recipients(id, &filter, after, request.limit).await?;
    let total = if after.is_none() { Some(engine.count_recipients(id, &filter).await?) } else { None };
    let rows = page.rows.into_iter().map(|row| RecipientRow {
        id: row.id,
        contact_id: row.contact_id,
        address: row.address,
        name: row.name,
        state: row.state,
        skip_reason: row.skip_reason,
        account: row.account,
        verdict: row.verdict,
        stage: row.stage,
        reply_code: row.reply_code,
        server_says: row.reply_text,
        attempts: row.attempts,
        due_at_ms: row.due_at_ms,
        updated_at_ms: row.updated_at_ms,
    });
    Ok(RecipientPage { rows: rows.collect(), next: page.next.map(|id| id.to_string()), total })
}

pub(crate) async fn reasons(engine: Engine, request: ById) -> Result<Vec<ReasonRow>> {
    let reasons = engine.list_reasons(CampaignId(request.id)).await?;
    let rows = reasons.into_iter().map(|reason| ReasonRow {
        state: reason.state,
        verdict: reason.verdict,
        server_says: reason.reply_text,
        count: reason.count,
    });
    Ok(rows.collect())
}

pub(crate) async fn export(engine: Engine, request: ExportRecipients) -> Result<Count> {
    let filter = filter(request.state.as_deref(), None)?;
    Ok(engine.export_recipients(CampaignId(request.id), &filter, &request.target).await?.into())
}

fn filter(state: Option<&str>, search: Option<String>) -> Result<DeliveryFilter> {
    let state = state.map(DeliveryState::from_str).transpose();
    Ok(DeliveryFilter {
        state: state.map_err(|_| ErrorView::value_invalid("state"))?,
        search: search.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
    })
}
