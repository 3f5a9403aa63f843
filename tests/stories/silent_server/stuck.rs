//! Campaigns that hang at a silent server, one for each stage.

use hongyan_domain::{CampaignId, DeliveryState, TemplateId, TlsMode};
use hongyan_engine::AccountDraft;
use hongyan_testkit::{At, DeafServer, Gate, Rule, ScriptedServer, SilentPort};
use secrecy::SecretString;

use crate::desk::{Desk, account_draft};
use crate::ground::within_patience;

/// Several times what the sockets to a deaf server hold.
const HUGE: usize = 400 * 1024;

/// With the login that the silent servers want.
pub fn with_login(mut draft: AccountDraft) -> AccountDraft {
    draft.user = Some("shop".to_owned());
    draft.password = Some(SecretString::from("secret"));
    draft
}

/// A campaign to one person whose mail is so large that a server which stops reading is noticed.
pub async fn huge_mail(desk: &Desk, draft: AccountDraft) -> CampaignId {
    let template = desk.template("你好", &"long story\n".repeat(HUGE / 11)).await;
    let account = desk.account(draft).await;
    desk.draft(desk.list_of(1).await, template, account).await
}

/// Servers that hang, and the campaigns that hang with them.
pub struct Stuck {
    pub campaigns: Vec<CampaignId>,
    _servers: Vec<(ScriptedServer, Gate)>,
    _ports: Vec<SilentPort>,
    _deaf: Option<DeafServer>,
}

impl Stuck {
    /// Starts a campaign for each stage, and returns when each of them hangs there.
    pub async fn at_every_stage(desk: &Desk) -> Self {
        let mut stuck = Self { campaigns: Vec::new(), _servers: Vec::new(), _ports: Vec::new(), _deaf: None };
        let small = desk.template("你好", "{{ name }}").await;
        for at in [At::Greeting, At::Ehlo, At::StartTls, At::Auth, At::Mail, At::Rcpt, At::Data, At::Dot] {
            let (server, gate, draft) = hanging_at(at).await;
            stuck.start(desk, campaign_of(desk, draft, small).await).await;
            stuck.hangs(server, gate).await;
        }
        let deaf = DeafServer::start().await;
        let campaign = huge_mail(desk, account_draft(deaf.port(), 1)).await;
        stuck.start(desk, campaign).await;
        desk.until_count(campaign, DeliveryState::Armed, 1).await;
        stuck._deaf = Some(deaf);
        for (port, tls) in [
            (SilentPort::without_connecting().await, TlsMode::None),
            (SilentPort::start().await, TlsMode::Implicit),
        ] {
            let mut draft = account_draft(port.port(), 1);
            draft.tls = tls;
            stuck.start(desk, campaign_of(desk, draft, small).await).await;
            stuck._ports.push(port);
        }
        stuck
    }

    async fn start(&mut self, desk: &Desk, campaign: CampaignId) {
        desk.start(campaign).await;
        self.campaigns.push(campaign);
    }

    async fn hangs(&mut self, server: ScriptedServer, gate: Gate) {
        within_patience("the silence", gate.reached()).await;
        self._servers.push((server, gate));
    }
}

async fn hanging_at(at: At) -> (ScriptedServer, Gate, AccountDraft) {
    let gate = Gate::new();
    let builder = ScriptedServer::builder().rule(Rule::at(at).waits_for(&gate)).login("shop", "secret");
    let needs_tls = at == At::StartTls;
    let server = if needs_tls { builder.start_tls().start().await } else { builder.start().await };
    let mut draft = with_login(account_draft(server.port(), 1));
    if needs_tls {
        draft.tls = TlsMode::StartTls;
    }
    (server, gate, draft)
}

async fn campaign_of(desk: &Desk, draft: AccountDraft, template: TemplateId) -> CampaignId {
    let account = desk.account(draft).await;
    desk.draft(desk.list_of(3).await, template, account).await
}
