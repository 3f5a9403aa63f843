//! One person's mail before it is sent: the preview as person N, and the test mail.

use hongyan_compose::{MergeExtras, Unsubscribe, prepare};
use hongyan_domain::{AccountId, CampaignId, Contact, EmailAddress, Verdict};
use hongyan_smtp::{Offer, Session};
use hongyan_store::{CampaignRecord, ContactRecord};

use crate::accounts::{Problem, server_says};
use crate::rendering::Rendered;
use crate::sending::Letter;
use crate::{Engine, Error, Result};

/// One person's mail of a campaign.
#[derive(Debug)]
pub struct Sample {
    /// The mail.
    pub rendered: Rendered,
    /// Whose it is; `None` when the audience has nobody at that position.
    pub contact: Option<ContactRecord>,
}

/// How a test mail went.
#[derive(Debug)]
pub struct TestSent {
    /// What went wrong; `None` when the server took it.
    pub problem: Option<Problem>,
    /// The server's words. Hostile text.
    pub server_says: String,
}

impl Engine {
    /// The mail of the person at a position of the audience, from 0, in the order of sending.
    pub async fn preview_campaign(&self, id: CampaignId, position: i64) -> Result<Sample> {
        let campaign = self.load_campaign(id).await?;
        let source = self.campaign_source(&campaign).await?;
        let contact = self.audience_member(id, position).await?;
        let rendered = self.render_source(source, contact.as_ref()).await?;
        Ok(Sample { rendered, contact })
    }

    /// Sends one mail of the campaign to any address, as the person at a position would get it: through one of its
    /// accounts, the first if none is named.
    pub async fn send_test(
        &self,
        id: CampaignId,
        to: &str,
        position: i64,
        account: Option<AccountId>,
    ) -> Result<TestSent> {
        let to = EmailAddress::parse(to).map_err(|fault| Error::Address { field: "to", fault })?;
        let campaign = self.load_campaign(id).await?;
        let mut chosen = campaign.values.accounts.iter().map(|share| share.account_id);
        let chosen = chosen.find(|id| account.is_none_or(|account| *id == account));
        let account = self.store().load_account(chosen.ok_or(Error::CampaignNotReady)?).await?;
        let source = self.campaign_source(&campaign).await?;
        let prepared = tokio::task::spawn_blocking(move || prepare(&source)).await??;
        let contact = match self.audience_member(id, position).await? {
            Some(record) => record.to_contact(),
            None => Contact { address: to.clone(), name: String::new(), fields: Default::default() },
        };
        let letter = Letter {
            prepared,
            from: account.values.from.clone(),
            reply_to: account.values.reply_to.clone(),
            signer: self.signer_of(&account).await?,
        };
        let reference = format!("test-{}", uuid::Uuid::new_v4().simple());
        let written = match letter.write(&contact, &to, &reference, self.now_ms()) {
            Ok(written) => written,
            Err(_) => return Err(why_not(&letter, &contact, &to, &reference)),
        };
        let server = self.server_of(&account).await?;
        Ok(deliver(&server, &written).await)
    }

    /// The content of a campaign: fixed since its start, or the template as it is now.
    pub(crate) async fn campaign_source(&self, campaign: &CampaignRecord) -> Result<hongyan_compose::Source> {
        if let Some(run) = campaign.run_id {
            return super::parse_content(&self.store().load_run(run).await?.fixed.content);
        }
        let template = campaign.values.template_id.ok_or(Error::CampaignNotReady)?;
        super::parse_content(&super::content_of(&self.store().load_template(template).await?)?)
    }

    async fn audience_member(&self, id: CampaignId, position: i64) -> Result<Option<ContactRecord>> {
        match self.store().find_audience_member(id, position.max(0)).await? {
            Some(contact) => Ok(Some(self.store().load_contact(contact).await?)),
            None => Ok(None),
        }
    }
}

/// The fault behind a mail that could not be written, with the field's name.
fn why_not(letter: &Letter, contact: &Contact, to: &EmailAddress, reference: &str) -> Error {
    let Ok(unsubscribe) = Unsubscribe::by_mail(to, reference) else { return Error::Task };
    let extras = MergeExtras { unsubscribe_mailto: unsubscribe.link().to_owned() };
    match letter.prepared.merge(contact, &extras) {
        Err(fault) => fault.into(),
        Ok(_) => Error::Build(hongyan_compose::BuildFault::Reference),
    }
}

async fn deliver(server: &hongyan_smtp::Server, written: &crate::sending::Written) -> TestSent {
    let failed = |failure: &hongyan_smtp::Failure| TestSent {
        server_says: server_says(failure),
        problem: Some(Problem::of(failure, &server.host)),
    };
    let mut session = match Session::connect(server).await {
        Ok(session) => session,
        Err(failure) => return failed(&failure),
    };
    if let Offer::Refused(failure) = session.offer(&written.envelope).await {
        session.quit().await;
        return failed(&failure);
    }
    let outcome = session.transmit(&written.body, None).await.outcome;
    session.quit().await;
    match outcome {
        Ok(accepted) => TestSent { problem: None, server_says: accepted.reply.text },
        Err(failure) => {
            tracing::info!(stage = %failure.stage, verdict = Verdict::as_str(hongyan_smtp::judge(&failure, None)), "test mail");
            failed(&failure)
        }
    }
}
