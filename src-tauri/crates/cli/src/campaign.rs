//! `hongyanctl campaign`: a template to lists, through one account or several, now or later.

use clap::{Args, Subcommand};
use hongyan_api::ErrorCode;
use hongyan_api::commands::campaign::{
    CampaignPlan, CampaignRow, CampaignView, CheckView, CreateCampaign, ScheduleCampaign, SendTest, TestSent,
};
use hongyan_api::commands::contact::Deleted;
use hongyan_api::commands::shapes::{ById, Nothing};
use jiff::Timestamp;

use crate::campaign_accounts::{self, AccountChoice};
use crate::campaign_again::{self, Outcome, Who};
use crate::campaign_begin::begin;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::words::{Sentence, Words, local_time};
use crate::{campaign_report, campaign_wait, check, unlock};

/// What can be done with campaigns.
#[derive(Debug, Subcommand)]
pub enum CampaignCommand {
    /// Make a campaign, and give it its time
    Create(CreateArguments),
    /// Show all campaigns
    List,
    /// Fix who gets it and what it says, and send it
    Start {
        /// The campaign's name
        name: String,
        /// Send it from here and stay until it has ended; a campaign that was running goes on
        #[arg(long)]
        wait: bool,
    },
    /// Stop sending until it is resumed
    Pause {
        /// The campaign's name
        name: String,
    },
    /// Go on sending
    Resume {
        /// The campaign's name
        name: String,
    },
    /// End it; who has not got it will not
    Cancel {
        /// The campaign's name
        name: String,
    },
    /// Show what would go wrong; fails when something would
    Check {
        /// The campaign's name
        name: String,
    },
    /// Show how it went
    Report {
        /// The campaign's name
        name: String,
        /// List every recipient
        #[arg(long)]
        recipients: bool,
    },
    /// Send it again after its run, as it was
    Resend {
        /// The campaign's name
        name: String,
        #[command(flatten)]
        who: Who,
    },
    /// Say what became of a mail in doubt
    Resolve {
        /// The campaign's name
        name: String,
        /// The recipient's address
        address: String,
        /// What became of it
        outcome: Outcome,
    },
    /// Send one mail of it to an address, as its first recipient would get it
    Test {
        /// The campaign's name
        name: String,
        /// Where to
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// Through which of its accounts [default: the first]
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
    /// Send it through other accounts, also while it is being sent
    Accounts {
        /// The campaign's name
        name: String,
        #[command(flatten)]
        accounts: AccountChoice,
    },
}

/// A new campaign.
#[derive(Debug, Args)]
pub struct CreateArguments {
    /// The campaign's name
    #[arg(long)]
    name: String,
    /// A list whose contacts get it; can be given several times
    #[arg(long, value_name = "LIST", required = true)]
    list: Vec<String>,
    /// What they get
    #[arg(long, value_name = "NAME")]
    template: String,
    #[command(flatten)]
    accounts: AccountChoice,
    /// When, for example 2027-05-01T09:00:00+08:00 [default: when it is started]
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// How long a mail that a server puts off is tried again, counted from the start; 336 are 14 days
    #[arg(long, value_name = "HOURS", default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=336))]
    retry_for: u32,
}

/// Does one of them.
pub async fn run(session: &Session<'_>, command: CampaignCommand) -> Result<(), Failure> {
    match command {
        CampaignCommand::Create(arguments) => create(session, arguments).await,
        CampaignCommand::List => list(session).await,
        CampaignCommand::Start { name, wait: true } => campaign_wait::run(session, &name).await,
        CampaignCommand::Start { name, wait: false } => start(session, &name).await,
        CampaignCommand::Pause { name } => step(session, "campaign.pause", &name).await,
        CampaignCommand::Resume { name } => step(session, "campaign.resume", &name).await,
        CampaignCommand::Cancel { name } => step(session, "campaign.cancel", &name).await,
        CampaignCommand::Check { name } => check::run(session, &name).await,
        CampaignCommand::Report { name, recipients } => {
            campaign_report::run(session, &name, recipients).await
        }
        CampaignCommand::Resend { name, who } => campaign_again::resend(session, &name, &who).await,
        CampaignCommand::Resolve { name, address, outcome } => {
            campaign_again::resolve(session, &name, &address, outcome).await
        }
        CampaignCommand::Test { name, to, account } => test(session, &name, to, account).await,
        CampaignCommand::Accounts { name, accounts } => {
            campaign_accounts::change(session, &name, &accounts).await
        }
    }
}

async fn create(session: &Session<'_>, arguments: CreateArguments) -> Result<(), Failure> {
    let mut list_ids = Vec::new();
    for name in &arguments.list {
        list_ids.push(session.find_list(name).await?.id);
    }
    let plan = CampaignPlan {
        name: arguments.name,
        list_ids,
        template_id: Some(session.find_template(&arguments.template).await?.id),
        accounts: campaign_accounts::shares(session, &arguments.accounts).await?,
        retry_hours: arguments.retry_for,
    };
    let mut view: CampaignView = session.call("campaign.create", &CreateCampaign { plan }).await?;
    if let Some(at) = arguments.at {
        view = schedule(session, &view.campaign, at).await?;
    }
    let (name, at_ms) = (view.campaign.name.as_str(), view.campaign.at_ms);
    session.screen.say(&view, &Sentence::CampaignCreated { name, at_ms })?;
    if at_ms.is_some() {
        tell_who_sends(session);
    }
    Ok(())
}

/// Gives a new campaign its time. Where that fails it is gone again, so that the same line can be tried again.
async fn schedule(
    session: &Session<'_>,
    campaign: &CampaignRow,
    at: Timestamp,
) -> Result<CampaignView, Failure> {
    match try_to_schedule(session, campaign.id, at).await {
        Ok(view) => Ok(view),
        Err(failure) => {
            let failure = explain(session, campaign.id, failure).await.unwrap_or_else(|worse| worse);
            let _: Deleted = session.call("campaign.delete", &ById { id: campaign.id }).await?;
            Err(failure)
        }
    }
}

async fn try_to_schedule(session: &Session<'_>, id: i64, at: Timestamp) -> Result<CampaignView, Failure> {
    unlock::for_accounts_of(session, id).await?;
    session.call("campaign.schedule", &ScheduleCampaign { id, at_ms: at.as_millisecond() }).await
}

async fn list(session: &Session<'_>) -> Result<(), Failure> {
    let campaigns: Vec<CampaignRow> = session.call("campaign.list", &Nothing {}).await?;
    session.screen.show(&campaigns, |words| {
        table(words.campaign_heads(), &campaigns.iter().map(|one| row(words, one)).collect::<Vec<_>>())
    })
}

fn row(words: Words, one: &CampaignRow) -> Vec<String> {
    let counts = &one.counts;
    let time = one.started_at_ms.or(one.at_ms).map(local_time).unwrap_or_default();
    vec![
        one.name.clone(),
        words.state(&one.state),
        counts.sent.to_string(),
        counts.failed.to_string(),
        counts.in_doubt.to_string(),
        time,
    ]
}

async fn start(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    let view = begin(session, &campaign).await?;
    session.screen.say(&view, &Sentence::CampaignStarted { name: &view.campaign.name })?;
    tell_who_sends(session);
    Ok(())
}

/// Why a campaign is not ready belongs to saying that it is not.
pub async fn explain(session: &Session<'_>, id: i64, failure: Failure) -> Result<Failure, Failure> {
    if failure.code() != Some(ErrorCode::CampaignNotReady) {
        return Ok(failure);
    }
    let check: CheckView = session.call("campaign.check", &ById { id }).await?;
    Ok(failure.because_of(check.findings))
}

async fn step(session: &Session<'_>, command: &str, name: &str) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    let view: CampaignView = session.call(command, &ById { id: campaign.id }).await?;
    let (name, state) = (view.campaign.name.as_str(), view.campaign.state.as_str());
    session.screen.say(&view, &Sentence::CampaignIsNow { name, state })?;
    if state == "running" {
        tell_who_sends(session);
    }
    Ok(())
}

/// Nothing is sent by this process, so people must know who does.
pub fn tell_who_sends(session: &Session<'_>) {
    match session.engine.find_sender() {
        Some(sender) => session.screen.note(&Sentence::SentBy { program: &sender.program, pid: sender.pid }),
        None => session.screen.note(&Sentence::SentByNobody),
    }
}

async fn test(session: &Session<'_>, name: &str, to: String, account: Option<String>) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    let account_id = match account {
        Some(account) => Some(session.find_account(&account).await?.id),
        None => None,
    };
    unlock::for_accounts_of(session, campaign.id).await?;
    let request = SendTest { id: campaign.id, to: to.clone(), position: 0, account_id };
    let sent: TestSent = session.call("campaign.test", &request).await?;
    match &sent.problem {
        None => session.screen.say(&sent, &Sentence::TestSent { to: &to, server_says: &sent.server_says }),
        Some(problem) => {
            if session.screen.is_json() {
                session.screen.show(&sent, |_| String::new())?;
            }
            Err(Failure::of_problem(problem))
        }
    }
}
